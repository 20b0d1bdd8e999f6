/** What the layers of a model keep. */
import type { Architecture, LayerGroup } from "../../facts/models/architecture.js";

/** A model's layers by what they keep; of one without groups, its heads and its windows. */
export function layerGroups(model: Architecture): LayerGroup[] {
  if (model.attention !== undefined) return model.attention;
  const { kvHeads, headSize, slidingWindow: window } = model;
  const full: LayerGroup = { kind: "full", layers: model.layers - (window?.layers ?? 0), kvHeads, headSize };
  if (window === undefined) return [full];
  const windows: LayerGroup = { kind: "window", layers: window.layers, kvHeads, headSize, tokens: window.tokens };
  return full.layers === 0 ? [windows] : [full, windows];
}

/** Whether a model has layers with a state of fixed size. */
export function hasStates(model: Architecture): boolean {
  return layerGroups(model).some(({ kind, layers }) => kind === "state" && layers > 0);
}

/** KV heads that one GPU holds: split until one is left, then copied (`get_num_kv_heads`, vllm/config/model.py). */
export function kvHeadsPerGpu(kvHeads: number, gpus: number): number {
  return Math.max(1, Math.floor(kvHeads / gpus));
}
