import assert from "node:assert/strict";
import fc from "fast-check";
import { type NotJudged, runPolicies } from "../../../tools/policyRunner.js";
import { rules } from "../../../policies/rules/index.js";
import { guarded } from "../../../tools/unknownValues.js";
import { randomResource } from "./resources.js";

const STACKS = 200;
const RESOURCES = 50;

describe(`${STACKS * RESOURCES} random resources of the Kubernetes API, of AWS and of others`, () => {
  it("make no rule throw, whatever has another shape or is not known yet", async function () {
    this.timeout(300_000);
    const firing = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        const resources = Array.from({ length: RESOURCES }, (_, index) => randomResource(g, index)).map((resource) => ({
          ...resource,
          props: guarded(resource.props),
        }));
        const notJudged: NotJudged[] = [];
        for (const { rule } of await runPolicies(resources, rules, {}, notJudged)) firing.add(rule);
      }),
      { numRuns: STACKS, seed: 14, endOnFailure: true },
    );
    // They reach what rules judge: most rules find something.
    assert.ok(firing.size > rules.length * 0.6, `rules that found something: ${[...firing].join(", ")}`);
  });
});
