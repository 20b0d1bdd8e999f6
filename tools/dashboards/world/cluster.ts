/** What kube-state-metrics and the DCGM exporter say of a stack's pods, nodes and Jobs. */
import { COMPONENTS, APP_NAME, LABELS } from "../../../components/vocabulary/labels.js";
import { DCGM, KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { shownLabel } from "../../../components/vocabulary/metrics/labels.js";
import { NODE_LABELS } from "../../../components/vocabulary/nodes.js";
import { ENGINE_CONTAINER } from "../../../components/vocabulary/workloads.js";
import { runtimeName } from "../../../components/derive/objects.js";
import type { Series } from "../remoteWrite.js";
import type { Engine, Pod } from "./engines.js";
import type { Clock, OverTime } from "./time.js";

/** Whom series are about. */
export interface Where {
  namespace: string;
  stack: string;
}

/** Labels of an object as kube-state-metrics shows them. */
function shown(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [shownLabel(label), value]));
}

/** Seconds that the parts of a start take: to the node, to vLLM's start, to readiness. */
const START = { scheduled: 4, started: 38, ready: 118 } as const;

/** Series of a pod that runs. @param labels those of the pod */
export function podSeries(clock: Clock, { namespace }: Where, pod: Pod, labels: Record<string, string>): Series[] {
  const of = { namespace, pod: pod.name };
  const container = { ...of, container: ENGINE_CONTAINER };
  const created = clock.range.start + pod.created;
  const gauges: [string, Record<string, string>, number][] = [
    [KUBE.podLabels.name, { ...of, ...shown(labels) }, 1],
    [KUBE.podInfo.name, { ...of, node: pod.node, created_by_kind: "ReplicaSet", created_by_name: "x" }, 1],
    [KUBE.podReady.name, { ...of, condition: "true" }, 1],
    [KUBE.podReady.name, { ...of, condition: "false" }, 0],
    [KUBE.podPhase.name, { ...of, phase: "Running" }, 1],
    [KUBE.podCreated.name, of, created],
    ["kube_pod_status_scheduled_time", of, created + START.scheduled],
    [KUBE.containerStarted.name, container, created + START.started],
    ["kube_pod_status_ready_time", of, created + START.ready],
    [KUBE.restarts.name, container, 0],
  ];
  return gauges.map(([name, own, value]) => clock.gauge(name, own, value));
}

/** A release's Deployment and pods, and the GPUs that they hold. */
export function releaseSeries(clock: Clock, where: Where, { plan, behaviour }: Engine, pods: readonly Pod[]): Series[] {
  const { namespace, stack } = where;
  const deployment = { namespace, deployment: runtimeName(plan) };
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: plan.name,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.partOf]: stack,
    [LABELS.release]: plan.release,
    [LABELS.revision]: plan.model.revision,
    [LABELS.class]: plan.class,
    [LABELS.gpu]: plan.gpu.type,
  };
  const hpa = { namespace, horizontalpodautoscaler: `keda-hpa-${runtimeName(plan)}` };
  return [
    clock.gauge("kube_deployment_labels", { ...deployment, ...shown(labels) }, 1),
    clock.gauge(KUBE.deploymentReplicas.name, deployment, behaviour.replicas),
    clock.gauge(KUBE.deploymentReady.name, deployment, behaviour.replicas),
    clock.gauge(KUBE.deploymentUpdated.name, deployment, behaviour.replicas),
    clock.gauge(KUBE.deploymentCondition.name, { ...deployment, condition: "Progressing", status: "true" }, 1),
    clock.gauge(KUBE.deploymentCreated.name, deployment, clock.range.start - 86_400),
    clock.gauge(KUBE.hpaReplicas.name, hpa, behaviour.replicas),
    clock.gauge(KUBE.hpaMost.name, hpa, plan.autoscaling.max),
    ...pods.flatMap((pod, index) => [
      ...podSeries(clock, where, pod, labels),
      ...gpuSeries(clock, where, pod, plan.gpu.count, {
        busy: behaviour.gpu,
        memory: 0.87 + index * 0.01,
        type: plan.gpu.type,
      }),
    ]),
  ];
}

