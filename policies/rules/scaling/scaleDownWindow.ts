import { each } from "../../read/unknown.js";
import { number } from "../../read/values.js";
import { stackRule } from "../../rule.js";

/** A cold start costs minutes; Kubernetes' and KEDA's own default for both windows is 300 s too. */
const DEFAULT_SECONDS = 300;

export const scaleDownWindow = stackRule(
  {
    name: "scale-down-window",
    description: "A vLLM runtime is scaled down only after the load has been low for a while.",
    why: "Each replica taken away in a short lull costs minutes of model load when the load is back.",
    remediationSteps: "Set scaleDown.stabilizationWindowSeconds, and for KEDA cooldownPeriod, to at least the setting.",
    equalForms:
      "The `behavior` of HorizontalPodAutoscalers, KEDA and KServe; KEDA's `cooldownPeriod`, whatever its minimum, and `scaledownPeriod` of its HTTP " +
      "add-on; Knative's `window` or `scale-down-delay`, the longer one; AIBrix' `scale-down-delay`; `downscale_delay_s` in Ray Serve's config. " +
      "What is not stated is taken for long enough, as is `selectPolicy: Disabled` and a range of replicas that leaves no choice.",
    severity: "medium",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        seconds: { type: "integer", minimum: 0, default: DEFAULT_SECONDS, description: "The shortest window allowed." },
      },
    },
  },
  ({ scalers, targets }, report, settings) => {
    const least = number(settings["seconds"]) ?? DEFAULT_SECONDS;
    each(scalers, (scaler) => {
      if (scaler.maxReplicas === scaler.minReplicas || !targets.isOfRuntime(scaler)) return;
      for (const { path, seconds = DEFAULT_SECONDS } of scaler.windows) {
        if (seconds < least) report(scaler.urn, `${scaler.where}: ${path} is ${seconds} s: use at least ${least} s`);
      }
    });
  },
);
