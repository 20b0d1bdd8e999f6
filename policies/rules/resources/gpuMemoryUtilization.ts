import { flagsOf, lastFlag } from "../../engine/flags.js";
import { each } from "../../read/unknown.js";
import { number } from "../../read/values.js";
import { workloadRule } from "../../rule.js";
import { enginesOf } from "../../engine/runtimes.js";

/** vLLM's own default is 0.92 (0.32.0); what is left has to hold the CUDA context and allocations outside its profile. */
const DEFAULT_MAX = 0.95;

export const gpuMemoryUtilization = workloadRule(
  {
    name: "gpu-memory-utilization",
    description: "vLLM leaves a part of the GPU's memory free.",
    why: "vLLM's memory profile does not see every allocation: with nothing left, the first long prompt fails with out of memory, and the server restarts.",
    remediationSteps: "Lower --gpu-memory-utilization; for more KV cache shorten the context or use a larger GPU.",
    equalForms:
      "`--gpu-memory-utilization=0.98`, `.98`, `9.8e-1`, underscores, abbreviations and a shell's default (`${SHARE:-0.98}`) are the same; of several the last counts. Servers and batch runs are judged, each for itself: two on one GPU are not added up. Without the flag vLLM's own default applies, which is low enough.",
    severity: "medium",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        max: {
          type: "number",
          minimum: 0,
          maximum: 1,
          default: DEFAULT_MAX,
          description: "The largest share allowed.",
        },
      },
    },
  },
  (workload, report, settings) => {
    const max = number(settings["max"]) ?? DEFAULT_MAX;
    each(enginesOf(workload), ({ container, args }) => {
      const share = number(lastFlag(flagsOf(args), "gpu-memory-utilization")?.values[0]);
      if (share === undefined || share <= max) return;
      report(`${container.where}: --gpu-memory-utilization is ${share}: use at most ${max}`);
    });
  },
);
