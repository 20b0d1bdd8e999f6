/**
 * GKE's autoscaler of replicas and memory in one.
 * Source: https://cloud.google.com/kubernetes-engine/docs/how-to/multidimensional-pod-autoscaling, read 2026-11-26.
 */
import { at, list, number } from "../read/values.js";
import type { Measure } from "./load.js";
import { horizontalMeasures, type ScaleDownWindow, Scaler } from "./scaler.js";

export class MultidimScaler extends Scaler {
  override get isIdle(): boolean {
    return at(this.spec, "policy", "updateMode") === "Off";
  }

  override get minReplicas(): number {
    return number(at(this.spec, "constraints", "global", "minReplicas")) ?? 1;
  }

  override get maxReplicas(): number | undefined {
    return number(at(this.spec, "constraints", "global", "maxReplicas"));
  }

  override get measures(): readonly Measure[] {
    return list(at(this.spec, "goals", "metrics")).flatMap(horizontalMeasures);
  }

  override get windows(): readonly ScaleDownWindow[] {
    return [];
  }
}
