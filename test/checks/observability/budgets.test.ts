import assert from "node:assert/strict";

import { checkBudgets, checkPrices } from "../../../components/checks/observability/budgets.js";
import { formatProblem, type Problem } from "../../../components/config/problems.js";
import type { NodeGroups } from "../../../components/contract/nodeGroup.js";
import { describedGroups } from "../../../components/derive/nodes/nodeGroup.js";
import { servedModel } from "../../serving/fixtures.js";

/** $0.9776 an hour. */
const GROUPS = describedGroups({
  inference: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "on-demand", min: 0, max: 4 },
} as const) as NodeGroups;

const CHAT = servedModel({ autoscaling: { min: 2, max: 4 }, warmSpares: 1 });

function said(budgets: { usdPerDay?: number; models?: Record<string, number> }, hourlyUsd = {}): string[] {
  const stack = { names: ["chat", "docs"], models: [CHAT], groups: GROUPS, prices: { hourlyUsd } };
  return lines(checkBudgets({ models: {}, ...budgets }, stack, "vllm:observability.budgets"));
}

const lines = (problems: readonly Problem[]): string[] =>
  problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}`);

describe("budgets", () => {
  it("are of models and batches that are there", () => {
    assert.deepEqual(said({ models: { chta: 100, docs: 1 } }), [
      'error: vllm:observability.budgets.models.chta: there is no model or batch "chta"; did you mean chat?',
    ]);
    assert.deepEqual(said({ models: { summaries: 100 } }), [
      'error: vllm:observability.budgets.models.summaries: there is no model or batch "summaries"; there are chat or docs',
    ]);
  });

  it("are not judged by names where models are wrong", () => {
    const stack = { names: undefined, models: [], groups: GROUPS, prices: { hourlyUsd: {} } };
    assert.deepEqual(checkBudgets({ models: { chta: 100 } }, stack, "budgets"), []);
  });

  it("cover what the fewest replicas and the warm spares cost", () => {
    // 3 × 24 × 0.9776
    assert.deepEqual(said({ usdPerDay: 70.39, models: { chat: 70.39 } }), []);
    assert.deepEqual(said({ models: { chat: 70 } }), [
      "warning: vllm:observability.budgets.models.chat: is $70 a day, and its fewest replicas, 3 with warm spares, cost $70.39 a day at " +
        "the least, so its alert would always fire: raise it, run fewer replicas, or state what you pay in vllm:observability.prices",
    ]);
    assert.deepEqual(said({ usdPerDay: 50 }).length, 1);
    assert.match(
      said({ usdPerDay: 50 })[0]!,
      /^warning: vllm:observability\.budgets\.usdPerDay: is \$50 a day.*\$70\.39/,
    );
  });

  it("are judged by the prices that the config states", () => {
    assert.deepEqual(said({ usdPerDay: 50, models: { chat: 50 } }, { "g6.2xlarge": 0.5 }), []);
  });
});

describe("prices", () => {
  it("are of machines of the tables", () => {
    assert.deepEqual(lines(checkPrices({ hourlyUsd: { "g6.2xlarge": 0.5 } }, "prices")), []);
    const [said] = lines(checkPrices({ hourlyUsd: { "g6.2xlage": 0.5 } }, "prices"));
    assert.match(
      said!,
      /^error: prices\.hourlyUsd\["g6\.2xlage"\]: "g6\.2xlage" is in no table of machines; did you mean g6\.2xlarge/,
    );
  });
});
