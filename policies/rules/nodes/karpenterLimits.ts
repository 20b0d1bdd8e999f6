import { quote } from "../../../components/config/problems.js";
import { GPU_RESOURCE } from "../../../components/vocabulary/nodes.js";
import { nodePoolOf } from "../../nodes/karpenter.js";
import { fields, isSet } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

/** Each bounds how many GPU nodes there can be. */
const BOUNDS: readonly string[] = [GPU_RESOURCE, "nodes", "cpu", "memory"];

export const karpenterLimits = resourceRule(
  {
    name: "karpenter-limits",
    description: "A Karpenter pool of GPU nodes has a limit.",
    why: "Without one, an autoscaler that runs away or a Job with too many pods buys GPU nodes until the account's quota ends it.",
    remediationSteps: `Set spec.limits, best of ${GPU_RESOURCE}.`,
    equalForms:
      "A limit of `nvidia.com/gpu`, nodes, cpu or memory is good, of any amount; pools of a fixed size need none. Judged is NodePool of any version, of Karpenter and of EKS Auto Mode.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const pool = nodePoolOf(resource);
    if (!pool?.hasGpus || pool.isStatic || pool.isPart) return;
    const limits = pool.spec["limits"];
    const limited = Object.keys(fields(limits));
    if (limited.some((name) => BOUNDS.includes(name))) return;
    const got = isSet(limits) ? `limits only ${limited.map((name) => quote(name)).join(", ")}` : "is not set";
    report(`spec.limits ${got}: limit the pool's GPUs, such as {"${GPU_RESOURCE}": 8}`);
  },
);
