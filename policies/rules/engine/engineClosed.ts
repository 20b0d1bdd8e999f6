import { ALLOWED_SETTINGS, reportGuarded } from "../../engine/guarded.js";
import { workloadRule } from "../../rule.js";

export const engineClosed = workloadRule(
  {
    name: "engine-closed",
    description:
      "No setting opens a vLLM engine beyond its API: development endpoints, local files, users' prompts in logs.",
    why: "Such endpoints ask for no key, and pause the engine, replace its weights or show what users sent.",
    remediationSteps: "Remove the flag or variable; debug and profile a copy that serves nobody.",
    equalForms:
      "Flags are read in every spelling, JSON flags also as `--name.key`; variables in `env`, `export` and before a command. A switch that is off (`0`, `false`, empty) is good. Names in `allow` are not judged. Not seen: variables of ConfigMaps and Secrets by `envFrom`, and settings of the image.",
    severity: "critical",
    enforcementLevel: "mandatory",
    configSchema: ALLOWED_SETTINGS,
  },
  (workload, report, settings) => reportGuarded(workload, "opens", report, settings),
);
