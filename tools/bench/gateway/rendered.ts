/** The gateway of a stack with one model, as its objects are rendered, applied to a lab with the stand-in as the model's pod. */
import { gatewayObjects } from "../../../components/gateway/gatewayObjects.js";
import { formatProblem } from "../../../components/config/problems.js";
import { parseStackConfig } from "../../../stacks/config.js";
import type { Certificate } from "../../local/certificates.js";
import type { KubernetesObject } from "../../local/client.js";
import type { Lab } from "../../local/gateway/lab.js";
import { manyModels } from "../stacks.js";

export const HOST = "llm.example.com";
export const KEY = "sk-bench-0123456789abcdef";
const NAMESPACE = "models";
const KEYS = "bench.keys";

/** One replica has to take every stream, so that only the gateway's work is measured. */
const IN_FLIGHT = 512;

function values(): Record<string, unknown> {
  const { config } = manyModels(1) as { config: { "vllm:cluster": object; "vllm:models": Record<string, never> } };
  const { "model-0": model } = JSON.parse(JSON.stringify(config["vllm:models"])) as Record<
    string,
    { releases: Record<string, { concurrency: object }> }
  >;
  for (const release of Object.values(model!.releases)) release.concurrency = { sequences: 16, inFlight: IN_FLIGHT };
  return {
    cluster: config["vllm:cluster"],
    models: { "model-0": model },
    namespace: { name: NAMESPACE, create: false },
    gateway: {
      host: HOST,
      tls: { secret: "llm-tls" },
      tenants: {
        bench: {
          models: ["model-0"],
          limits: { requestsPerMinute: 10_000_000, outputTokensPerDay: 1_000_000_000 },
        },
      },
    },
  };
}

/** @returns the Gateway */
export async function applyGateway(
  lab: Lab,
  own: Certificate,
  engine: { address: string; port: number },
): Promise<KubernetesObject> {
  const { config, problems } = parseStackConfig(values(), []);
  if (config === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  const namespaced = (apiVersion: string, kind: string, name: string, rest: object): KubernetesObject => ({
    ...{ apiVersion, kind, metadata: { name, namespace: NAMESPACE }, ...rest },
  });
  const secret = (name: string, stringData: object, type = "Opaque") =>
    namespaced("v1", "Secret", name, { stringData, type });
  const services = Object.keys((values()["models"] as Record<string, { releases: object }>)["model-0"]!.releases);
  const around = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    secret("llm-tls", { "tls.crt": own.certificate, "tls.key": own.key }, "kubernetes.io/tls"),
    secret(KEYS, { "bench.main": KEY }),
    secret("model-0-gateway", { credential: "Bearer the-runtimes-own-key" }),
    ...services.flatMap((release) => [
      namespaced("v1", "Service", `model-0-${release}`, { spec: { ports: [{ name: "http", port: 8000 }] } }),
      {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          ...{ name: `model-0-${release}`, namespace: NAMESPACE },
          labels: { "kubernetes.io/service-name": `model-0-${release}` },
        },
        addressType: "IPv4",
        ports: [{ name: "http", port: engine.port, protocol: "TCP" }],
        endpoints: [{ addresses: [engine.address], conditions: { ready: true } }],
      },
    ]),
  ];
  const objects = gatewayObjects({
    ...{ config: config.gateway!, models: config.models, partOf: "bench", access: config.access },
    ...{ namespace: NAMESPACE, monitoringNamespace: config.platform.prometheus.namespace, keySecrets: [KEYS] },
  }).map(({ apiVersion, kind, name, scope, spec }) => ({
    ...{ apiVersion, kind, spec },
    metadata: {
      name,
      ...(scope === "models" && { namespace: NAMESPACE }),
      ...(scope === "gateway" && { namespace: lab.controller.namespace }),
    },
  }));
  for (const object of [...around, ...objects]) await lab.cluster.apply(object);
  return objects.find(({ kind }) => kind === "Gateway")!;
}
