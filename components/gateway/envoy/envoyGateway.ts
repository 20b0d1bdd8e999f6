/** Envoy Gateway as an implementation of the Gateway API. */
import { ENVOY_GATEWAY_CONTROLLER } from "../../vocabulary/envoyGateway.js";
import type { GatewayImplementation } from "../implementation.js";
import { fallbackObjects } from "./fallback.js";
import { modelObjects } from "./modelRoute.js";

export const envoyGateway: GatewayImplementation = {
  controller: ENVOY_GATEWAY_CONTROLLER,
  modelObjects,
  fallbackObjects,
};
