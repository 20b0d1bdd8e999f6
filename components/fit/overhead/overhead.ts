/**
 * What a server takes of a GPU's memory beside weights and KV cache: what it keeps, and the widest moment of its trial run at start, in
 * which it runs the encoder, the layers and the sampler one after another (`profile_run`).
 */
import type { FitInput } from "../input.js";
import { collectiveBytes } from "./collectives.js";
import { encoderMoment } from "./encoder.js";
import { expertBytes, keepsExpertBuffers } from "./experts.js";
import { graphBytes } from "./graphs.js";
import { layerBytes } from "./layers.js";
import { libraryBytes } from "./libraries.js";
import { loraBytes } from "./lora.js";
import { overheadQuestion } from "./question.js";
import { penaltyBytes, samplerBytes } from "./sampler.js";

/** Bytes of one GPU, by cause. */
export interface Overhead {
  /** All of them count. */
  kept: Record<"libraries" | "collectives" | "graphs" | "experts" | "penalties" | "adapters", number>;
  /** The largest counts. */
  moments: Record<"encoder" | "layer" | "sampler", number>;
}

export function overhead(input: FitInput): Overhead {
  const question = overheadQuestion(input);
  const { draft } = question;
  const ofDraft = draft === undefined ? 0 : layerBytes({ ...question, model: draft.model, tensorParallel: draft.gpus });
  const encoder = encoderMoment(question);
  return {
    kept: {
      libraries: libraryBytes(question),
      collectives: collectiveBytes(question),
      graphs: graphBytes(question),
      experts: keepsExpertBuffers(question) ? expertBytes(question) : 0,
      penalties: penaltyBytes(question),
      adapters: loraBytes(question),
    },
    moments: {
      encoder: encoder.running + encoder.output,
      layer: Math.max(layerBytes(question), ofDraft) + encoder.output,
      sampler: samplerBytes(question) + encoder.output,
    },
  };
}

/** Bytes of one GPU. */
export function overheadBytes(input: FitInput): number {
  const { kept, moments } = overhead(input);
  return Object.values(kept).reduce((sum, bytes) => sum + bytes, 0) + Math.max(...Object.values(moments));
}
