/** Bounds of a model's requests: its own, else the gateway's, else what follows from the model. */
import type { Protection } from "../../contract/gateway/protection.js";
import { releaseShares } from "../route.js";
import type { RuntimePlan } from "../plan.js";
import type { ServedModel } from "../servedModel.js";

/** {@link Protection} with nothing left open but the default length of answers. */
export type Bounds = Omit<Protection, "bodyMiB" | "promptBytes" | "maxTokens" | "streamIdleSeconds"> & {
  promptBytes: number;
  maxTokens: number;
  streamIdleSeconds: number;
};

/** Bytes of a body for each token of the context: text has 3 to 5, and JSON escapes and images take more. */
const BYTES_A_TOKEN = 16;

/** Plans of the releases that answer clients, or are asked for copies. */
export function routedPlans(model: Pick<ServedModel, "route" | "releases">): RuntimePlan[] {
  return releaseShares(model)
    .filter(({ release, weight }) => weight > 0 || release === model.route.canary?.release)
    .map(({ release }) => model.releases.get(release)!);
}

/** Prompt and completion tokens of one request, that any release which may answer takes. */
export function contextOf(model: Pick<ServedModel, "route" | "releases">): number {
  return Math.min(...routedPlans(model).map(({ context }) => context));
}

export function boundsOf(
  model: Pick<ServedModel, "route" | "releases" | "gateway">,
  { bodyMiB, ...shared }: Protection,
): Bounds {
  const context = contextOf(model);
  const own = Object.fromEntries(
    Object.entries(model.gateway?.protection ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<Protection>;
  const bounds = { ...shared, ...own };
  const body = bodyMiB * 1024 * 1024;
  return {
    ...bounds,
    promptBytes: Math.min(bounds.promptBytes ?? Math.max(context * BYTES_A_TOKEN, 64 * 1024), body),
    maxTokens: bounds.maxTokens ?? context,
    streamIdleSeconds: Math.min(bounds.streamIdleSeconds ?? bounds.requestSeconds, bounds.requestSeconds),
  };
}
