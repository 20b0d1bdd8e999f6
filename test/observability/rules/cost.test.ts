import type { ExpressionTest, InputSeries } from "../../promtool.js";
import { checkRules, needsPromtool, testRules } from "../../promtool.js";
import { batchConfig, planOf } from "../../batch/fixtures.js";
import { contractOf, servedModel } from "../../serving/fixtures.js";
import {
  type CostStack,
  inOrder,
  LEVEL,
  MINUTES,
  nodeSeries,
  podSeries,
  rulesOf,
  SCOPE,
  series,
  tokenSeries,
} from "./costFixtures.js";

const HOURLY = "release:vllm_cost_usd:per_hour";
const MODEL = { namespace: "vllm", vllm_class: "interactive", vllm_model: "chat", vllm_stack: "staging" };
const STACK = { namespace: "vllm", vllm_stack: "staging" };
const { vllm_release: _, vllm_revision: __, ...SPARE } = LEVEL;

/** What an expression gives after twenty minutes: the value by labels. */
async function gives(
  stack: CostStack,
  input: readonly InputSeries[],
  expected: Readonly<Record<string, readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[]>>,
): Promise<void> {
  const expressions = Object.entries(expected).map(([expr, samples]): ExpressionTest => ({
    expr,
    eval_time: "20m",
    exp_samples: samples.map(([{ __name__: name = "", ...labels }, value]) => ({
      labels: series(name, labels),
      value: expr.startsWith("round") ? Number(value.toFixed(6)) : value,
    })),
  }));
  await testRules(inOrder(rulesOf(stack)), [{ input_series: [...input], promql_expr_test: expressions }]);
}

const named = (name: string, labels: Readonly<Record<string, string>>) => ({ __name__: name, ...labels });
/** Without the noise of floating-point sums. */
const rounded = (expr: string): string => `round(${expr}, 0.000001)`;

