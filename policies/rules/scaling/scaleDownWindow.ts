import { each } from "../../read/unknown.js";
import { at, number } from "../../read/values.js";
import { stackRule } from "../../rule.js";

/** A cold start costs minutes; Kubernetes' and KEDA's own default for both windows is 300 s too. */
const DEFAULT_SECONDS = 300;

export const scaleDownWindow = stackRule(
  {
    name: "scale-down-window",
    description: "A vLLM runtime is scaled down only after the load has been low for a while.",
    why: "Each replica taken away in a short lull costs minutes of model load when the load is back.",
    remediationSteps: "Set scaleDown.stabilizationWindowSeconds, and for KEDA cooldownPeriod, to at least the setting.",
    severity: "medium",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        seconds: { type: "integer", minimum: 0, default: DEFAULT_SECONDS, description: "The shortest window allowed." },
      },
    },
  },
  ({ workloads, scalers }, report, settings) => {
    const least = number(settings["seconds"]) ?? DEFAULT_SECONDS;
    each(scalers, (scaler) => {
      if (!scaler.scalesRuntime(workloads)) return;
      const windows = new Map<string, unknown>([
        [
          `${scaler.behavior.path}.scaleDown.stabilizationWindowSeconds`,
          at(scaler.behavior.value, "scaleDown", "stabilizationWindowSeconds"),
        ],
      ]);
      if (scaler.isKeda) windows.set("spec.cooldownPeriod", scaler.spec["cooldownPeriod"]);
      for (const [path, value] of windows) {
        const seconds = number(value) ?? DEFAULT_SECONDS;
        if (seconds < least) report(scaler.urn, `${scaler.where}: ${path} is ${seconds} s: use at least ${least} s`);
      }
    });
  },
);
