import { ALLOWED_SETTINGS, reportGuarded } from "../guarded";
import { workloadRule } from "../rule";

export const noInjectedCode = workloadRule(
  {
    name: "no-injected-code",
    description: "No setting has a vLLM engine import Python, load a library or run a program that its image does not.",
    why: "Such code sees every prompt and key, and no review of the image or the model shows it.",
    remediationSteps: "Remove the flag or variable, and build what it did into the image, whose digest pins it.",
    severity: "critical",
    enforcementLevel: "mandatory",
    configSchema: ALLOWED_SETTINGS,
  },
  (workload, report, settings) => reportGuarded(workload, "injects", report, settings),
);
