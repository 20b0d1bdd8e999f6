/**
 * What an implementation of the Gateway API has to give for a model's route. Envoy Gateway's is in envoy/. Another one would render
 * this into an HTTPRoute and what it has for credentials, retries and limits (docs/gateway.md).
 */
import type { Bounds } from "../derive/gateway/bounds.js";
import type { GatewayObject } from "./objects.js";

/** A release's part of a route. */
export interface RouteBackend {
  release: string;
  /** Name of the release's Service. */
  service: string;
  port: number;
  /** Percent of the requests. */
  weight: number;
}

/** A way to a model, for requests that were admitted. */
export interface ModelRoute {
  /** Key of the model, as the header x-vllm-model has it. */
  model: string;
  /** Name of the route and of its policies. */
  name: string;
  /** Tenants that may take it. */
  tenants: string[];
  /** The one tenant that it is for, with its limit of requests at once. @default all tenants of the model, without */
  only?: { tenant: string; concurrency: number };
  /** Releases with their shares of the requests. */
  backends: RouteBackend[];
  /** Releases that a request may name, each alone. */
  choices: RouteBackend[];
  /** The release that gets copies, and of how many requests in a hundred. @default none */
  shadow?: { backend: RouteBackend; percent: number };
  /** Secret whose key `credential` is sent to the model in `Authorization`. */
  credentialSecret: string;
  bounds: Bounds;
  /** Most requests that all replicas together run and queue. */
  capacity: number;
  /** Requests of one session go to one replica. */
  isSticky: boolean;
  /** Whether it is behind a {@link FallbackRoute}, for what the gateway sends to itself. */
  isBehind: boolean;
  /** How requests are held while the model has no replica, as fields of a BackendTrafficPolicy. @default they get 503 */
  hold?: object;
}

/** A way to a model that has a fallback: the model's own way, and where that does not answer, the other model's. */
export interface FallbackRoute extends Pick<ModelRoute, "model" | "name" | "tenants" | "only" | "capacity"> {
  /** Key of the model that answers then. */
  fallback: string;
  /** The longest that both together may take. */
  requestSeconds: number;
  /** The longest silence of either. */
  streamIdleSeconds: number;
}

/** Where the objects of routes are. */
export interface RoutePlace {
  host: string;
  gateway: string;
  namespace: string;
}

/** The part of the gateway that depends on who implements the Gateway API. */
export interface GatewayImplementation {
  /** Name of the controller, as a GatewayClass has it. */
  controller: string;
  /** What leads requests with the header x-vllm-model to a model: route, weights, copies, credential, retries and limits. */
  modelObjects(route: ModelRoute, place: RoutePlace): GatewayObject[];
  /**
   * What leads requests to a model with a fallback, for all such models. @param place also the listener for clients, and the most bytes of a body
   */
  fallbackObjects(
    routes: readonly FallbackRoute[],
    place: RoutePlace & { listener: string; bodyBytes: number },
  ): GatewayObject[];
}
