/**
 * Autoscalers that change what a pod asks for. Source: VerticalPodAutoscaler's types in kubernetes/autoscaler 55c37cd, read 2026-11-26.
 */
import { at, list } from "../read/values.js";
import type { Measure } from "./load.js";
import { type ScaleDownWindow, Scaler } from "./scaler.js";

/** Modes that never change a pod that runs. */
const HARMLESS_MODES: readonly unknown[] = ["Off", "Initial"];

export class VerticalScaler extends Scaler {
  override get isIdle(): boolean {
    const policies = list(at(this.spec, "resourcePolicy", "containerPolicies"));
    const isOff = policies.length > 0 && policies.every((policy) => at(policy, "mode") === "Off");
    // One for all containers, or for each that is named: of those that are not, nothing is known here.
    return HARMLESS_MODES.includes(at(this.spec, "updatePolicy", "updateMode")) || isOff;
  }

  override get scalesOut(): boolean {
    return false;
  }

  override get measures(): readonly Measure[] {
    const controlled = list(at(this.spec, "resourcePolicy", "containerPolicies")).flatMap((policy) =>
      list(at(policy, "controlledResources")),
    );
    return ["cpu", "memory"]
      .filter((name) => controlled.length === 0 || controlled.includes(name))
      .map((name) => ({ text: name }));
  }

  override get windows(): readonly ScaleDownWindow[] {
    return [];
  }
}
