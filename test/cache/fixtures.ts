/** Plans of releases that load from a cache. */
import type { CacheConfig } from "../../components/contract/cache.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import { resolveModels } from "../../components/checks/resolve.js";
import { cacheOf } from "../contract/fixtures.js";
import { type Config, modelConfig, releaseConfig } from "../serving/fixtures.js";

export { cacheOf };

export const CLAIM = cacheOf({ kind: "claim", name: "models" });
export const BUCKET = { kind: "s3", bucket: "weights", region: "eu-central-1" } as const;
/** Where chat's model lies in a cache. */
export const FOLDER = "weights/Qwen--Qwen3-8B/b968826d9c46dd6066d109eabc6255188de91218";

/** The plan of chat's r1 with a cache. */
export function cachedPlan(cache: CacheConfig | undefined, release: Config = {}): RuntimePlan {
  const input = { chat: modelConfig({ releases: { r1: releaseConfig(release) } }) };
  const { models, problems } = resolveModels(input, "vllm:models", undefined, cache);
  const plan = models[0]?.releases.get("r1");
  if (plan === undefined || problems.some(({ severity }) => severity === "error"))
    throw new Error(JSON.stringify(problems));
  return plan;
}
