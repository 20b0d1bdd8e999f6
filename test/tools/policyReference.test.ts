import assert from "node:assert/strict";

import { rules } from "../../policies/rules/index.js";
import { imagePinned } from "../../policies/rules/release/imagePinned.js";
import { disruptionBudget } from "../../policies/rules/lifecycle/disruptionBudget.js";
import { policyReference } from "../../tools/policyReference.js";

describe("policyReference", () => {
  it("has a row and a section for each rule, in order", () => {
    const text = policyReference(rules);
    const rows = [...text.matchAll(/^\| \[`(.+?)`\]\(#(.+?)\)/gm)].map((match) => match[1]);
    const sections = text.slice(text.indexOf("## All rules"));
    const headings = [...sections.matchAll(/^## (.+)$/gm)].map((match) => match[1]).slice(1);
    const names = rules.map(({ name }) => name);
    assert.deepEqual(rows, names);
    assert.deepEqual(headings, names);
  });

  it("says what, why, how, at which level and with which settings", () => {
    const text = policyReference([imagePinned, disruptionBudget]);
    assert.ok(
      text.endsWith(`## image-pinned

Every image of a container or a volume is pinned.

- **Why**: ${imagePinned.why}
- **Fix**: ${imagePinned.remediationSteps}
- **Equal forms**: ${imagePinned.equalForms}
- **Level**: mandatory; severity high; sees each resource
- **Setting** \`require\`: What an image has to carry: a version tag, or a digest. \`"tag"\` or \`"digest"\`; default \`"digest"\`

## disruption-budget

A vLLM runtime of several replicas has a PodDisruptionBudget.

- **Why**: ${disruptionBudget.why}
- **Fix**: ${disruptionBudget.remediationSteps}
- **Equal forms**: ${disruptionBudget.equalForms}
- **Level**: mandatory; severity medium; sees the stack's resources together
- **Setting** \`minReplicas\`: From how many replicas on a runtime needs a budget. integer; default \`2\`
`),
    );
  });

  it("keeps placeholders from being read as HTML", () => {
    assert.ok(!/<(?!!--)/.test(policyReference(rules).replace(/`[^`]*`/g, "")));
  });
});
