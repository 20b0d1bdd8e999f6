/** A model by its config.json. */
import { readConfigJson, type ReadOptions } from "../../components/fit/configJson/read.js";
import { BadInput } from "../failure.js";
import type { AskedModel } from "./askedModel.js";

/**
 * @param name of the model, and of the file in messages @param source where the text is from
 * @throws BadInput with every problem of the file
 */
export function fromConfig(text: string, name: string, source: string, options: ReadOptions): AskedModel {
  const read = readConfigJson(text, { path: name, ...options });
  if (Array.isArray(read)) throw new BadInput(read);
  const { architecture, precision, task, notRead } = read;
  const isPooling = task !== "generate";
  return {
    ...{ name, architecture, precision, isPooling, source, notRead },
    // Attention in both directions needs the prompt at once; one that looks back alone reads its last token by default
    // (`is_chunked_prefill_supported`, vllm/config/model.py, 0.33.0).
    takesWholePrompts: isPooling && architecture.attention?.length === 0,
  };
}
