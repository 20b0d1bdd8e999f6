/** Autoscalers, KEDA's and Kubernetes' own, and what they scale. */
import { APP_NAME, LABELS } from "../../components/vocabulary/labels.js";
import { type Resource, isKind } from "../read/kinds.js";
import { type Fields, at, fields, list, number, text } from "../read/values.js";
import { isRuntime } from "../engine/runtimes.js";
import { type Workload, nameOf, namespaceOf } from "../pods/workloads.js";

export class Scaler {
  constructor(
    readonly resource: Resource,
    readonly isKeda: boolean,
  ) {}

  get urn(): string {
    return this.resource.urn;
  }

  get spec(): Fields {
    return fields(this.resource.props["spec"]);
  }

  /** @default 0 for KEDA, 1 for a HorizontalPodAutoscaler, as theirs */
  get minReplicas(): number {
    return this.isKeda ? (number(this.spec["minReplicaCount"]) ?? 0) : (number(this.spec["minReplicas"]) ?? 1);
  }

  /** The `behavior` of the HorizontalPodAutoscaler, which KEDA passes on. */
  get behavior(): { path: string; value: Fields } {
    const path = this.isKeda ? ["advanced", "horizontalPodAutoscalerConfig", "behavior"] : ["behavior"];
    return { path: ["spec", ...path].join("."), value: fields(at(this.spec, ...path)) };
  }

  get triggers(): readonly unknown[] {
    return this.isKeda ? list(this.spec["triggers"]) : [];
  }

  targets(workload: Workload): boolean {
    const target = this.spec["scaleTargetRef"];
    return (
      text(at(target, "name")) === workload.name &&
      (text(at(target, "kind")) ?? "Deployment") === workload.kind &&
      namespaceOf(this.resource) === workload.namespace
    );
  }

  /** True when it scales a runtime among the workloads; when it scales none of them, its own label decides. */
  scalesRuntime(workloads: readonly Workload[]): boolean {
    const target = workloads.find((workload) => this.targets(workload));
    if (target !== undefined) return isRuntime(target);
    return text(at(this.resource.props, "metadata", "labels", LABELS.name)) === APP_NAME;
  }

  /** How messages name it. */
  get where(): string {
    return `${this.isKeda ? "ScaledObject" : "HorizontalPodAutoscaler"} "${nameOf(this.resource)}"`;
  }
}

export function scalersOf(resources: readonly Resource[]): Scaler[] {
  return resources.flatMap((resource) => {
    if (isKind(resource, "keda.sh", "ScaledObject")) return [new Scaler(resource, true)];
    if (isKind(resource, "autoscaling", "HorizontalPodAutoscaler")) return [new Scaler(resource, false)];
    return [];
  });
}

/** Replicas that a workload has at least: stated, or its autoscaler's least if that is more. */
export function leastReplicas(workload: Workload, scalers: readonly Scaler[]): number {
  const minimums = scalers.filter((scaler) => scaler.targets(workload)).map((scaler) => scaler.minReplicas);
  return Math.max(workload.replicas, ...minimums);
}
