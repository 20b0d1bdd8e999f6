/**
 * A simulated afternoon of a stack: chat's route moves from r1 to r2, which is slower, so that its queue and its KV cache fill and
 * its error budget burns; the other models have an ordinary day, a batch runs, and one fill of the cache has failed.
 */
import { formatProblem } from "../../../components/config/problems.js";
import type { RuntimePlan } from "../../../components/derive/plan.js";
import { parseStackConfig, type StackConfig } from "../../../stacks/config.js";
import { collectStack } from "../../collect.js";
import type { OwnPrometheus, Range } from "../prometheus.js";
import type { Series } from "../remoteWrite.js";
import { evaluate, type Rule, rulesOf } from "../rules.js";
import { batchPodSeries, jobSeries, releaseSeries, type Where } from "./cluster.js";
import { type Behaviour, type Engine, engineSeries, podsOf, scrapeLabels } from "./engines.js";
import { gatewaySeries } from "./gateway.js";
import { NAMESPACE, STACK, storyValues } from "./stack.js";
import { Clock, type OverTime, wave } from "./time.js";

/** When chat's route moves, as a share of the range. */
const ROLLOUT = 0.55;

const WHERE: Where = { namespace: NAMESPACE, stack: STACK };

/** An ordinary release. */
const ORDINARY: Behaviour = {
  replicas: 1,
  requests: wave(3, 1.2, 0.1),
  firstToken: wave(0.11, 0.03, 0.1),
  betweenTokens: wave(0.017, 0.003, 0.1),
  prompt: 900,
  answer: 240,
  running: wave(14, 5, 0.1),
  waiting: () => 0,
  kvCache: wave(0.42, 0.15, 0.1),
  preemptions: () => 0,
  refusals: () => 0,
  failing: () => 0.0002,
  prefixHits: 0.55,
  gpu: wave(0.7, 0.15, 0.1),
};

/** How each release behaves; `moved` is the time of the rollout, in seconds since the range began. */
function behaviours(moved: number): Record<string, Behaviour> {
  /** From one behaviour to another within ten minutes of the rollout. */
  const turns =
    (before: OverTime, after: OverTime): OverTime =>
    (since) => {
      const part = Math.min(1, Math.max(0, (since - moved) / 600));
      return before(since) * (1 - part) + after(since) * part;
    };
  const none = (): number => 0;
  return {
    "chat/r1": {
      ...ORDINARY,
      replicas: 3,
      requests: turns(wave(9, 2), none),
      running: turns(wave(48, 14), none),
      waiting: turns(wave(2, 2), none),
      kvCache: turns(wave(0.61, 0.12), () => 0.01),
      gpu: turns(wave(0.82, 0.1), () => 0.01),
      firstToken: wave(0.13, 0.03),
      prefixHits: 0.72,
    },
    "chat/r2": {
      ...ORDINARY,
      replicas: 3,
      requests: turns(none, wave(8.5, 1.5)),
      running: turns(none, wave(68, 4)),
      waiting: turns(none, wave(58, 14)),
      kvCache: turns(() => 0.01, wave(0.91, 0.05)),
      gpu: turns(() => 0.01, wave(0.95, 0.03)),
      firstToken: turns(() => 0.14, wave(0.62, 0.15)),
      betweenTokens: wave(0.029, 0.004),
      preemptions: turns(none, wave(0.4, 0.1)),
      refusals: turns(none, wave(0.3, 0.15)),
      failing: turns(none, () => 0.004),
      prefixHits: 0.58,
    },
    "code/r1": { ...ORDINARY, replicas: 2, requests: wave(4, 1.8, 0.35), answer: 420, gpu: wave(0.6, 0.2, 0.35) },
    "summaries/r1": {
      ...ORDINARY,
      requests: wave(1.4, 0.5, 0.6),
      prompt: 5200,
      answer: 300,
      kvCache: wave(0.74, 0.1, 0.6),
      prefixHits: 0.08,
      gpu: wave(0.93, 0.05, 0.6),
    },
    "trial/r1": {
      ...ORDINARY,
      requests: wave(0.15, 0.1, 0.8),
      running: wave(1.5, 1, 0.8),
      kvCache: () => 0.03,
      gpu: wave(0.03, 0.02, 0.8),
    },
  };
}

function parsed(routed: "r1" | "r2"): StackConfig {
  const { config, problems } = parseStackConfig(storyValues(routed), []);
  if (config === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  return config;
}

/** The real rules of the stack. */
async function rulesWith(config: StackConfig): Promise<Rule[]> {
  return rulesOf(await collectStack({ stack: STACK, engineConfig: {}, engineSecretKeys: [] }, config));
}

function enginesOf({ models }: StackConfig, moved: number): Engine[] {
  const all = behaviours(moved);
  const plans: RuntimePlan[] = models.flatMap(({ releases }) => [...releases.values()]);
  return plans.map((plan) => ({ plan, behaviour: all[`${plan.name}/${plan.release}`]! }));
}

/** What is scraped in the story. */
export function scraped(clock: Clock, config: StackConfig, moved: number): Series[] {
  const all = enginesOf(config, moved);
  const engines = all.flatMap((engine, index) => {
    const pods = podsOf(engine, index);
    return [
      ...releaseSeries(clock, WHERE, engine, pods),
      ...pods.flatMap((pod) => engineSeries(clock, engine, scrapeLabels(engine.plan, pod, NAMESPACE, STACK))),
    ];
  });
  const jobs = [
    {
      name: "reviews-batch-5c1b0d6a",
      component: "batch",
      instance: "reviews",
      active: 2,
      succeeded: 5,
      failed: 0,
      age: 5400,
    },
    {
      name: "tickets-batch-91ce77f2",
      component: "batch",
      instance: "tickets",
      active: 0,
      succeeded: 1,
      failed: 2,
      age: 9000,
    },
    { name: "prod-cache-fill-7d5e", component: "cache", active: 0, succeeded: 1, failed: 0, age: 40_000 },
    { name: "prod-cache-fill-b21c", component: "cache", active: 0, succeeded: 0, failed: 1, age: 3000 },
  ] as const;
  const worker = { name: "reviews-batch-worker-0", node: "batch-l4-0", ip: "10.0.9.1", created: -5400 };
  return [
    ...engines,
    ...gatewaySeries(clock, WHERE, all),
    ...jobs.flatMap((job) => jobSeries(clock, WHERE, job)),
    ...batchPodSeries(clock, WHERE, "reviews", worker, wave(0.94, 0.04)),
  ];
}

/** When chat's route moves, in seconds since 1970. */
export function rolloutTime({ start, end, step }: Range): number {
  return start + Math.round((ROLLOUT * (end - start)) / step) * step;
}

/** Writes the story into a Prometheus: what is scraped, and what the stack's rules make of it. */
export async function tell(prometheus: OwnPrometheus, range: Range): Promise<void> {
  const change = rolloutTime(range);
  const [before, after] = [parsed("r1"), parsed("r2")];
  await prometheus.write(scraped(new Clock(range), before, change - range.start));
  const isContract = ({ expr }: Rule): boolean => !/[{[]/.test(expr);
  const rulesBefore = await rulesWith(before);
  const rulesAfter = await rulesWith(after);
  await evaluate(prometheus, rulesBefore.filter(isContract), { ...range, end: change - range.step });
  await evaluate(prometheus, rulesAfter.filter(isContract), { ...range, start: change });
  await evaluate(
    prometheus,
    rulesAfter.filter((rule) => !isContract(rule)),
    range,
  );
}
