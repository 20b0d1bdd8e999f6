import { createHash } from "node:crypto";

import { ANNOTATIONS } from "../../../components/vocabulary/labels.js";
import { quote } from "../../../components/config/problems.js";
import { contractOf } from "../../engine/contract.js";
import { wholePodRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";

export const contractPresent = wholePodRule(
  {
    name: "contract-present",
    description: "A vLLM runtime carries its contract as an annotation, with a hash that matches.",
    why: "The annotation tells whoever is on call which model, revision, image and flags are live; a hash that differs means that somebody edited it by hand.",
    remediationSteps: `Deploy it with VllmRuntime, or set ${ANNOTATIONS.contract} and ${ANNOTATIONS.contractHash} on the workload or its pods.`,
    severity: "low",
    enforcementLevel: "advisory",
  },
  (workload, report) => {
    if (!isRuntime(workload)) return;
    const annotation = workload.annotation(ANNOTATIONS.contract);
    const hash = workload.annotation(ANNOTATIONS.contractHash);
    if (annotation === undefined) return report(`annotation ${ANNOTATIONS.contract} is missing`);
    if (contractOf(workload) === undefined) return report(`annotation ${ANNOTATIONS.contract} is no JSON`);
    const expected = createHash("sha256").update(annotation).digest("hex").slice(0, 16);
    if (hash !== undefined && hash !== expected) {
      report(
        `annotation ${ANNOTATIONS.contractHash} is ${quote(hash)}, the contract's is "${expected}": deploy it again`,
      );
    }
  },
);
