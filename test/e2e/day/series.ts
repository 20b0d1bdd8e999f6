/** What is scraped on the day: vLLM's servers, kube-state-metrics and the DCGM exporter. */
import { runtimeLabels, runtimeName } from "../../../components/derive/objects.js";
import type { RuntimePlan } from "../../../components/derive/plan.js";
import { BUCKETS } from "../../../components/facts/vllm/histogramBuckets.js";
import { leOf } from "../../../components/derive/observability/buckets.js";
import { DCGM, KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, shownLabel } from "../../../components/vocabulary/metrics/labels.js";
import type { Metric } from "../../../components/vocabulary/metrics/metric.js";
import { VLLM } from "../../../components/vocabulary/metrics/vllm.js";
import { INSTANCE_TYPE_LABEL } from "../../../components/vocabulary/nodes.js";
import { ENGINE_CONTAINER } from "../../../components/vocabulary/workloads.js";
import type { InputSeries } from "../../promtool.js";
import { SCOPE } from "./stack.js";
import { type Actor, isIn, type Life, type Load, MINUTES, STEP_SECONDS, UNSEEN } from "./story.js";
import { inputSeries, rounded, type Sample } from "./tape.js";

/** The minute of each scrape. */
const TIMES = Array.from({ length: (MINUTES * 60) / STEP_SECONDS + 1 }, (_, index) => (index * STEP_SECONDS) / 60);

type Labels = Readonly<Record<string, string>>;

/** Samples at each scrape; `undefined` where the target does not have the series. */
function tape(at: (minute: number) => number | undefined): Sample[] {
  let known = false;
  return TIMES.map((minute) => {
    if (isIn(UNSEEN, minute)) return "missing";
    const value = at(minute);
    const ends = value === undefined && known;
    known = value !== undefined;
    return value === undefined ? (ends ? "gone" : "missing") : rounded(value);
  });
}

function gauge({ name }: Metric, labels: Labels, at: (minute: number) => number | undefined): InputSeries {
  return inputSeries(name, labels, tape(at));
}

/** A counter, from its rate a second while it is there. */
function counter(name: string, labels: Labels, rate: (minute: number) => number | undefined): InputSeries {
  const totals = new Map<number, number>();
  let total = 0;
  for (const minute of TIMES) {
    total += (rate(minute) ?? 0) * STEP_SECONDS;
    totals.set(minute, total);
  }
  return inputSeries(
    name,
    labels,
    tape((minute) => (rate(minute) === undefined ? undefined : totals.get(minute))),
  );
}

/** Log-logistic: the share of values below an edge. */
function below(edge: number, median: number): number {
  return 1 / (1 + (median / edge) ** 4);
}

function histogram(
  { name }: Metric,
  labels: Labels,
  edges: readonly number[],
  rate: (minute: number) => number | undefined,
  median: (minute: number) => number,
): InputSeries[] {
  const part = (edge: number) => (minute: number) => {
    const all = rate(minute);
    return all === undefined ? undefined : all * below(edge, median(minute));
  };
  return [
    ...edges.map((edge) => counter(`${name}_bucket`, { ...labels, le: leOf(edge) }, part(edge))),
    counter(`${name}_bucket`, { ...labels, le: "+Inf" }, rate),
  ];
}

const exists = ({ created, deleted }: Life, minute: number): boolean => minute >= created && minute < deleted;
const answers = (life: Life, minute: number): boolean =>
  exists(life, minute) && minute >= life.ready && minute < (life.lost ?? Infinity);
/** Kubernetes sees that a node is gone 40 s after its last sign of life. */
const isReady = (life: Life, minute: number): boolean =>
  answers(life, minute - (life.lost === undefined ? 0 : 2 / 3)) && exists(life, minute);

/** All series of a model. */
export function seriesOf(actor: Actor, plan: RuntimePlan): InputSeries[] {
  return [
    ...actor.replicas.flatMap((life) => [...engineSeries(actor, plan, life), ...podSeries(plan, life)]),
    ...deploymentSeries(actor, plan),
  ];
}

