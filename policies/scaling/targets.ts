/** Which workloads autoscalers scale, and by which a workload is scaled. */
import { APP_NAME, LABELS } from "../../components/vocabulary/labels.js";
import { isRuntime } from "../engine/runtimes.js";
import type { Workload } from "../pods/workloads.js";
import { isSameNamespace } from "../read/namespaces.js";
import { isUnknownValue, some } from "../read/unknown.js";
import { at, text } from "../read/values.js";
import { isOfVllm } from "./load.js";
import { keyOf, type Scaler, type Target } from "./scaler.js";

export class Targets {
  private readonly workloads: Named<Workload>;
  private readonly scalers: Named<Scaler>;

  constructor(workloads: readonly Workload[], scalers: readonly Scaler[]) {
    this.workloads = new Named(workloads, (workload) => [workload, ...madeBy(workload)]);
    this.scalers = new Named(scalers, ({ target }) => (target === undefined ? [] : [target]));
  }

  /** Autoscalers of a workload. */
  scalersOf(workload: Workload): Iterable<Scaler> {
    return this.scalers.of(workload);
  }

  /** Replicas that a workload has at least: stated, or its autoscaler's least if that is more. */
  leastReplicas(workload: Workload): number {
    const minimums = Array.from(this.scalersOf(workload), (scaler) => scaler.minReplicas);
    return Math.max(workload.replicas, ...minimums);
  }

  /** Replicas that a workload may have: stated, or its autoscaler's most if that is more. */
  mostReplicas(workload: Workload): number {
    const maximums = Array.from(this.scalersOf(workload), (scaler) => scaler.maxReplicas ?? 0);
    return Math.max(this.leastReplicas(workload), ...maximums);
  }

  /** True when an autoscaler scales a runtime of the stack; where it scales none of its workloads, what it says itself decides. */
  isOfRuntime(scaler: Scaler): boolean {
    const { target } = scaler;
    const isThere = target !== undefined && this.workloads.has(target);
    if (isThere) return some(this.workloads.of(target), isRuntime);
    return (
      text(at(scaler.resource.props, "metadata", "labels", LABELS.name)) === APP_NAME || some(scaler.measures, isOfVllm)
    );
  }
}

/** What a controller makes of an object, and an autoscaler may name: `PredictorServiceName` in KServe's constants.go. */
function madeBy({ namespace, kind, name }: Workload): Target[] {
  return kind === "InferenceService" ? [{ namespace, kind: "Deployment", name: `${name}-predictor` }] : [];
}

/** No namespace has this name: where that is not known either. */
const ANY_NAMESPACE = "";

/** Objects by what they name. */
class Named<T extends { readonly namespace: string }> {
  private readonly items = new Map<string, T[]>();
  /** Namespaces of what is named, by all but the namespace. */
  private readonly places = new Map<string, Set<string>>();
  /** Values that are not known yet, by namespace. */
  private readonly unknown = new Map<string, Error>();

  constructor(items: Iterable<T>, namesOf: (item: T) => readonly Target[]) {
    for (const item of items) {
      let place = ANY_NAMESPACE;
      try {
        place = item.namespace;
        for (const target of namesOf(item)) this.put(target, item);
      } catch (thrown) {
        if (!isUnknownValue(thrown)) throw thrown;
        this.unknown.set(place, thrown);
      }
    }
  }

  has(named: Target): boolean {
    return this.items.has(keyOf(named));
  }

  /** @throws a value that is not known yet and decides whether there are more, once all others are given */
  *of(named: Target): Iterable<T> {
    yield* this.items.get(keyOf(named)) ?? [];
    const unknown = this.unknown.get(named.namespace) ?? this.unknown.get(ANY_NAMESPACE);
    if (unknown !== undefined) throw unknown;
    for (const place of this.places.get(nameIn(named)) ?? []) isSameNamespace(place, named.namespace);
  }

  private put(target: Target, item: T): void {
    const key = keyOf(target);
    this.items.set(key, [...(this.items.get(key) ?? []), item]);
    const name = nameIn(target);
    this.places.set(name, (this.places.get(name) ?? new Set()).add(target.namespace));
  }
}

function nameIn({ kind, name }: Target): string {
  return keyOf({ namespace: ANY_NAMESPACE, kind, name });
}
