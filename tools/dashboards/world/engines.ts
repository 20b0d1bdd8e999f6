/** What vLLM's replicas answer to `GET /metrics`, with the labels that the PodMonitor adds. */
import type { RuntimePlan } from "../../../components/derive/plan.js";
import { runtimeName } from "../../../components/derive/objects.js";
import { releaseLabels } from "../../../components/observability/rules/contracts.js";
import { METRICS } from "../../../components/vocabulary/metrics/vllm.js";
import { HTTP_PORT, PORT_NAME } from "../../../components/vocabulary/ports.js";
import { ENGINE_CONTAINER } from "../../../components/vocabulary/workloads.js";
import type { Series } from "../remoteWrite.js";
import type { Clock, OverTime } from "./time.js";

/** How a release behaves, all its replicas together; times since the range began. */
export interface Behaviour {
  replicas: number;
  /** Requests a second. */
  requests: OverTime;
  /** Medians in seconds. */
  firstToken: OverTime;
  betweenTokens: OverTime;
  /** Tokens a request. */
  prompt: number;
  answer: number;
  /** Requests. */
  running: OverTime;
  waiting: OverTime;
  /** 0 to 1. */
  kvCache: OverTime;
  /** A second. */
  preemptions: OverTime;
  refusals: OverTime;
  /** Share of requests that fail. */
  failing: OverTime;
  /** Share of prompt tokens. */
  prefixHits: number;
  /** 0 to 1. */
  gpu: OverTime;
}

/** A release and how it behaves. */
export interface Engine {
  plan: RuntimePlan;
  behaviour: Behaviour;
}

/** A replica's pod. */
export interface Pod {
  name: string;
  node: string;
  ip: string;
  /** When it was created, in seconds since the range began. */
  created: number;
}

/** Edges of vLLM 0.30 and 0.32, as its client writes them. */
const EDGES = {
  firstToken:
    "0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0 160.0 640.0 2560.0",
  betweenTokens: "0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0",
  request: "0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0",
  tokens: "1.0 2.0 5.0 10.0 20.0 50.0 100.0 200.0 500.0 1000.0 2000.0 5000.0 10000.0 20000.0",
} as const;
const edges = (of: keyof typeof EDGES): string[] => EDGES[of].split(" ");

/** The pods of a release. The last one is young, so that a start is in sight. */
export function podsOf({ plan, behaviour: { replicas } }: Engine, index: number): Pod[] {
  return Array.from({ length: replicas }, (_, replica) => ({
    name: `${runtimeName(plan)}-6c9f7d5b8-${"bdfgh"[replica]}${index}xk`,
    node: `gpu-${plan.gpu.type}-${replica}`,
    ip: `10.0.${index}.${replica + 10}`,
    created: -86_400,
  }));
}

/** Labels that the scrape gives a replica's series. */
export function scrapeLabels(plan: RuntimePlan, pod: Pod, namespace: string, stack: string): Record<string, string> {
  return {
    ...releaseLabels(plan, { namespace, stack }),
    pod: pod.name,
    container: ENGINE_CONTAINER,
    endpoint: PORT_NAME,
    instance: `${pod.ip}:${HTTP_PORT}`,
    job: `${namespace}/${runtimeName(plan)}`,
  };
}

/** All series of a replica. */
export function engineSeries(clock: Clock, { plan, behaviour }: Engine, scrape: Record<string, string>): Series[] {
  const share =
    (whole: OverTime): OverTime =>
    (since) =>
      whole(since) / behaviour.replicas;
  const of = { ...scrape, engine: "0", model_name: plan.name };
  const requests = share(behaviour.requests);
  const { firstToken, betweenTokens, prompt, answer } = behaviour;
  const ended: Record<string, number> = { stop: 0.8648, length: 0.11, abort: 0.025, error: 0.0002, repetition: 0 };
  const gauges: [string, OverTime][] = [
    [METRICS.running, (since) => Math.round(share(behaviour.running)(since))],
    [METRICS.waiting, (since) => Math.round(share(behaviour.waiting)(since))],
    [METRICS.kvCacheUsage, behaviour.kvCache],
  ];
  const counters: [string, OverTime][] = [
    [METRICS.preemptions, share(behaviour.preemptions)],
    [METRICS.promptTokens, (since) => requests(since) * prompt],
    [METRICS.cachedPromptTokens, (since) => requests(since) * prompt * behaviour.prefixHits],
    [METRICS.generationTokens, (since) => requests(since) * answer],
    [METRICS.prefixCacheQueries, (since) => requests(since) * prompt],
    [METRICS.prefixCacheHits, (since) => requests(since) * prompt * behaviour.prefixHits],
  ];
  const queue: OverTime = (since) => 0.05 + share(behaviour.waiting)(since) * 0.08;
  const http = { ...scrape, handler: "/v1/chat/completions", method: "POST" };
  return [
    clock.gauge("up", scrape, 1),
    ...gauges.map(([name, value]) => clock.gauge(name, of, value)),
    ...counters.map(([name, rate]) => clock.counter(name, of, rate)),
    ...Object.entries(ended).map(([reason, part]) =>
      clock.counter(METRICS.finished, { ...of, finished_reason: reason }, (since) => requests(since) * part),
    ),
    clock.counter(
      METRICS.refusals,
      { ...scrape, model_name: plan.name, reason: "max_num_queued_reqs" },
      share(behaviour.refusals),
    ),
    clock.counter(
      METRICS.httpRequests,
      { ...http, status: "2xx" },
      (since) => requests(since) * (1 - behaviour.failing(since)),
    ),
    clock.counter(METRICS.httpRequests, { ...http, status: "4xx" }, (since) => requests(since) * 0.01),
    clock.counter(
      METRICS.httpRequests,
      { ...http, status: "5xx" },
      (since) => requests(since) * behaviour.failing(since),
    ),
    ...clock.histogram(METRICS.timeToFirstToken, of, edges("firstToken"), { rate: requests, median: firstToken }),
    ...clock.histogram(METRICS.interTokenLatency, of, edges("betweenTokens"), {
      rate: (since) => requests(since) * answer,
      median: betweenTokens,
    }),
    ...clock.histogram(METRICS.requestLatency, of, edges("request"), {
      rate: requests,
      median: (since) => firstToken(since) + answer * betweenTokens(since),
    }),
    ...clock.histogram(METRICS.queueTime, of, edges("request"), { rate: requests, median: queue }),
    ...clock.histogram(METRICS.promptLength, of, edges("tokens"), { rate: requests, median: () => prompt }),
    ...clock.histogram(METRICS.generationLength, of, edges("tokens"), { rate: requests, median: () => answer }),
  ];
}
