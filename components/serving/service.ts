import type { types } from "@pulumi/kubernetes";
import { HTTP_PORT, PORT_NAME } from "../vocabulary/ports.js";

/** The spec of a Service that leads to the pods of one release. Never of a type that opens it to the outside. */
export function serviceSpec(selector: Record<string, string>): types.input.core.v1.ServiceSpec {
  return {
    type: "ClusterIP",
    selector,
    ports: [{ name: PORT_NAME, port: HTTP_PORT, targetPort: PORT_NAME, protocol: "TCP", appProtocol: "http" }],
  };
}