/** Each node that a pod is on, while one is. */
export function nodeSeries(actors: readonly Actor[]): InputSeries[] {
  const lives = actors.flatMap(({ replicas }) => replicas);
  return [...new Set(lives.map(({ node }) => node))].map((node) => {
    const labels = { node, [shownLabel(INSTANCE_TYPE_LABEL)]: "g6.2xlarge" };
    const isOn = (life: Life, minute: number): boolean =>
      life.node === node && exists(life, minute) && minute >= (life.placed ?? life.created);
    return gauge(KUBE.nodeLabels, labels, (minute) => (lives.some((life) => isOn(life, minute)) ? 1 : undefined));
  });
}

function levelOf(plan: RuntimePlan): Labels {
  return {
    namespace: SCOPE.namespace,
    [METRIC_LABELS.stack]: SCOPE.stack,
    [METRIC_LABELS.model]: plan.name,
    [METRIC_LABELS.release]: plan.release,
    [METRIC_LABELS.revision]: plan.model.revision,
    [METRIC_LABELS.class]: plan.class,
    [METRIC_LABELS.gpu]: plan.gpu.type,
  };
}

/** Tokens of a request. */
const [PROMPT, ANSWER] = [900, 240];

function engineSeries({ load, replicas }: Actor, plan: RuntimePlan, life: Life): InputSeries[] {
  const scrape = { ...levelOf(plan), pod: life.pod, instance: `${life.pod}:8000`, job: runtimeName(plan) };
  const of = { ...scrape, engine: "0", model_name: plan.name };
  const own = (value: (load: Load) => number) => (minute: number) =>
    answers(life, minute) ? value(load(minute)) : undefined;
  const share = (value: (load: Load) => number) => (minute: number) => {
    const servers = replicas.filter((other) => answers(other, minute)).length;
    return answers(life, minute) ? value(load(minute)) / servers : undefined;
  };
  const requests = share((now) => now.requests);
  const tokens = (each: number) => share((now) => now.requests * each);
  const http = { ...scrape, handler: "/v1/chat/completions", method: "POST" };
  return [
    inputSeries(
      "up",
      scrape,
      tape((minute) =>
        exists(life, minute) && minute >= (life.placed ?? life.created) ? Number(answers(life, minute)) : undefined,
      ),
    ),
    gauge(
      VLLM.running,
      of,
      own((now) => now.running),
    ),
    gauge(
      VLLM.waiting,
      of,
      own((now) => now.waiting),
    ),
    gauge(
      VLLM.kvCacheUsage,
      of,
      own((now) => now.kvCache),
    ),
    gauge(
      VLLM.processStarted,
      scrape,
      own(() => (life.ready - 3) * 60),
    ),
    counter(
      VLLM.preemptions.name,
      of,
      share((now) => now.preemptions),
    ),
    counter(VLLM.promptTokens.name, of, tokens(PROMPT)),
    counter(VLLM.generationTokens.name, of, tokens(ANSWER)),
    counter(VLLM.finished.name, { ...of, finished_reason: "stop" }, requests),
    counter(VLLM.httpRequests.name, { ...http, status: "2xx" }, requests),
    counter(
      VLLM.httpRequests.name,
      { ...http, status: "5xx" },
      share((now) => now.refused),
    ),
    ...histogram(VLLM.timeToFirstToken, of, BUCKETS.time_to_first_token, requests, (minute) => load(minute).firstToken),
    ...histogram(
      VLLM.interTokenLatency,
      of,
      BUCKETS.inter_token_latency,
      tokens(ANSWER),
      (minute) => load(minute).betweenTokens,
    ),
  ];
}