describe("cost rules", function () {
  this.timeout(60_000);
  needsPromtool();

  it("are rules that Prometheus takes", async () => {
    await checkRules(
      rulesOf({ batches: [planOf(batchConfig())], config: { budgets: { usdPerDay: 400, models: { chat: 100 } } } }),
    );
  });

  it("price a pod by the machine that it is on, and a part of a machine by its GPUs", async () => {
    await gives(
      {},
      [
        nodeSeries("a", "g6.2xlarge"),
        nodeSeries("b", "g6.12xlarge"),
        ...podSeries({ name: "chat-1", node: "a" }),
        ...podSeries({ name: "chat-2", node: "b", gpus: 2 }),
      ],
      {
        [rounded(HOURLY)]: [[{ ...LEVEL, component: "runtime" }, 0.9776 + (2 * 4.6016) / 4]],
        "release:vllm_gpus:sum": [[named("release:vllm_gpus:sum", { ...LEVEL, component: "runtime" }), 3]],
        "count by (basis) (pod:vllm_cost_usd:per_hour)": [[{ basis: "machine" }, 2]],
        "release:vllm_gpus_unpriced:sum": [],
      },
    );
  });

  it("price a spot node at its share, whichever cloud labels it", async () => {
    const input = [
      nodeSeries("a", "g6.2xlarge", { label_eks_amazonaws_com_capacity_type: "SPOT" }),
      nodeSeries("b", "g6.2xlarge", { label_karpenter_sh_capacity_type: "spot" }),
      nodeSeries("c", "g6.2xlarge", { label_karpenter_sh_capacity_type: "on-demand" }),
      ...["a", "b", "c"].flatMap((node) => podSeries({ name: `chat-${node}`, node })),
    ];
    await gives({ config: { prices: { spotShare: 0.25 } } }, input, {
      [rounded(HOURLY)]: [[{ ...LEVEL, component: "runtime" }, 0.9776 * 1.5]],
      "count by (capacity) (vllm_node_info)": [
        [{ capacity: "on-demand" }, 1],
        [{ capacity: "spot" }, 2],
      ],
    });
    await gives({}, input, { [rounded(HOURLY)]: [[{ ...LEVEL, component: "runtime" }, 0.9776 * 3]] });
  });

  it("take the prices that the config states", async () => {
    await gives(
      { config: { prices: { hourlyUsd: { "g6.12xlarge": 2 } } } },
      [nodeSeries("b", "g6.12xlarge"), ...podSeries({ name: "chat-1", node: "b" })],
      { [HOURLY]: [[named(HOURLY, { ...LEVEL, component: "runtime" }), 0.5]] },
    );
  });

  it("price a pod by the config's cheapest machine where its node tells nothing", async () => {
    await gives({}, podSeries({ name: "chat-1", node: "unlabelled" }), {
      [HOURLY]: [[named(HOURLY, { ...LEVEL, component: "runtime" }), 0.9776]],
      "count by (basis) (pod:vllm_cost_usd:per_hour)": [[{ basis: "contract" }, 1]],
    });
  });

  it("price scraped pods by the config where kube-state-metrics tells of none", async () => {
    await gives({}, [{ series: series("release:vllm_scraped:sum", LEVEL), values: `3x${MINUTES}` }], {
      [rounded(HOURLY)]: [[{ ...LEVEL, component: "runtime" }, 0.9776 * 3]],
    });
  });

  it("count GPUs without a price apart, and make up no price", async () => {
    const plan = contractOf({ gpu: { type: "h200", count: 8 } });
    const model = { ...servedModel(), releases: new Map([["r1", plan]]) };
    const level = { ...LEVEL, vllm_gpu: "h200" };
    await gives(
      { models: [model], nodeGroups: {} },
      [nodeSeries("a", "p5e.48xlarge"), ...podSeries({ name: "chat-1", node: "a", gpus: 8, level })],
      {
        "count(vllm_node_info)": [[{}, 1]],
        "release:vllm_gpus:sum": [[named("release:vllm_gpus:sum", { ...level, component: "runtime" }), 8]],
      },
    );
  });

  it("count no GPU of a pod that waits for a node, and none of one that has ended", async () => {
    await gives(
      {},
      [
        nodeSeries("a", "g6.2xlarge"),
        ...podSeries({ name: "chat-waits", phase: "Pending" }),
        ...podSeries({ name: "chat-ended", node: "a", phase: "Succeeded" }),
      ],
      { "release:vllm_gpus:sum": [], [HOURLY]: [] },
    );
  });

  it("count a pod that pulls its image: it holds its GPU", async () => {
    await gives({}, [nodeSeries("a", "g6.2xlarge"), ...podSeries({ name: "chat-1", node: "a", phase: "Pending" })], {
      [HOURLY]: [[named(HOURLY, { ...LEVEL, component: "runtime" }), 0.9776]],
    });
  });

  it("give a warm spare to the release that is routed", async () => {
    await gives(
      {},
      [
        nodeSeries("a", "g6.2xlarge"),
        ...podSeries({ name: "chat-spare", node: "a", component: "spare", level: SPARE }),
      ],
      {
        [HOURLY]: [[named(HOURLY, { ...LEVEL, component: "spare" }), 0.9776]],
        "release:vllm_cost_idle_usd:per_hour": [
          [named("release:vllm_cost_idle_usd:per_hour", { ...LEVEL, component: "spare" }), 0.9776],
        ],
      },
    );
  });

  it("price batches, on their machine or by the config", async () => {
    const plan = planOf(batchConfig());
    const level = { ...LEVEL, vllm_class: "batch", vllm_model: "docs", vllm_release: "batch" };
    const pods = [
      ...podSeries({ name: "docs-0", node: "a", component: "batch", level }),
      ...podSeries({ name: "docs-1", node: "b", component: "batch", level }),
    ];
    await gives({ batches: [plan] }, [nodeSeries("a", "g6.12xlarge"), ...pods], {
      [rounded(HOURLY)]: [[{ ...level, component: "batch" }, 4.6016 / 4 + 0.9776]],
      // Nothing says whether they compute.
      "release:vllm_cost_idle_usd:per_hour": [],
    });
    const used = (pod: string, percent: number): InputSeries => ({
      series: series("DCGM_FI_DEV_GPU_UTIL", { namespace: "vllm", pod, gpu: "0" }),
      values: `${percent}x${MINUTES}`,
    });
    await gives({ batches: [plan] }, [nodeSeries("a", "g6.12xlarge"), ...pods, used("docs-0", 0), used("docs-1", 80)], {
      [rounded("release:vllm_cost_idle_usd:per_hour")]: [[{ ...level, component: "batch" }, 4.6016 / 4]],
    });
  });

  it("call a runtime idle while no request runs or it loads, and 0 is said where all are busy", async () => {
    const idle = "release:vllm_cost_idle_usd:per_hour";
    const busy = podSeries({ name: "chat-1", node: "a", running: `3x${MINUTES}` });
    await gives({}, [nodeSeries("a", "g6.2xlarge"), ...busy], {
      [idle]: [[named(idle, { ...LEVEL, component: "runtime" }), 0]],
    });
    await gives(
      {},
      [
        ...["a", "b", "c"].map((node) => nodeSeries(node, "g6.2xlarge")),
        ...busy,
        ...podSeries({ name: "chat-2", node: "b", running: `0x${MINUTES}` }),
        ...podSeries({ name: "chat-3", node: "c" }),
      ],
      { [rounded(idle)]: [[{ ...LEVEL, component: "runtime" }, 2 * 0.9776]] },
    );
  });

  it("split dollars over tokens, an output token as five of input", async () => {
    const input = [nodeSeries("a", "g6.2xlarge"), ...podSeries({ name: "chat-1", node: "a" })];
    const name = "release:vllm_cost_usd:per_million_tokens";
    // 1000 + 5 × 100 = 1500 a second.
    const each = (1e6 * 0.9776) / (1500 * 3600);
    await gives({}, [...input, ...tokenSeries(1000, 100)], {
      [rounded(name)]: [
        [{ ...LEVEL, phase: "input" }, each],
        [{ ...LEVEL, phase: "output" }, 5 * each],
      ],
      // All dollars, and no more.
      [rounded(`sum(${name} * release:vllm_tokens:per_hour) / 1e6`)]: [[{}, 0.9776]],
    });
    await gives({ config: { prices: { outputTokenWeight: 2 } } }, [...input, ...tokenSeries(1000, 500)], {
      [rounded(name)]: [
        [{ ...LEVEL, phase: "input" }, (1e6 * 0.9776) / (2000 * 3600)],
        [{ ...LEVEL, phase: "output" }, (2e6 * 0.9776) / (2000 * 3600)],
      ],
    });
  });

  it("say nothing of tokens that there are none of", async () => {
    const input = [nodeSeries("a", "g6.2xlarge"), ...podSeries({ name: "chat-1", node: "a" })];
    const name = "release:vllm_cost_usd:per_million_tokens";
    await gives({}, [...input, ...tokenSeries(0, 0)], { [name]: [] });
    // An embedding model writes no tokens.
    await gives({}, [...input, ...tokenSeries(1000, 0)], {
      [rounded(name)]: [[{ ...LEVEL, phase: "input" }, (1e6 * 0.9776) / 3.6e6]],
    });
  });

  it("sum up a day by the minutes that a pod was there", async () => {
    const hours = 22;
    const input = [
      nodeSeries("a", "g6.2xlarge"),
      ...podSeries({ name: "chat-1", node: "a" }),
      ...tokenSeries(1000, 100),
    ].map((one) => ({ ...one, values: `${one.values.split("x")[0]}x${28 * 60} stale` }));
    const after30h = (expr: string, ...samples: (readonly [Record<string, string>, number])[]) => ({
      expr,
      eval_time: "30h",
      exp_samples: samples.map(([labels, value]) => ({ labels: series("", labels), value: Number(value.toFixed(6)) })),
    });
    const phases = (input: number, output: number) =>
      [
        [{ ...MODEL, phase: "input" }, input],
        [{ ...MODEL, phase: "output" }, output],
      ] as const;
    const over = (series: string, level: string, budget: string): string =>
      rounded(`${series} > on (${level}) group_left () ${budget}`);
    const each = (1e6 * 0.9776) / (1500 * 3600);
    await testRules(inOrder(rulesOf({ config: { budgets: { usdPerDay: 400, models: { chat: 20 } } } })), [
      {
        input_series: input,
        promql_expr_test: [
          after30h(rounded("model:vllm_cost_usd:day"), [MODEL, hours * 0.9776]),
          after30h(rounded("stack:vllm_cost_usd:day"), [STACK, hours * 0.9776]),
          after30h(rounded("model:vllm_gpu_hours:day"), [MODEL, hours]),
          after30h(rounded("model:vllm_cost_idle_usd:day"), [MODEL, hours * 0.9776]),
          after30h("round(model:vllm_tokens:day)", ...phases(hours * 3_600_000, hours * 360_000)),
          after30h(rounded("model:vllm_cost_usd:per_million_tokens_day"), ...phases(each, 5 * each)),
          after30h(over("model:vllm_cost_usd:day", "namespace, vllm_stack, vllm_model", "vllm_budget_usd_day"), [
            MODEL,
            hours * 0.9776,
          ]),
          after30h(over("stack:vllm_cost_usd:day", "namespace, vllm_stack", 'vllm_budget_usd_day{vllm_model=""}')),
        ],
      },
    ]);
  });

  it("keep to the stack: another one in the namespace counts for itself", async () => {
    const other = { ...LEVEL, vllm_stack: "other" };
    await gives(
      {},
      [
        nodeSeries("a", "g6.2xlarge"),
        ...podSeries({ name: "chat-1", node: "a" }),
        ...podSeries({ name: "other-1", node: "a", level: other }),
      ],
      {
        [HOURLY]: [[named(HOURLY, { ...LEVEL, component: "runtime" }), 0.9776]],
        [`count(vllm_node_info{vllm_stack="${SCOPE.stack}"})`]: [[{}, 1]],
      },
    );
  });
});
