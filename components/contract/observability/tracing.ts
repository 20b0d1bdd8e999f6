/** The shape of `vllm:observability.tracing`: where servers send the spans of requests. */
import { z } from "zod";
import { isAddress, isWithin } from "../../config/ranges.js";
import { port } from "../../config/schemas.js";
import { LINK_LOCAL } from "../access.js";

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const OTLP_HTTP_PATH = "/v1/traces";

const HOST = /^https?:\/\/(?:[^/?#]*@)?(?:\[([^\]]*)\]|([^/?#:]*))/i;

const endpoint = z
  .url({ protocol: /^https?$/, error: "is not an http or https URL" })
  .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
    error: "holds a user or a password, which would be plain text: send spans to a collector, and give it the secret",
  })
  .refine((url) => !/[?#]/.test(url), { error: "holds a query or a fragment: give the address alone" })
  .refine((url) => /^https?:\/\/(?:[^/?#]*@)?([^/:]*\.|\[|localhost:)/i.test(url), {
    error: "names no namespace: use a form such as http://collector.tracing.svc:4317",
  })
  .refine((url) => /^https?:\/\/[^/]+:\d+(\/|$)/i.test(url), {
    error: "names no port: OpenTelemetry has 4317 for grpc and 4318 for http",
  })
  .refine(
    (url) => {
      const [, six, four] = HOST.exec(url) ?? [];
      return !isLinkLocal(six ?? four ?? "");
    },
    { error: "is a link-local address, where a node's metadata and credentials are: use another" },
  );

function isLinkLocal(host: string): boolean {
  return isAddress(host) && LINK_LOCAL.some((range) => isWithin(host, range));
}

export const tracingSchema = z
  .strictObject({
    endpoint: endpoint
      .optional()
      .describe(
        "OTLP receiver, such as http://collector.tracing.svc:4317; default: the add-on openTelemetryCollector, where the stack installs it",
      ),
    protocol: z
      .enum(["grpc", "http"])
      .default("grpc")
      .describe(`OTLP by gRPC, or by HTTP with protobuf, then with ${OTLP_HTTP_PATH} after an endpoint without a path`),
    sampling: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe("Share of requests that are traced, where who calls has not decided it by its traceparent header"),
    detailed: z
      .enum(["model", "worker", "all"])
      .optional()
      .describe(
        "Adds the times of the model or of workers to spans, by operations that block: slower for every request",
      ),
    podPort: port
      .optional()
      .describe("Port of the receiver's pods, where its Service has another; default: the endpoint's port"),
  })
  .describe("Spans of requests by OpenTelemetry; default: none. To set or change it starts every server again");

/** Where servers send the spans of requests. */
export type TracingConfig = z.infer<typeof tracingSchema>;
