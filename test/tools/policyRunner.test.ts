import assert from "node:assert/strict";

import type { About, Rule } from "../../policies/rule.js";
import { type PolicyInput, PolicyRuleError, runPolicies } from "../../tools/policyRunner.js";

const input = (name: string, parent?: string): PolicyInput => ({
  type: "test:index:Thing",
  name,
  urn: `urn:${name}`,
  props: { size: 3 },
  ...(parent !== undefined && { parent }),
});

const about = (name: string, changes: Partial<About> = {}): About => ({
  name,
  description: `${name} holds.`,
  why: "why",
  remediationSteps: "fix",
  equalForms: "None.",
  severity: "low",
  enforcementLevel: "mandatory",
  ...changes,
});

const SIZE: Partial<About> = {
  configSchema: { properties: { max: { type: "integer", minimum: 1, default: 2 }, unit: { enum: ["MiB", "GiB"] } } },
};

/** Reports its settings for each resource. */
const each: Rule = {
  ...about("each-thing", SIZE),
  validateResource: (args, report) => report(JSON.stringify(args.getConfig())),
};

describe("runPolicies", () => {
  it("reports a violation with rule, place and severity", async () => {
    assert.deepEqual(await runPolicies([input("a")], [each]), [
      {
        rule: "each-thing",
        level: "mandatory",
        severity: "low",
        resource: "a",
        urn: "urn:a",
        type: "test:index:Thing",
        message: '{"max":2}',
        description: "each-thing holds.",
      },
    ]);
  });

  it("merges settings over the defaults, and keeps the level out of them", async () => {
    const config = { "each-thing": { enforcementLevel: "advisory", max: 5, unit: "GiB" } } as const;
    const [found] = await runPolicies([input("a")], [each], config);
    assert.deepEqual([found?.level, found?.message], ["advisory", '{"max":5,"unit":"GiB"}']);
  });

  it("runs every validation of a list, promises included", async () => {
    const twice: Rule = {
      ...about("twice-a-thing"),
      validateResource: [
        (args, report) => report(`first ${args.name}`),
        async (args, report) => report(await Promise.resolve(`second ${args.name}`)),
      ],
    };
    const found = await runPolicies([input("a"), input("b")], [twice]);
    assert.deepEqual(
      found.map(({ message }) => message),
      ["first a", "second a", "first b", "second b"],
    );
  });

  it("shows a rule over the stack every resource with its parent", async () => {
    const stack: Rule = {
      ...about("whole-stack"),
      validateStack: ({ resources }, report) => {
        report("of the stack");
        for (const { urn, parent } of resources) report(`child of ${parent?.name ?? "none"}`, urn);
      },
    };
    const found = await runPolicies([input("a", "urn:b"), input("b")], [stack]);
    assert.deepEqual(
      found.map(({ resource, urn, message }) => [resource, urn, message]),
      [
        ["", "", "of the stack"],
        ["a", "urn:a", "child of b"],
        ["b", "urn:b", "child of none"],
      ],
    );
  });

  it("sets levels by rule, else by all, else by the rule's default", async () => {
    const level = async (config: Parameters<typeof runPolicies>[2]) =>
      (await runPolicies([input("a")], [each], config)).map((violation) => violation.level);
    assert.deepEqual(await level({}), ["mandatory"]);
    assert.deepEqual(await level({ all: "advisory" }), ["advisory"]);
    assert.deepEqual(await level({ all: "disabled", "each-thing": "advisory" }), ["advisory"]);
    assert.deepEqual(await level({ all: "disabled", "each-thing": { max: 3 } }), []);
    assert.deepEqual(await level({ "each-thing": "disabled" }), []);
    assert.deepEqual(await level({ "each-thing": "remediate" }), ["mandatory"]);
  });

  it("lets a rule say that it does not apply", async () => {
    const never: Rule = { ...about("never-applies"), validateResource: (args) => args.notApplicable("no such thing") };
    assert.deepEqual(await runPolicies([input("a")], [never]), []);
  });

  it("tells resource classes apart as the engine does", async () => {
    const thing = class {
      static readonly __pulumiType = "test:index:Thing";
    } as never;
    const other = class {} as never;
    const typed: Rule = {
      ...about("typed-things"),
      validateResource: (args, report) =>
        report(JSON.stringify([args.isType(thing), args.isType(other), args.asType(thing), args.asType(other)])),
    };
    const [found] = await runPolicies([input("a")], [typed]);
    assert.equal(found?.message, '[true,false,{"size":3},null]');
  });

  it("names the rule and the resource when a rule throws", async () => {
    const fails = () => {
      throw new Error("boom");
    };
    await assert.rejects(
      runPolicies([input("a")], [{ ...about("faulty-rule"), validateResource: fails }]),
      (thrown) => {
        assert.ok(thrown instanceof PolicyRuleError);
        assert.equal(thrown.message, 'rule "faulty-rule" failed on resource "a" (test:index:Thing): boom');
        return true;
      },
    );
    await assert.rejects(runPolicies([], [{ ...about("faulty-rule"), validateStack: fails }]), {
      message: 'rule "faulty-rule" failed on the stack: boom',
    });
  });
});
