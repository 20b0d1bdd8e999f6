import { ALLOWED_SETTINGS, reportGuarded } from "../../engine/guarded.js";
import { workloadRule } from "../../rule.js";

export const engineNotRedirected = workloadRule(
  {
    name: "engine-not-redirected",
    description: "No setting sends a vLLM engine's weights, tokens or prompts elsewhere, or takes them from elsewhere.",
    why: "A hub at another address gets the hub's token, and can serve any weights under the reviewed commit.",
    remediationSteps:
      "Remove the flag or variable; where a platform has a mirror of its own, name the variable in the rule's `allow`.",
    equalForms:
      "Read as for `engine-closed`. Good: `https://huggingface.co` as `HF_ENDPOINT`, proxies without a password, absolute paths of certificates, folders of caches in the container's own files, in an emptyDir, a claim or an ephemeral volume, and LMCache in the pod's own memory and disk. A value that a Secret or ConfigMap holds counts as set.",
    severity: "critical",
    enforcementLevel: "mandatory",
    configSchema: ALLOWED_SETTINGS,
  },
  (workload, report, settings) => reportGuarded(workload, "redirects", report, settings),
);
