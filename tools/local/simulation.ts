/** Changes pods for a simulated cluster: the load time of their model, and placement on simulated nodes. */
import { isRuntimeWorkload } from "../../components/vocabulary/workloads.js";
import {
  COMPONENTS,
  LABELS,
  LOCAL_RUN,
  SIMULATED_LOAD as LOAD_ANNOTATION,
} from "../../components/vocabulary/labels.js";
import { error, listOr } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import type { KubernetesObject } from "./client.js";

/** The pod annotation with the time until it is ready; without it, a pod is ready at once. */
export const SIMULATED_LOAD = { annotation: LOAD_ANNOTATION, never: "never" } as const;

/** Long enough to be seen, short enough to wait for. */
export const DEFAULT_LOAD = "10s";

/** Load times by model or by Deployment (`chat`, `chat-r2`), and of all others. */
export interface LoadTimes {
  others: string;
  named: Readonly<Record<string, string>>;
}

/** Earlier load times whose models still exist. */
export function stillNamed(texts: readonly string[], names: readonly string[]): string[] {
  return texts.filter((text) => !text.includes("=") || names.includes(text.split("=")[0]!));
}

/**
 * Reads `10s`, `chat=90s`, `chat-r2=never`.
 *
 * @param names of models and Deployments
 * @throws BadInput with every text that has another form or names no model
 */
export function parseLoadTimes(texts: readonly string[], names: readonly string[]): LoadTimes {
  const parsed = texts.map((text) => ({
    text,
    parts: /^(?:([a-z][-a-z0-9]*)=)?((?:\d+(?:\.\d+)?(?:ms|s|m))+|never)$/.exec(text),
  }));
  const problems = parsed.flatMap(({ text, parts }) => {
    if (parts === null)
      return [error("--load", `${JSON.stringify(text)} is no load time: use one such as 10s, chat=90s or chat=never`)];
    const [, name] = parts;
    return name === undefined || names.includes(name)
      ? []
      : [error("--load", `there is no model ${JSON.stringify(name)}: use ${listOr(names)}`)];
  });
  if (problems.length > 0) throw new BadInput(problems);
  const times = parsed.map(({ parts }) => [parts![1], parts![2]!] as const);
  return {
    others: times.findLast(([name]) => name === undefined)?.[1] ?? DEFAULT_LOAD,
    named: Object.fromEntries(times.flatMap(([name, time]) => (name === undefined ? [] : [[name, time]]))),
  };
}

interface Workload extends KubernetesObject {
  spec: { template: { metadata?: { annotations?: Record<string, string> } } };
}

/** Whether an object is the Deployment of a model's release, not of spares or foreign. */
export function isRuntime({ kind, metadata }: KubernetesObject): boolean {
  return isRuntimeWorkload(kind) && metadata.labels?.[LABELS.component] === COMPONENTS.runtime;
}

/** Annotates the pods of a model's Deployment with its load time; others are ready at once. */
export function withLoadTime(object: KubernetesObject, { others, named }: LoadTimes): KubernetesObject {
  const { name, labels = {} } = object.metadata;
  if (!isRuntime(object)) return object;
  const { spec } = object as Workload;
  const { metadata } = spec.template;
  const time = named[name] ?? named[labels[LABELS.instance] ?? ""] ?? others;
  const annotations = { ...metadata?.annotations, [SIMULATED_LOAD.annotation]: time };
  return { ...object, spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, annotations } } } };
}

interface PodSpec {
  nodeSelector?: Record<string, string>;
  tolerations?: object[];
  [field: string]: unknown;
}

/** Places a pod on the run's nodes only: on others it would really run, and displace pods. */
function placed(spec: PodSpec, run: string): PodSpec {
  const toleration = { key: LOCAL_RUN, operator: "Equal", value: run, effect: "NoSchedule" };
  return {
    ...spec,
    nodeSelector: { ...spec.nodeSelector, [LOCAL_RUN]: run },
    tolerations: [...(spec.tolerations ?? []), toleration],
  };
}

/** Whether an object is the Job that fetches weights into a cache. */
export function isFill({ kind, metadata }: KubernetesObject): boolean {
  return kind === "Job" && metadata.labels?.[LABELS.component] === COMPONENTS.cache;
}

/** Pods that fill a cache run on nodes without GPUs, of which a simulated cluster has none: here they run anywhere. */
function anywhere(spec: PodSpec): PodSpec {
  return { ...spec, tolerations: [...(spec.tolerations ?? []), { operator: "Exists" }] };
}

/** A workload whose pods go onto the simulated nodes of a run. */
export function onSimulatedNodes(object: KubernetesObject, run: string): KubernetesObject {
  const { spec } = object as KubernetesObject & { spec?: { template?: { spec?: PodSpec }; jobTemplate?: unknown } };
  if (object.kind === "Pod") return { ...object, spec: placed(spec as PodSpec, run) };
  if (object.kind === "CronJob") {
    const job = { ...object, kind: "Job", spec: (spec!.jobTemplate as { spec: object }).spec };
    const jobTemplate = { ...(spec!.jobTemplate as object), spec: onSimulatedNodes(job, run)["spec"] };
    return { ...object, spec: { ...spec, jobTemplate } };
  }
  if (spec?.template?.spec === undefined) return object;
  const pod = isFill(object) ? anywhere(spec.template.spec) : spec.template.spec;
  return { ...object, spec: { ...spec, template: { ...spec.template, spec: placed(pod, run) } } };
}
