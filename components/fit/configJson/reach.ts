/** How far back the layers of a model attend. */
import { quote } from "../../config/problems.js";
import type { Keys } from "./keys.js";
import { eachLayer } from "./layers.js";

/** Longest context or window that is believed; Llama 4 Scout has 10,485,760 tokens. */
export const MOST_TOKENS = 2 ** 30;

/** What a layer of grouped-query attention reads of the tokens before. */
export type Reach = { kind: "full" } | { kind: "window"; tokens: number } | { kind: "chunked"; tokens: number };

/** The reach of every layer. */
export type ReachReader = (text: Keys, layers: number) => Reach[];

const FULL: Reach = { kind: "full" };

/** Names of kinds of layers in `layer_types` (transformers, `ALLOWED_LAYER_TYPES` of configuration_utils.py), and in older files. */
const FULL_NAMES: readonly string[] = ["full_attention", "attention"];
const WINDOW_NAME = "sliding_attention";
const CHUNK_NAME = "chunked_attention";

/** Every layer sees all tokens. */
export const full: ReachReader = (_, layers) => eachLayer(layers, () => FULL);

/**
 * All layers have the model's window, where it has one. A window of 0 is none, as for vLLM (`disable_sliding_window`,
 * vllm/config/model.py, 0.33); so is one that `use_sliding_window` turns off.
 */
export const uniform: ReachReader = (text, layers) => {
  const window = readWindow(text);
  return eachLayer(layers, () => window);
};

/** Qwen's rule: the window is for the layers from `max_window_layers` on. */
export const lastLayers: ReachReader = (text, layers) => {
  const window = readWindow(text);
  const first = text.count("max_window_layers", { min: 0, default: 0 });
  return eachLayer(layers, (index) => (index < first ? FULL : window));
};

/** All but each nth layer have the window; its distance is a key of the model, or the family's. */
export function allButEach(distance: number, key?: string): ReachReader {
  return (text, layers) => {
    const window = readWindow(text);
    const nth = key === undefined ? distance : text.count(key, { default: distance });
    return eachLayer(layers, (index) => ((index + 1) % nth === 0 ? FULL : window));
  };
}

/** {@link allButEach}, whose last layer sees all tokens in any case (Gemma 4). */
export function allButEachAndLast(distance: number): ReachReader {
  const reaches = allButEach(distance);
  return (text, layers) => reaches(text, layers).map((reach, index) => (index === layers - 1 ? FULL : reach));
}

/**
 * Llama 4: layers with rotary positions attend to their own chunk. They are those of 1 in `no_rope_layers`, or all but each
 * `no_rope_layer_interval`th (transformers, configuration_llama4.py).
 */
export const chunks: ReachReader = (text, layers) => {
  const tokens = text.countIfGiven("attention_chunk_size", { max: MOST_TOKENS });
  if (tokens === undefined) return full(text, layers);
  const nth = text.count("no_rope_layer_interval", { default: 4 });
  const given = text.counts("no_rope_layers");
  // An empty list is the default's spelling in the files of the hub.
  const hasRope =
    given === undefined || given.length === 0 ? undefined : text.ofLength("no_rope_layers", given, layers);
  return eachLayer(layers, (index) => {
    const isChunked = hasRope === undefined ? (index + 1) % nth !== 0 : hasRope[index] !== 0;
    return isChunked ? { kind: "chunked", tokens } : FULL;
  });
};

/** What `layer_types` says of each layer; the family's rule where the file has none. */
export function byLayerTypes(otherwise: ReachReader): ReachReader {
  return (text, layers) => {
    const types = text.texts("layer_types");
    if (types === undefined) return otherwise(text, layers);
    return text.ofLength("layer_types", types, layers).map((type, index) => reachOf(text, type, index));
  };
}

function reachOf(text: Keys, type: string, index: number): Reach {
  if (FULL_NAMES.includes(type)) return FULL;
  if (type === WINDOW_NAME) return { kind: "window", tokens: text.count("sliding_window", { max: MOST_TOKENS }) };
  if (type === CHUNK_NAME) return { kind: "chunked", tokens: text.count("attention_chunk_size", { max: MOST_TOKENS }) };
  text.fail(
    `layer_types[${index}]`,
    `${quote(type)} is no kind of layer that this model has: use ${[...FULL_NAMES, WINDOW_NAME, CHUNK_NAME].join(", ")}`,
  );
  return FULL;
}

function readWindow(text: Keys): Reach {
  const isOn = text.flag("use_sliding_window", true);
  const tokens = text.countIfGiven("sliding_window", { min: 0, max: MOST_TOKENS });
  return !isOn || tokens === undefined || tokens === 0 ? FULL : { kind: "window", tokens };
}
