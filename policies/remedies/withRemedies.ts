/** Rules that mend what they judge, at the level `remediate`. */
import { isRuntime } from "../engine/runtimes.js";
import { usesGpu } from "../pods/gpus.js";
import { type Workload, workloadsOf } from "../pods/workloads.js";
import type { Fields } from "../read/values.js";
import type { Rule } from "../rule.js";
import { readable } from "./engineProperties.js";
import { capabilitiesDropped, type Remedy, seccompDefault, serviceLinksOff, tokenMountOff } from "./pod.js";

interface RuleRemedies {
  /** The pods that the rule is for. */
  isFor: (workload: Workload) => boolean;
  /** In their order. */
  remedies: readonly Remedy[];
}

/** By the rule's name. What needs a decision has none, such as a user to run as, or a file system that a program writes to. */
export const REMEDIES: Readonly<Record<string, RuleRemedies>> = {
  "service-links-off": { isFor: isRuntime, remedies: [serviceLinksOff] },
  "no-service-account-token": { isFor: isRuntime, remedies: [tokenMountOff] },
  "restricted-container": {
    isFor: (workload) => isRuntime(workload) || usesGpu(workload),
    remedies: [seccompDefault, capabilitiesDropped],
  },
};

/** The rule with its remedies, if it has some. */
export function withRemedies(rule: Rule): Rule {
  const { isFor, remedies } = REMEDIES[rule.name] ?? {};
  if (isFor === undefined || remedies === undefined) return rule;
  return {
    ...rule,
    // The engine asks rules over a stack for no remedy unless they judge resources, too.
    ...("validateStack" in rule && { validateResource: () => undefined }),
    remediateResource: (args) => {
      const found = workloadsOf({ ...args, props: readable(args.props as Fields) });
      // Without containers, what was found is no pod; of a part of one, others state the rest.
      const whole = found.filter((workload) => workload.isWhole && workload.containers.length > 0 && isFor(workload));
      const changes = whole.flatMap((workload) => remedies.map((remedy) => remedy(workload.podSpec)));
      return changes.some(Boolean) ? args.props : undefined;
    },
  };
}
