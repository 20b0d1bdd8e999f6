/** Components of NVIDIA Dynamo: frontend, planner and workers have one image, which is named after vLLM. */
import type { Container } from "../pods/containers.js";
import type { Workload } from "../pods/workloads.js";

const KINDS = ["DynamoGraphDeployment", "DynamoComponentDeployment"];
const IMAGE = /(^|\/)ai-dynamo\/[\w-]*runtime([:@]|$)/;

/**
 * True for a component that names no program of vLLM: only workers do (`python3 -m dynamo.vllm`), the operator gives the others theirs.
 * Source: https://github.com/ai-dynamo/dynamo/tree/main/examples/backends/vllm/deploy, read 2026-11-26
 */
export function isDynamoComponent(container: Container, workload: Workload): boolean {
  return KINDS.includes(workload.kind) || IMAGE.test(container.image ?? "");
}
