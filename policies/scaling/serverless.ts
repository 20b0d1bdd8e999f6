/**
 * Objects that scale themselves: Knative's Services and KServe's InferenceServices.
 *
 * Sources, read 2026-11-26: knative/docs de125bf, docs/versioned/serving/autoscaling (annotations and their defaults);
 * kserve/kserve aaac4e2, pkg/apis/serving/v1beta1/component.go and pkg/constants/constants.go.
 */
import { nameOf } from "../pods/workloads.js";
import type { Resource } from "../read/kinds.js";
import { type Fields, at, fields, list, number, textEntries } from "../read/values.js";
import { secondsOf } from "./duration.js";
import type { Measure } from "./load.js";
import {
  behaviorWindows,
  horizontalMeasures,
  keyOf,
  measure,
  type ScaleDownWindow,
  Scaler,
  type Target,
} from "./scaler.js";

const KNATIVE = "autoscaling.knative.dev/";
const KSERVE = "serving.kserve.io/";
/** Knative's windows; the longer one holds. */
const WINDOWS = [`${KNATIVE}window`, `${KNATIVE}scale-down-delay`];

abstract class OwnScaler extends Scaler {
  override get target(): Target {
    return { namespace: this.namespace, kind: this.kind, name: nameOf(this.resource) };
  }

  /** Annotations of the object and of its pods, which win. */
  protected abstract get annotations(): ReadonlyMap<string, string>;

  protected get annotatedMeasures(): Measure[] {
    // KServe's constant ends in "metrics"; its InferenceGraph's comments and many manifests write "metric".
    const names = [`${KNATIVE}metric`, `${KSERVE}metrics`, `${KSERVE}metric`];
    const stated = names.flatMap((name) => measure(this.annotations.get(name)));
    const isHorizontal = this.annotations.get(`${KNATIVE}class`)?.startsWith("hpa.") === true;
    return stated.length === 0 && isHorizontal ? [{ text: "cpu" }] : stated;
  }

  /** Only what is stated: Knative's own minute suits whoever scales to zero on purpose. */
  override get windows(): readonly ScaleDownWindow[] {
    const stated = WINDOWS.flatMap((name) => {
      const seconds = secondsOf(this.annotations.get(name) ?? "");
      return seconds === undefined ? [] : [{ path: `annotation ${name}`, seconds }];
    });
    const [longest] = stated.sort((a, b) => b.seconds - a.seconds);
    return longest === undefined ? [] : [longest];
  }
}

export class KnativeScaler extends OwnScaler {
  protected override get annotations(): ReadonlyMap<string, string> {
    return textEntries(at(this.resource.props, "spec", "template", "metadata", "annotations"));
  }

  override get minReplicas(): number {
    return number(this.annotations.get(`${KNATIVE}min-scale`) ?? this.annotations.get(`${KNATIVE}minScale`)) ?? 0;
  }

  override get maxReplicas(): number | undefined {
    return number(this.annotations.get(`${KNATIVE}max-scale`) ?? this.annotations.get(`${KNATIVE}maxScale`));
  }

  override get measures(): readonly Measure[] {
    return this.annotatedMeasures;
  }
}

/** Modes in which KServe makes a HorizontalPodAutoscaler, on CPU where nothing else is said. */
const STANDARD_MODES = ["RawDeployment", "Standard"];

export class KserveScaler extends OwnScaler {
  constructor(resource: Resource) {
    super(resource, ["spec", "predictor"]);
  }

  protected override get annotations(): ReadonlyMap<string, string> {
    return new Map([
      ...textEntries(at(this.resource.props, "metadata", "annotations")),
      ...textEntries(this.spec["annotations"]),
    ]);
  }

  private get autoscaling(): Fields {
    return fields(this.spec["autoScaling"]);
  }

  override get isIdle(): boolean {
    return ["none", "external"].includes(this.annotations.get(`${KSERVE}autoscalerClass`) ?? "");
  }

  override get measures(): readonly Measure[] {
    const stated = [
      ...this.annotatedMeasures,
      ...measure(this.spec["scaleMetric"]),
      ...list(this.autoscaling["metrics"]).flatMap(horizontalMeasures),
    ];
    const varies = this.maxReplicas !== undefined && this.maxReplicas > this.minReplicas;
    const isStandard = STANDARD_MODES.includes(this.annotations.get(`${KSERVE}deploymentMode`) ?? "");
    const isHorizontal = (this.annotations.get(`${KSERVE}autoscalerClass`) ?? "hpa") === "hpa";
    return stated.length === 0 && varies && isStandard && isHorizontal ? [{ text: "cpu" }] : stated;
  }

  override get windows(): readonly ScaleDownWindow[] {
    const own = behaviorWindows(this.autoscaling["behavior"], "spec.predictor.autoScaling.behavior");
    return [...super.windows, ...own.filter(({ seconds }) => seconds !== undefined)];
  }

  /** Itself, and the Deployment that KServe makes in its standard mode; nothing where its replicas do not vary. */
  override get targetKeys(): readonly string[] {
    const varies = this.maxReplicas !== undefined && this.maxReplicas > this.minReplicas;
    const deployment = { ...this.target, kind: "Deployment", name: `${this.target.name}-predictor` };
    return varies ? [keyOf(this.target), keyOf(deployment)] : [];
  }
}
