/** KEDA's autoscalers. Source: keda 8b4f083 and https://keda.sh/docs/latest/reference/scaledobject-spec/, read 2026-11-26. */
import { at, fields, list, number, text, textEntries } from "../read/values.js";
import { knownOf } from "../read/unknown.js";
import type { Measure } from "./load.js";
import { behaviorWindows, measure, type ScaleDownWindow, Scaler } from "./scaler.js";

const PAUSED = ["autoscaling.keda.sh/paused", "autoscaling.keda.sh/paused-replicas"];
/** Parts of a trigger's metadata that say what is measured, beside its type. */
const SAYS_WHAT = /^(query|metricName|metricsName|expression|filter|nrql|queryId|metric|metricFilter)$/;

export class KedaScaler extends Scaler {
  get triggers(): readonly unknown[] {
    return list(this.spec["triggers"]);
  }

  override get isIdle(): boolean {
    const annotations = textEntries(at(this.resource.props, "metadata", "annotations"));
    return PAUSED.some((name) => (annotations.get(name) ?? "false") !== "false");
  }

  /** @default 0, as KEDA's */
  override get minReplicas(): number {
    return number(this.spec["minReplicaCount"]) ?? 0;
  }

  override get maxReplicas(): number | undefined {
    return number(this.spec["maxReplicaCount"]);
  }

  override get measures(): Iterable<Measure> {
    return knownOf(this.triggers, (trigger) => {
      const type = text(at(trigger, "type")) ?? "";
      if (type === "cpu" || type === "memory") return [{ text: type }];
      const texts = Object.entries(fields(at(trigger, "metadata"))).filter(([name]) => SAYS_WHAT.test(name));
      return texts.flatMap(([, value]) => measure(value, type === "prometheus"));
    });
  }

  override get windows(): readonly ScaleDownWindow[] {
    const path = ["advanced", "horizontalPodAutoscalerConfig", "behavior"];
    const cooldown = number(this.spec["cooldownPeriod"]);
    return [
      ...behaviorWindows(at(this.spec, ...path), ["spec", ...path].join(".")),
      { path: "spec.cooldownPeriod", ...(cooldown !== undefined && { seconds: cooldown }) },
    ];
  }

  /** Name of the HorizontalPodAutoscaler that it makes, or takes over. */
  get ownAutoscaler(): string | undefined {
    return text(at(this.spec, "advanced", "horizontalPodAutoscalerConfig", "name"));
  }
}

/** KEDA's add-on for HTTP, which counts requests itself. */
export class HttpScaler extends Scaler {
  override get minReplicas(): number {
    return number(at(this.spec, "replicas", "min")) ?? 0;
  }

  override get maxReplicas(): number | undefined {
    return number(at(this.spec, "replicas", "max"));
  }

  override get measures(): readonly Measure[] {
    return [];
  }

  override get windows(): readonly ScaleDownWindow[] {
    const seconds = number(this.spec["scaledownPeriod"]);
    return [{ path: "spec.scaledownPeriod", ...(seconds !== undefined && { seconds }) }];
  }
}