/** What a pod's GPUs do. */
interface GpuState {
  /** 0 to 1. */
  busy: OverTime;
  memory: number;
  type: string;
  /** @default none */
  xid?: number;
}

const MIB = 46_068;
/** Watts of an idle GPU, and how many more a busy one draws. */
const WATTS: Readonly<Record<string, readonly [idle: number, more: number]>> = { l40s: [90, 240], l4: [16, 54] };

/** The GPUs of a pod, its requests for them, and its node. */
export function gpuSeries(clock: Clock, { namespace }: Where, pod: Pod, count: number, state: GpuState): Series[] {
  const container = { namespace, pod: pod.name, container: ENGINE_CONTAINER };
  const node = { node: pod.node };
  const [idle, more] = WATTS[state.type]!;
  return [
    clock.gauge(KUBE.requests.name, { ...container, ...node, resource: "nvidia_com_gpu", unit: "integer" }, count),
    clock.gauge(
      KUBE.nodeLabels.name,
      {
        ...node,
        ...shown({
          [NODE_LABELS.accelerator]: state.type,
          "node.kubernetes.io/instance-type": state.type === "l40s" ? "g6e.2xlarge" : "g6.2xlarge",
          [NODE_LABELS.lifecycle]: "on-demand",
        }),
      },
      1,
    ),
    ...Array.from({ length: count }, (_, gpu) => {
      const of = {
        ...container,
        gpu: String(gpu),
        UUID: `GPU-${pod.name}-${gpu}`,
        modelName: `NVIDIA ${state.type.toUpperCase()}`,
        Hostname: pod.node,
      };
      const warm: OverTime = (since) => Math.round(41 + 33 * state.busy(since));
      return [
        clock.gauge(DCGM.utilization.name, of, (since) => Math.round(100 * state.busy(since))),
        clock.gauge(DCGM.memoryUsed.name, of, Math.round(MIB * state.memory)),
        clock.gauge(DCGM.memoryFree.name, of, Math.round(MIB * (1 - state.memory))),
        clock.gauge(DCGM.temperature.name, of, warm),
        clock.gauge(DCGM.power.name, of, (since) => Math.round(idle + more * state.busy(since))),
        clock.gauge(DCGM.xid.name, of, state.xid ?? 0),
      ];
    }).flat(),
  ];
}

/** A Job. */
export interface JobState {
  name: string;
  component: "batch" | "cache";
  /** The label app.kubernetes.io/instance. @default none */
  instance?: string;
  active: number;
  succeeded: number;
  failed: number;
  /** Seconds before the range ends. */
  age: number;
}

export function jobSeries(clock: Clock, { namespace, stack }: Where, job: JobState): Series[] {
  const of = { namespace, job_name: job.name };
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.component]: job.component,
    [LABELS.partOf]: stack,
    [LABELS.instance]: job.instance ?? "",
  };
  return [
    clock.gauge(KUBE.jobLabels.name, { ...of, ...shown(labels) }, 1),
    clock.gauge(KUBE.jobActive.name, of, job.active),
    clock.gauge(KUBE.jobSucceeded.name, of, job.succeeded),
    clock.gauge(KUBE.jobFailed.name, { ...of, ...(job.failed > 0 && { reason: "BackoffLimitExceeded" }) }, job.failed),
    clock.gauge(KUBE.jobStarted.name, of, clock.range.end - job.age),
  ];
}

/** A pod of a batch at work. */
export function batchPodSeries(clock: Clock, where: Where, batch: string, pod: Pod, busy: OverTime): Series[] {
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: batch,
    [LABELS.component]: COMPONENTS.batch,
    [LABELS.partOf]: where.stack,
    [LABELS.class]: "batch",
    [LABELS.gpu]: "l4",
  };
  return [
    ...podSeries(clock, where, pod, labels),
    ...gpuSeries(clock, where, pod, 1, { busy, memory: 0.82, type: "l4" }),
  ];
}
