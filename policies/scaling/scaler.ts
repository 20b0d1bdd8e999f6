/** An autoscaler, whatever its kind. */
import { shownNameOf } from "../pods/workloads.js";
import { namespaceOf } from "../read/namespaces.js";
import { kindOf, type Resource } from "../read/kinds.js";
import { type Fields, at, fields, isStated, list, number, text } from "../read/values.js";
import { knownOf } from "../read/unknown.js";
import type { Measure } from "./load.js";

/** An object that is scaled. */
export interface Target {
  namespace: string;
  kind: string;
  name: string;
}

export function keyOf({ namespace, kind, name }: Target): string {
  return [namespace, kind, name].join("\0");
}

/** How long the load has to be low before replicas go. */
export interface ScaleDownWindow {
  path: string;
  /** As stated; left out: the autoscaler's own, which is as long as the rule asks. */
  seconds?: number;
}

/** Fields of a HorizontalPodAutoscaler, which the others pass on. */
export class Scaler {
  constructor(
    readonly resource: Resource,
    /** Where it is in the object's properties. */
    protected readonly path: readonly string[] = ["spec"],
  ) {}

  get urn(): string {
    return this.resource.urn;
  }

  get kind(): string {
    return kindOf(this.resource.type)?.kind ?? "";
  }

  get namespace(): string {
    return namespaceOf(this.resource);
  }

  get spec(): Fields {
    return fields(at(this.resource.props, ...this.path));
  }

  /** How messages name it. */
  get where(): string {
    return `${this.kind} "${shownNameOf(this.resource)}"`;
  }

  /** What it scales. */
  get target(): Target | undefined {
    const reference = this.spec["scaleTargetRef"] ?? this.spec["targetRef"];
    const name = text(at(reference, "name"));
    return name === undefined
      ? undefined
      : { namespace: this.namespace, kind: text(at(reference, "kind")) ?? "Deployment", name };
  }

  /** What it scales, as texts to compare: its target, and what a controller makes of that. */
  get targetKeys(): readonly string[] {
    return this.target === undefined ? [] : [keyOf(this.target)];
  }

  /** True where it does nothing, now or ever. */
  get isIdle(): boolean {
    return false;
  }

  /** True where it changes how many replicas there are. */
  get scalesOut(): boolean {
    return true;
  }

  /** @default 1, as a HorizontalPodAutoscaler */
  get minReplicas(): number {
    return number(this.spec["minReplicas"]) ?? 1;
  }

  get maxReplicas(): number | undefined {
    return number(this.spec["maxReplicas"]);
  }

  /** What it measures. */
  get measures(): Iterable<Measure> {
    const metrics = list(this.spec["metrics"]);
    if (metrics.length > 0) return knownOf(metrics, horizontalMeasures);
    // Without metrics, a HorizontalPodAutoscaler takes 80% of CPU; autoscaling/v1 knows nothing else. A patch leaves them to what it changes.
    const isLeft =
      kindOf(this.resource.type)?.isPatch === true && !isStated(this.spec, "targetCPUUtilizationPercentage");
    return isLeft ? [] : [{ text: "cpu" }];
  }

  get windows(): readonly ScaleDownWindow[] {
    return behaviorWindows(this.spec["behavior"], `${this.path.join(".")}.behavior`);
  }
}

/** Forms of `metrics` from autoscaling/v2beta1 on. */
export function horizontalMeasures(metric: unknown): Measure[] {
  const kinds = ["resource", "containerResource", "pods", "object", "external", "podmetric"].map((kind) =>
    at(metric, kind),
  );
  return kinds.flatMap((source) => {
    const names = [at(source, "name"), at(source, "metricName"), at(source, "metric", "name")];
    const queries = [at(source, "metric", "query")];
    return [
      ...[...names, ...list(at(source, "metric", "metricNames"))].flatMap((name) => measure(name)),
      ...queries.flatMap((query) => measure(query, true)),
    ];
  });
}

export function measure(value: unknown, isPromQl = false): Measure[] {
  const found = text(value);
  return found === undefined ? [] : [{ text: found, isPromQl }];
}

/** Of a HorizontalPodAutoscaler's `behavior`. */
export function behaviorWindows(behavior: unknown, path: string): ScaleDownWindow[] {
  // Then nothing is ever scaled down.
  if (at(behavior, "scaleDown", "selectPolicy") === "Disabled") return [];
  const seconds = number(at(behavior, "scaleDown", "stabilizationWindowSeconds"));
  return [{ path: `${path}.scaleDown.stabilizationWindowSeconds`, ...(seconds !== undefined && { seconds }) }];
}
