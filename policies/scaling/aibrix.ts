/** AIBrix' PodAutoscaler. Source: aibrix e3e10f9, api/autoscaling/v1alpha1 and samples/autoscaling, read 2026-11-26. */
import { at, list, text, textEntries } from "../read/values.js";
import { secondsOf } from "./duration.js";
import type { Measure } from "./load.js";
import { measure, type ScaleDownWindow, Scaler } from "./scaler.js";

/** `kpa.autoscaling.aibrix.ai/scale-down-delay` and the like. */
const DELAY = /autoscaling\.aibrix\.ai\/scale-down-(delay|cooldown-window)$/;

export class AibrixScaler extends Scaler {
  override get measures(): readonly Measure[] {
    return list(this.spec["metricsSources"]).flatMap((source) => {
      const metric = text(at(source, "targetMetric"));
      return metric === undefined ? [] : measure(metric);
    });
  }

  override get windows(): readonly ScaleDownWindow[] {
    const annotations = textEntries(at(this.resource.props, "metadata", "annotations"));
    return [...annotations].flatMap(([name, value]) => {
      const seconds = DELAY.test(name) ? secondsOf(value) : undefined;
      return seconds === undefined ? [] : [{ path: `metadata.annotations["${name}"]`, seconds }];
    });
  }
}
