/** Containers that operators start something in: what runs there, no command says. */
import { ADDED_ARGUMENTS } from "../commands/commands.js";
import type { Container } from "../pods/containers.js";
import type { Workload } from "../pods/workloads.js";

const LLM_KINDS = ["LLMInferenceService", "LLMInferenceServiceConfig"];
/** Its router has a container of the same name, which picks endpoints. */
const LLM_CONTAINER = "main";
/** Where Ray's kinds, and those that hold their specs, keep the pods of a Ray cluster. */
const RAY_GROUPS = ["headGroupSpec", "workerGroupSpecs"];

/**
 * True for a container that KServe starts `vllm serve` in.
 * Source: kserve/kserve aaac4e2, config/llmisvcconfig, read 2026-11-26
 */
export function isStartedAsServer(container: Container, workload: Workload): boolean {
  if (container.command.length > 0) return false;
  if (container.environmentNames.includes(ADDED_ARGUMENTS)) return true;
  return LLM_KINDS.includes(workload.kind) && container.name === LLM_CONTAINER && !workload.path.includes("router");
}

/**
 * True for a container that KubeRay starts `ray start` in, behind the command that it has. One with arguments of its own has them from
 * somebody who takes it for a server.
 * Source: https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/pod-command.html, read 2026-11-26
 */
export function isStartedAsRayNode(container: Container, workload: Workload): boolean {
  const isStated = container.command.length > 0 || container.args.length > 0;
  return !isStated && RAY_GROUPS.some((group) => workload.path.includes(group));
}
