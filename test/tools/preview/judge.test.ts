import assert from "node:assert/strict";

import { rules } from "../../../policies/rules/index.js";
import { parseStackConfig, type StackConfig } from "../../../stacks/config.js";
import { collectStack } from "../../../tools/collect.js";
import { type PolicyConfig, runPolicies } from "../../../tools/policyRunner.js";
import { policyInput } from "../../../tools/preview/policyInput.js";
import { judgeStack, type JudgedStack } from "../../../tools/preview/judge.js";
import { decryptedFile } from "../reports.js";
import { manyModelsOnly } from "../collect/manyModels.js";

const FILE = decryptedFile(manyModelsOnly(25, { namespace: "models" }));
/** Settings that models break: of a rule for single resources, and of one over the stack. */
const LEVELS: PolicyConfig = {
  "gpu-memory-utilization": { enforcementLevel: "advisory", max: 0.5 },
  "scale-down-window": { seconds: 100_000 },
};

/** Batches register in their own order. */
function sorted({ resources, violations }: JudgedStack): JudgedStack {
  const text = (value: object): string => JSON.stringify(value);
  return {
    resources: [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1)),
    violations: [...violations].sort((a, b) => (text(a) < text(b) ? -1 : 1)),
  };
}

describe("judgeStack", function () {
  this.timeout(60_000);
  let config: StackConfig;
  let expected: JudgedStack;

  before(async () => {
    const parsed = parseStackConfig(FILE.values, FILE.secretPaths);
    assert.ok(parsed.config !== undefined, JSON.stringify(parsed.problems));
    ({ config } = parsed);
    const resources = await collectStack(FILE, config, Number.POSITIVE_INFINITY);
    expected = { resources, violations: await runPolicies(resources.map(policyInput), rules, LEVELS) };
    const broken = new Set(expected.violations.map(({ rule }) => rule));
    assert.deepEqual([...broken], ["gpu-memory-utilization", "scale-down-window"]);
  });

  it("finds in batches what one run finds", async () => {
    assert.deepEqual(sorted(await judgeStack({ file: FILE, config }, LEVELS, false)), sorted(expected));
  });

  it("finds in two threads what one run finds", async () => {
    assert.deepEqual(sorted(await judgeStack({ file: FILE, config }, LEVELS, true)), sorted(expected));
  });
});
