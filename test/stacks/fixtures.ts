/** A stack's config that is right, for tests to change. */
import { formatProblem } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import { type Config, merged, modelConfig } from "../serving/fixtures.js";

const BASE: Config = { cluster: { existing: { name: "llm-test" } }, models: { chat: modelConfig() } };

/** The values under `vllm:`, with changes. */
export function stackValues(changes: Config = {}): Config {
  return merged(BASE, changes);
}

/** What `parseStackConfig` says of the config with these changes, a line a problem; warnings are marked. */
export function problemsOf(changes: Config, secretKeys: readonly string[] = []): string[] {
  return parseStackConfig(stackValues(changes), secretKeys).problems.map(
    (problem) => (problem.severity === "warning" ? "warning: " : "") + formatProblem(problem),
  );
}

/** Config with one group of nodes beside the model `chat`. */
export function withGroup(changes: Config): Config {
  const group = merged(
    { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "on-demand", max: 2 },
    changes,
  );
  return { cluster: { existing: { gpuNodes: { pool: group } } } };
}

/** A cluster to build. */
export const BUILT: Config = {
  name: "llm",
  kubernetesVersion: "1.36",
  amiRelease: "1.36.2-20260714",
  publicEndpoint: { cidrs: ["203.0.113.0/24"] },
  gpuNodes: { inference: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4 } },
};

/** Config of a stack that builds its cluster, in place of the one that is there. */
export function builtCluster(changes: Config = {}): Config {
  return { cluster: merged({ existing: undefined, ...BUILT }, changes) };
}
