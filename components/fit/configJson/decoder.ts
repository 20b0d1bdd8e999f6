/** A model of one stack of layers, put together from what its family's halves of a layer are. */
import type { FeedForwardsReader } from "./feedForwards.js";
import type { Keys } from "./keys.js";
import { type FeedForwards, joined, type Layer, sumWeights, type Weights } from "./layers.js";
import { hasTrait, type Mixers, type MixersReader, type Trait } from "./mixers.js";
import { readTrunk, type Trunk } from "./trunk.js";

/** A language model without what stands around it: input and output matrices, and encoders. */
export interface TextModel extends Trunk {
  kvHeads: number;
  headSize: number;
  /** Width of the feed-forward layers; of one expert in a mixture. */
  intermediateSize: number;
  experts?: FeedForwards["experts"];
  all: Layer[];
  /** Weights beside the layers and the matrices of the vocabulary. */
  beside: Weights;
  /** A bias of the output matrix. */
  hasOutputBias: boolean;
  /** Parameters between the last layer and the scores, where the model makes scores. */
  scoreHead: number;
}

/** Reads the section of a file that tells of the language model. */
export type TextReader = (text: Keys) => TextModel;

interface DecoderTraits {
  mixers: MixersReader;
  feedForwards: FeedForwardsReader;
  /** Norms of the model's width in a layer. @default 2 */
  norms?: number;
  /** Norms have a bias, too (LayerNorm). @default false */
  normBias?: boolean;
  /** A bias of the output matrix. @default false */
  outputBias?: Trait;
  /** A matrix and its bias before the scores, of a model that makes scores. @default false */
  scoreHead?: boolean;
  /** What else the model has. @default nothing */
  beside?: (text: Keys, trunk: Trunk) => Weights;
}

/** A family whose layers are a mixer and a feed-forward, each with its norm, and a norm at the end. */
export function decoder(traits: DecoderTraits): TextReader {
  return (text) => {
    const trunk = readTrunk(text);
    const mixers = traits.mixers(text, trunk);
    const feedForwards = traits.feedForwards(text, trunk);
    const norm = trunk.hiddenSize * (traits.normBias ? 2 : 1);
    const norms = mixers.layers.map(() => ({ weights: { norms: (traits.norms ?? 2) * norm } }));
    return {
      ...assembled(trunk, mixers, feedForwards, joined(mixers.layers, feedForwards.layers, norms)),
      beside: sumWeights([{ norms: norm }, traits.beside?.(text, trunk) ?? {}]),
      hasOutputBias: hasTrait(text, traits.outputBias),
      scoreHead: traits.scoreHead ? trunk.hiddenSize * (trunk.hiddenSize + 1) : 0,
    };
  };
}

function assembled(trunk: Trunk, { kvHeads, headSize }: Mixers, { width, experts }: FeedForwards, all: Layer[]) {
  return { ...trunk, kvHeads, headSize, intermediateSize: width, ...(experts !== undefined && { experts }), all };
}
