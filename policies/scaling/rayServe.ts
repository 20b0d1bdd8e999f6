/**
 * Ray Serve's autoscaling, which a RayService has in a text of YAML.
 * Source: https://docs.ray.io/en/latest/serve/advanced-guides/advanced-autoscaling.html and
 * https://docs.ray.io/en/latest/serve/api/doc/ray.serve.config.AutoscalingConfig.html, read 2026-11-26.
 */
import { parse } from "yaml";
import { nameOf } from "../pods/workloads.js";
import { type Fields, fields, number, text } from "../read/values.js";
import type { Measure } from "./load.js";
import { type ScaleDownWindow, Scaler, type Target } from "./scaler.js";

const CONFIG = "autoscaling_config";
const DELAYS = ["downscale_delay_s", "downscale_to_zero_delay_s"];

export class RayServeScaler extends Scaler {
  override get target(): Target {
    return { namespace: this.namespace, kind: this.kind, name: nameOf(this.resource) };
  }

  override get measures(): readonly Measure[] {
    return [];
  }

  override get windows(): readonly ScaleDownWindow[] {
    const config = text(this.spec["serveConfigV2"]);
    return configsIn(config === undefined ? undefined : parsed(config)).flatMap((found) => {
      const [least, most] = [number(found["min_replicas"]), number(found["max_replicas"])];
      if (least !== undefined && least === most) return [];
      return DELAYS.flatMap((name) => {
        const seconds = number(found[name]);
        return seconds === undefined ? [] : [{ path: `spec.serveConfigV2: ${CONFIG}.${name}`, seconds }];
      });
    });
  }
}

function parsed(config: string): unknown {
  try {
    return parse(config, { logLevel: "error" });
  } catch {
    return undefined;
  }
}

/** In deployments, and in the settings of models within their arguments. */
function configsIn(value: unknown): Fields[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === CONFIG ? [fields(item)] : configsIn(item)));
}
