import { ALLOWED_SETTINGS, reportGuarded } from "../../engine/guarded.js";
import { workloadRule } from "../../rule.js";

export const engineClosed = workloadRule(
  {
    name: "engine-closed",
    description:
      "No setting opens a vLLM engine beyond its API: development endpoints, local files, users' prompts in logs.",
    why: "Such endpoints ask for no key, and pause the engine, replace its weights or show what users sent.",
    remediationSteps: "Remove the flag or variable; debug and profile a copy that serves nobody.",
    severity: "critical",
    enforcementLevel: "mandatory",
    configSchema: ALLOWED_SETTINGS,
  },
  (workload, report, settings) => reportGuarded(workload, "opens", report, settings),
);
