/** What a server is told of tracing, and where the network has to let it. */
import { isAddress } from "../../config/ranges.js";
import type { EgressRule } from "../../contract/access.js";
import { OTLP_HTTP_PATH, type TracingConfig } from "../../contract/observability/tracing.js";
import { namespaceOf } from "../access.js";
import type { RuntimePlan } from "../plan.js";

/** With an endpoint: the config's own, or that of the collector that the stack installs. */
export interface Tracing extends TracingConfig {
  endpoint: string;
  /** Labels of the receiver's pods, where they are known: the network lets servers reach no others. @default all of the namespace */
  podLabels?: Record<string, string>;
}

/** Flags by which a server is told of tracing. */
export const TRACING_FLAGS = ["otlp-traces-endpoint", "collect-detailed-traces"] as const;

/** The endpoint as the exporter takes it: that of HTTP uses the URL as it stands. */
function exporterUrl({ endpoint, protocol }: Tracing): string {
  const url = endpoint.replace(/\/+$/, "");
  return protocol === "http" && new URL(url).pathname === "/" ? `${url}${OTLP_HTTP_PATH}` : url;
}

/** Flags of `vllm serve`. */
export function tracingArguments(tracing: Tracing): string[] {
  const { detailed } = tracing;
  return [
    `--otlp-traces-endpoint=${exporterUrl(tracing)}`,
    // A word of its own: the flag takes several.
    ...(detailed === undefined ? [] : ["--collect-detailed-traces", detailed]),
  ];
}

/** Variable of the pod's own name, which the attributes below refer to. */
export const POD_NAME = "POD_NAME";

/**
 * Plain variables by name, read by the OpenTelemetry SDK in every process: the sampler, and what spans say of their sender. None is a
 * variable of vLLM's, so none is in the compile cache's key.
 *
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function tracingVariables(
  plan: Pick<RuntimePlan, "name" | "release" | "class" | "model" | "gpu">,
  { protocol, sampling }: Tracing,
  partOf: string,
): Record<string, string> {
  const attributes = {
    "service.namespace": partOf,
    "service.version": plan.release,
    "k8s.pod.name": `$(${POD_NAME})`,
    // Named as the labels of the series are, so that a span and a series are found by the same words.
    vllm_stack: partOf,
    vllm_model: plan.name,
    vllm_release: plan.release,
    vllm_revision: plan.model.revision,
    vllm_class: plan.class,
    vllm_gpu: plan.gpu.type,
  };
  return {
    OTEL_SERVICE_NAME: plan.name,
    OTEL_RESOURCE_ATTRIBUTES: Object.entries(attributes)
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: String(sampling),
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol === "grpc" ? "grpc" : "http/protobuf",
  };
}

/** Variables that tracing decides where the config states it. */
export const TRACING_VARIABLES: readonly string[] = [
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
];

/** Host and port of an endpoint; a port that the scheme has by itself is one, too. */
export function targetOf(endpoint: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(endpoint);
  const ofScheme = protocol === "https:" ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? ofScheme : Number(port) };
}

const LOOPBACK = /^(localhost|127\.[\d.]+|::1)$/i;

/**
 * What the policy has to let through so that spans arrive, and no more: pods of the receiver's namespace, or its one address. Nothing
 * for another name, whose address nobody can tell: there `vllm:access.egress` decides.
 */
export function tracingEgress({ endpoint, podLabels, podPort }: Tracing): readonly Omit<EgressRule, "reason">[] {
  const { host, port } = targetOf(endpoint);
  if (LOOPBACK.test(host)) return [];
  if (isAddress(host)) return [{ cidr: `${host}/${host.includes(":") ? 128 : 32}`, ports: [port] }];
  const namespace = namespaceOf(host, "");
  if (namespace === undefined) return [];
  return [{ namespace, ports: [podPort ?? port], ...(podLabels !== undefined && { podLabels }) }];
}