function podSeries(plan: RuntimePlan, life: Life): InputSeries[] {
  const of = { namespace: SCOPE.namespace, pod: life.pod };
  const container = { ...of, container: ENGINE_CONTAINER };
  const placed = life.placed ?? life.created;
  const there = (value: number) => (minute: number) => (exists(life, minute) ? value : undefined);
  const onNode = (value: number) => (minute: number) => (exists(life, minute) && minute >= placed ? value : undefined);
  const seen = (value: number) => (minute: number) =>
    exists(life, minute) && minute >= life.ready && minute < (life.lost ?? Infinity) ? value : undefined;
  const labels = Object.entries(runtimeLabels(plan, SCOPE.stack)).map(([label, value]) => [shownLabel(label), value]);
  const gpu = { ...container, gpu: "0", UUID: `GPU-${life.pod}`, modelName: "NVIDIA L4", Hostname: life.node };
  const requests = { resource: "nvidia_com_gpu", unit: "integer", node: life.node };
  return [
    gauge(KUBE.podLabels, { ...of, ...(Object.fromEntries(labels) as Labels) }, there(1)),
    gauge(KUBE.podInfo, { ...of, node: "" }, (minute) => (exists(life, minute) && minute < placed ? 1 : undefined)),
    gauge(KUBE.podInfo, { ...of, node: life.node }, onNode(1)),
    gauge(KUBE.podUnschedulable, of, (minute) => (exists(life, minute) && minute < placed ? 1 : undefined)),
    gauge(KUBE.podCreated, of, there(life.created * 60)),
    ...startTimes(life),
    gauge(KUBE.podPhase, { ...of, phase: "Pending" }, (minute) =>
      exists(life, minute) ? Number(minute < placed) : undefined,
    ),
    gauge(KUBE.podPhase, { ...of, phase: "Running" }, (minute) =>
      exists(life, minute) ? Number(minute >= placed) : undefined,
    ),
    gauge(KUBE.podReady, { ...of, condition: "true" }, (minute) =>
      exists(life, minute) ? Number(isReady(life, minute)) : undefined,
    ),
    gauge(KUBE.restarts, container, onNode(0)),
    gauge(KUBE.requests, { ...container, ...requests }, there(1)),
    gauge(DCGM.utilization, gpu, seen(70)),
    gauge(DCGM.memoryUsed, gpu, seen(20_900)),
    gauge(DCGM.memoryFree, gpu, seen(1600)),
    gauge(DCGM.xid, gpu, seen(0)),
  ];
}

/** When a pod got its node, when vLLM was started and when it was ready, in seconds of the day's clock. */
function startTimes(life: Life): InputSeries[] {
  const of = { namespace: SCOPE.namespace, pod: life.pod };
  const placed = life.placed ?? life.created;
  const since = (from: number, at: number) => (minute: number) =>
    exists(life, minute) && minute >= from ? at * 60 : undefined;
  const started = life.ready - 3;
  return [
    inputSeries("kube_pod_status_scheduled_time", of, tape(since(placed, placed))),
    gauge(KUBE.containerStarted, { ...of, container: ENGINE_CONTAINER }, since(started, started)),
    inputSeries("kube_pod_status_ready_time", of, tape(since(life.ready, life.ready))),
  ];
}

function deploymentSeries({ wanted, replicas }: Actor, plan: RuntimePlan): InputSeries[] {
  const of = { namespace: SCOPE.namespace, deployment: runtimeName(plan) };
  const hpa = { namespace: SCOPE.namespace, horizontalpodautoscaler: `keda-hpa-${runtimeName(plan)}` };
  const { min, max } = plan.autoscaling;
  const ready = (minute: number): number => replicas.filter((life) => isReady(life, minute)).length;
  return [
    gauge(KUBE.deploymentReplicas, of, wanted),
    gauge(KUBE.deploymentReady, of, ready),
    gauge(KUBE.deploymentUpdated, of, wanted),
    ...(min === max
      ? []
      : [
          gauge(KUBE.hpaMost, hpa, () => max),
          gauge(KUBE.hpaCondition, { ...hpa, condition: "ScalingActive", status: "true" }, () => 1),
          gauge(KUBE.hpaCondition, { ...hpa, condition: "ScalingActive", status: "false" }, () => 0),
        ]),
  ];
}
