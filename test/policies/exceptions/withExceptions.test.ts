import assert from "node:assert/strict";
import { withExceptions } from "../../../policies/exceptions/withExceptions.js";
import type { About, ResourceRule, Rule } from "../../../policies/rule.js";
import { exceptionsCurrent } from "../../../policies/rules/release/exceptionsCurrent.js";
import { rules } from "../../../policies/rules/index.js";
import { type PolicyConfig, runPolicies } from "../../../tools/policyRunner.js";
import { type Json, resource } from "../fixtures.js";

const about = (name: string): About => ({
  name,
  description: `${name} holds.`,
  why: "why",
  remediationSteps: "fix",
  equalForms: "None.",
  severity: "low",
  enforcementLevel: "mandatory",
});
const each: ResourceRule = {
  ...about("each-thing"),
  validateResource: (_, report) => report("broken"),
  remediateResource: ({ props }) => ({ ...props, mended: true }),
};
const whole: Rule = {
  ...about("whole-stack"),
  validateStack: ({ resources }, report) => {
    report("of the stack");
    for (const { urn } of resources) report("broken", urn);
  },
};

const TODAY = "2027-03-31";
const judged = [each, whole].map((rule) => withExceptions(rule, () => TODAY));
const exceptions = exceptionsCurrent(["each-thing", "whole-stack"], () => TODAY);

const pod = (annotation?: Json): ReturnType<typeof resource> =>
  resource("kubernetes:core/v1:Pod", "chat-pod", {
    metadata: {
      name: "chat",
      namespace: "models",
      ...(annotation !== undefined && { annotations: { "pulumi-vllm.dev/exceptions": JSON.stringify(annotation) } }),
    },
  });

async function found(item: ReturnType<typeof resource>, config: PolicyConfig = {}): Promise<string[]> {
  const violations = await runPolicies([item], [...judged, exceptions], config);
  return violations.map(({ rule, message }) => `${rule}: ${message}`);
}

const BROKEN = ["each-thing: broken", "whole-stack: of the stack", "whole-stack: broken"];
const granted = (name: string, until: string): PolicyConfig => ({
  "each-thing": { exceptions: [{ resource: name, reason: "LLM-1", until }] },
});

describe("withExceptions", () => {
  it("leaves a rule as it is where there is no exception", async () => {
    assert.deepEqual(await found(pod()), BROKEN);
  });

  it("spares what a level file names, by Pulumi's name, the object's, or both with the namespace", async () => {
    for (const name of ["chat-pod", "chat", "models/chat"]) {
      assert.deepEqual(await found(pod(), granted(name, TODAY)), BROKEN.slice(1), name);
    }
    for (const name of ["other/chat", "chat-", "models/chat-pod", "*"]) {
      assert.deepEqual(await found(pod(), granted(name, TODAY)), BROKEN, name);
    }
  });

  it("spares the annotated object from the named rule alone, also where the rule sees the stack", async () => {
    const of = (rule: string): Json => [{ rule, reason: "LLM-1", until: TODAY }];
    assert.deepEqual(await found(pod(of("each-thing"))), BROKEN.slice(1));
    assert.deepEqual(await found(pod(of("whole-stack"))), BROKEN.slice(0, 2));
  });

  it("spares until the end of the last day; the longest of several counts", async () => {
    const ended = `${BROKEN[0]} (its exception ended on 2027-03-30)`;
    assert.deepEqual(await found(pod(), granted("chat", "2027-03-30")), [ended, ...BROKEN.slice(1)]);
    const both = pod([{ rule: "each-thing", reason: "LLM-1", until: "2027-04-01" }]);
    assert.deepEqual(await found(both, granted("chat", "2027-03-30")), BROKEN.slice(1));
  });

  it("mends nothing that it spares", () => {
    const { remediateResource } = withExceptions(each, () => TODAY) as ResourceRule;
    const mended = (config: object): unknown => remediateResource!({ ...pod(), getConfig: () => config } as never);
    assert.deepEqual(mended({ exceptions: [{ resource: "chat", reason: "LLM-1", until: TODAY }] }), undefined);
    assert.deepEqual(mended({}), { ...pod().props, mended: true });
  });
});

describe("exceptions-current", () => {
  it("accepts an exception that holds", async () => {
    const annotation = [{ rule: "each-thing", reason: "LLM-1", until: TODAY }];
    assert.deepEqual(
      (await found(pod(annotation))).filter((line) => line.startsWith("exceptions")),
      [],
    );
  });

  it("reports one that has ended, names no rule, or lacks something", async () => {
    const annotation = [
      { rule: "each-thing", reason: "LLM-1", until: "2027-03-30" },
      { rule: "each-thin", reason: "LLM-1", until: TODAY },
      { rule: "each-thing", until: TODAY },
    ];
    const lines = (await found(pod(annotation))).filter((line) => line.startsWith("exceptions"));
    assert.deepEqual(
      lines.map((line) => line.replace("exceptions-current: annotation pulumi-vllm.dev/exceptions", "")),
      [
        "[2] gives no reason: give reason",
        ' the exception from "each-thing" ended on 2027-03-30: mend the cause, or have a new date reviewed',
        ' the exception from "each-thin": no rule has this name; did you mean each-thing?',
      ],
    );
  });

  it("is a rule of the pack, mandatory and without an exception of its own", () => {
    const own = rules.find(({ name }) => name === "exceptions-current");
    assert.equal(own?.enforcementLevel, "mandatory");
    const without = rules.filter(({ configSchema }) => configSchema?.properties["exceptions"] === undefined);
    assert.deepEqual(without, [own]);
  });
});
