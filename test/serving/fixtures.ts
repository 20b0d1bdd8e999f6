/**
 * A contract as `resolveModels` makes it from config that has every default left out. A test changes one thing of it.
 */
import type { RuntimePlan } from "../../components/derive/plan.js";
import { formatProblem } from "../../components/config/problems.js";
import { resolveModels } from "../../components/checks/resolve.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import type { ServingEnvironment } from "../../components/engine/environment.js";
import type { ServerContext } from "../../components/serving/workload/serverPod.js";

/** What YAML can say. */
export type Config = { [key: string]: unknown };

export const COMMIT = "b968826d9c46dd6066d109eabc6255188de91218";
export const IMAGE = "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90";

/** `changes` over `base`, object by object; `undefined` removes a key. */
export function merged(base: Config, changes: Config): Config {
  const result: Config = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const before = result[key];
    if (value === undefined) delete result[key];
    else if (isObject(before) && isObject(value)) result[key] = merged(before, value);
    else result[key] = value;
  }
  return result;
}

function isObject(value: unknown): value is Config {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Config of a release, with changes. */
export function releaseConfig(changes: Config = {}): Config {
  const base = {
    model: { id: "Qwen/Qwen3-8B", revision: COMMIT },
    image: IMAGE,
    gpu: { type: "l4" },
    context: 8192,
    concurrency: { sequences: 16, inFlight: 48 },
  };
  return merged(base, changes);
}

/** Config of a model with the release r1, with changes. */
export function modelConfig(changes: Config = {}): Config {
  return merged({ class: "interactive", route: { stable: "r1" }, releases: { r1: releaseConfig() } }, changes);
}

/** The resolved model `chat`. */
export function servedModel(changes: Config = {}, name = "chat"): ServedModel {
  const { models, problems } = resolveModels({ [name]: modelConfig(changes) }, "vllm:models");
  const errors = problems.filter(({ severity }) => severity === "error");
  const model = models[0];
  if (model === undefined || errors.length > 0) throw new Error(problems.map(formatProblem).join("\n"));
  return model;
}

/** The contract of `chat`'s r1, with changes to the release and to the model. */
export function contractOf(release: Config = {}, model: Config = {}): RuntimePlan {
  return servedModel(merged({ releases: { r1: release } }, model)).releases.get("r1")!;
}

/** What a pod needs beside its contract. */
export const CONTEXT: ServerContext = {
  placement: { nodeSelector: { accelerator: "l4" }, tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }] },
  serviceAccountName: "chat-r1",
  partOf: "test",
  apiKey: { name: "chat-api-key", key: "api-key" },
};

/** What models share in the tests. */
export const ENVIRONMENT: ServingEnvironment = {
  namespace: "models",
  partOf: "test",
  monitoring: { prometheusUrl: "http://prometheus:9090", namespace: "monitoring" },
};

/** The labels that choose the pods of chat's r1, written out: what is in a cluster already selects by them. */
export const SELECTOR = {
  "app.kubernetes.io/name": "vllm",
  "app.kubernetes.io/instance": "chat",
  "app.kubernetes.io/component": "runtime",
  "pulumi-vllm.dev/release": "r1",
};

/** All labels of its objects in the stack `test`. */
export const RUNTIME_LABELS = {
  ...SELECTOR,
  "app.kubernetes.io/part-of": "test",
  "app.kubernetes.io/managed-by": "pulumi",
  "pulumi-vllm.dev/revision": COMMIT,
  "pulumi-vllm.dev/class": "interactive",
  "pulumi-vllm.dev/gpu": "l4",
};
