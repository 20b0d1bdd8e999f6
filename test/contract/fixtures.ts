/** A good `vllm:models`, and what becomes of it when a test changes something. */
import { checkRelease } from "../../components/checks/release.js";
import { type CacheConfig, cacheSchema } from "../../components/contract/cache.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import type { NodeGroupConfig } from "../../components/contract/nodeGroup.js";
import type { Problem } from "../../components/config/problems.js";
import { resolveModels } from "../../components/checks/resolve.js";

export const REVISION = "b968826d9c46dd6066d109eabc6255188de91218";
export const DIGEST = "sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90";
export const IMAGE = `vllm/vllm-openai:v0.30.0@${DIGEST}`;

/** Where the tests' models stand in the stack config. */
export const AT = "vllm:models";
/** The path of the base's one release. */
export const R1 = `${AT}.chat.releases.r1`;

type Values = Record<string, unknown>;

/** By path, its keys joined by `/`: the value to put there; `undefined` removes what is there. */
export type Changes = Values;

/** The staging chat model, with changes. */
export function models(changes: Changes = {}): Values {
  const base = { chat: chatModel() };
  for (const [path, value] of Object.entries(changes)) set(base, path.split("/"), value);
  return base;
}

export function chatModel(): Values {
  return {
    class: "interactive",
    servedNames: ["chat", "qwen3-8b"],
    route: { stable: "r1" },
    releases: { r1: release() },
    autoscaling: { min: 1, max: 3 },
    drainSeconds: 120,
  };
}

export function release(): Values {
  return {
    model: { id: "Qwen/Qwen3-8B", revision: REVISION },
    image: IMAGE,
    gpu: { type: "l4" },
    context: 8192,
    concurrency: { sequences: 16, inFlight: 48 },
    flags: {
      "enable-prefix-caching": { value: true, reason: "all conversations start with the same system prompt" },
      "tool-call-parser": { value: "hermes", reason: "Qwen3 writes tool calls in the Hermes format" },
    },
  };
}

/** The same changes, in release r1 of the chat model. */
export function inRelease(changes: Changes): Changes {
  return Object.fromEntries(Object.entries(changes).map(([path, value]) => [`chat/releases/r1/${path}`, value]));
}

/** What is found wrong with the changed base, a line each: `error <path>: <message>`. */
export function problemsOf(changes: Changes): string[] {
  return lines(resolveModels(models(changes), AT).problems);
}

/** The same, for changes of release r1. */
export function releaseProblems(changes: Changes, cache?: CacheConfig): string[] {
  return lines(resolveModels(models(inRelease(changes)), AT, undefined, cache).problems);
}

export function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`);
}

/** A cache of a kind, with the schema's defaults. */
export function cacheOf(values: Values): CacheConfig {
  return cacheSchema.parse(values);
}

/** A claim that many nodes can mount. */
export const CLAIM: CacheConfig = cacheOf({ kind: "claim", name: "models" });

/** The contract of r1 with changes to it; they have to be right. */
export function contract(changes: Changes = {}, modelChanges: Changes = {}, cache?: CacheConfig): RuntimePlan {
  const resolved = resolveModels(models({ ...inRelease(changes), ...modelChanges }), AT, undefined, cache);
  const r1 = resolved.models.find(({ name }) => name === "chat")?.releases.get("r1");
  if (r1 === undefined) throw new Error(lines(resolved.problems).join("\n"));
  return r1;
}

/** What the checks of a contract whose shape is right find, with parts of it replaced. */
export function contractProblems(changes: Partial<RuntimePlan>): string[] {
  return lines(checkRelease({ ...contract(), ...changes }, R1));
}

function set(target: unknown, [key, ...rest]: string[], value: unknown): void {
  const object = target as Values;
  if (rest.length > 0) {
    object[key!] ??= {};
    set(object[key!], rest, value);
  } else if (value === undefined) delete object[key!];
  else object[key!] = value;
}

/** Two L4 nodes on demand, with changes. */
export function group(changes: Partial<NodeGroupConfig> = {}): NodeGroupConfig {
  return {
    purpose: "inference",
    gpu: "l4",
    instanceTypes: ["g6.2xlarge"],
    capacity: "on-demand",
    min: 0,
    max: 2,
    ...changes,
  };
}
