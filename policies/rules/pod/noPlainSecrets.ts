import { each } from "../../read/unknown.js";
import { type About, type ResourceRule, resourceRule, workloadRule } from "../../rule.js";
import { judgeContainer } from "../../secrets/container.js";
import { judgeTexts } from "../../secrets/texts.js";

const ABOUT: About = {
  name: "no-plain-secrets",
  description: "Secrets reach containers by reference, never as text.",
  why: "Text in a pod's spec is shown by kubectl, kept in the stack's state and sent to every log that records specs.",
  remediationSteps:
    "Keep it in a Secret and refer to it: env[].valueFrom.secretKeyRef, or the chart's own value for an existing Secret.",
  equalForms:
    "A secret is told by its form (tokens and keys of a dozen services, passwords in URLs, private keys) or by its name (`HF_TOKEN`, `apiKey`, `adminPassword`). Judged alike: variables, `--api-key` and `--hf-token` in any spelling, assignments in scripts, JSON in arguments, headers of probes, charts' values and attributes of CSI volumes; ConfigMaps and annotations by form alone. Good: references, templates, encrypted text, names of Secrets and their keys, `EMPTY` and the like, files, switches. Not seen: files, and values that only a chart knows.",
  severity: "critical",
  enforcementLevel: "mandatory",
};

const ofPods = workloadRule(ABOUT, (workload, report) => {
  each(workload.containers, (container) => judgeContainer(container, workload.isOfChart, report));
});

const ofTexts = resourceRule(ABOUT, judgeTexts);

export const noPlainSecrets: ResourceRule = {
  ...ABOUT,
  validateResource: [ofPods.validateResource ?? [], ofTexts.validateResource ?? []].flat(),
};
