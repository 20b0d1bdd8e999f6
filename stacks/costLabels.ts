/** Cost labels on every Kubernetes object of a stack: one place, so that no component can forget them. */
import * as pulumi from "@pulumi/pulumi";
import type { CostLabels } from "../components/contract/labels.js";
import { CHARTS, LABEL_VALUES } from "../components/platform/charts.js";

type Fields = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** Where kinds have pods in them, whose labels cost tools read. */
const TEMPLATES: Readonly<Record<string, readonly Path[]>> = {
  Deployment: [["spec", "template"]],
  DaemonSet: [["spec", "template"]],
  StatefulSet: [["spec", "template"]],
  Job: [["spec", "template"]],
  CronJob: [
    ["spec", "jobTemplate"],
    ["spec", "jobTemplate", "spec", "template"],
  ],
  PodTemplate: [["template"]],
};

/** A Job's pods cannot be changed: one that is there keeps its labels, and is not made and run again. */
const OF_JOBS = "spec.template.metadata.labels";

const OBJECT = /^kubernetes:(?!helm\.sh\/|yaml\/|kustomize\/)[^/:]+\/[^/:]+:([A-Za-z]+)$/;
const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Changes what stands at a path, now or once it is known; makes objects that are not there. */
function changed(value: unknown, [key, ...rest]: Path, change: (inner: unknown) => unknown): unknown {
  if (key === undefined) return change(value);
  if (pulumi.Output.isInstance(value) || value instanceof Promise)
    return pulumi.output(value).apply((known: unknown) => changed(known, [key, ...rest], change));
  const object = (value ?? {}) as Fields;
  return { ...object, [key]: changed(object[key], rest, change) };
}

/** Adds labels beneath those that are there, at the metadata of a path. */
function labelled(props: unknown, path: Path, labels: CostLabels): unknown {
  return changed(props, [...path, "metadata", "labels"], (own) =>
    pulumi.Output.isInstance(own) || own instanceof Promise
      ? pulumi.output(own).apply((known: unknown) => ({ ...labels, ...(known as Fields) }))
      : { ...labels, ...(own as Fields | undefined) },
  );
}

/** A chart's own values for labels of all its objects, beneath what the config gives them. */
function labelledRelease(props: Fields, labels: CostLabels): Fields {
  const [key] = Object.entries(CHARTS).find(([, { name }]) => name === props["name"]) ?? [];
  const paths = key === undefined ? [] : LABEL_VALUES[key as keyof typeof CHARTS];
  return paths.reduce<unknown>(
    (changedProps, path) =>
      changed(changedProps, ["values", ...path], (own) => ({ ...labels, ...(own as Fields | undefined) })),
    props,
  ) as Fields;
}

/** What a resource is registered with in place of `props`; `undefined` for one that has no labels. */
export function withCostLabels(
  type: string,
  props: Fields,
  labels: CostLabels,
): { props: Fields; ignoreChanges?: string[] } | undefined {
  if (type === RELEASE) return { props: labelledRelease(props, labels) };
  const [, kind] = OBJECT.exec(type) ?? [];
  if (kind === undefined) return undefined;
  const paths: readonly Path[] = [[], ...(TEMPLATES[kind] ?? [])];
  const changedProps = paths.reduce<unknown>((all, path) => labelled(all, path, labels), props) as Fields;
  return { props: changedProps, ...(kind === "Job" && { ignoreChanges: [OF_JOBS] }) };
}

/** Has every resource that the program makes from here on carry the labels. Selectors stay as they are. */
export function registerCostLabels(labels: CostLabels): void {
  if (Object.keys(labels).length === 0) return;
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) => {
    const changedTo = withCostLabels(type, props, labels);
    if (changedTo === undefined) return undefined;
    const { ignoreChanges = [] } = changedTo;
    return {
      props: changedTo.props,
      opts: ignoreChanges.length === 0 ? opts : pulumi.mergeOptions(opts, { ignoreChanges }),
    };
  });
}
