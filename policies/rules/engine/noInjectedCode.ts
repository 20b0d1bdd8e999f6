import { ALLOWED_SETTINGS, reportGuarded } from "../../engine/guarded.js";
import { holdsOtherLogging } from "../../engine/ownLogging.js";
import { objectsOf } from "../../objects/objects.js";
import { pathText } from "../../objects/path.js";
import { each } from "../../read/unknown.js";
import { strings } from "../../read/values.js";
import { workloadRule } from "../../rule.js";

const JUDGED_BY_NO_REMOTE_CODE = "VLLM_ALLOW_INSECURE_SERIALIZATION";

export const noInjectedCode = workloadRule(
  {
    name: "no-injected-code",
    description:
      "No setting makes a vLLM engine import Python, load a library or run a program that its image does not.",
    why: "Such code sees every prompt and key, and no review of the image or the model shows it.",
    remediationSteps: "Remove the flag or variable, and build what it did into the image, whose digest pins it.",
    equalForms:
      "Read as for `engine-closed`; annotations of the pods as well, by which OpenTelemetry, Datadog, Vault, Istio and Linkerd put libraries, commands or other images into pods. Good: the backend `ray`, the meshes' own sidecars and Vault's templates, and the logging configuration that this project makes, by its text. Not seen: annotations of the namespace, and injectors that need none.",
    severity: "critical",
    enforcementLevel: "mandatory",
    configSchema: ALLOWED_SETTINGS,
  },
  (workload, report, settings) => {
    const allow = [...strings(settings["allow"]), JUDGED_BY_NO_REMOTE_CODE];
    reportGuarded(workload, "injects", report, { ...settings, allow });
  },
  (resource, report) =>
    each(objectsOf(resource), (object) => {
      if (!holdsOtherLogging(object)) return;
      const where = object.path.length === 0 ? "" : `${pathText(object.path)}: `;
      report(
        `${where}has the name of a logging configuration that is known to be safe, and another text: use another name`,
      );
    }),
);
