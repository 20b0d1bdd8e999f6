/** Checks of the model that a release names, against the catalogue. */
import { isDeepStrictEqual } from "node:util";
import { given, isWhole, type Parts } from "../config/parts.js";
import { didYouMean, error, type Problem, quote } from "../config/problems.js";
import type { ReleaseConfig } from "../contract/schema.js";
import type { Architecture } from "../facts/models/architecture.js";
import { MODELS } from "../facts/models/catalogue.js";
import { type Precision, PRECISIONS } from "../facts/precisions.js";

/** @param path of the release's `model` */
export function checkModelSource(model: Parts<ReleaseConfig["model"]>, path: string): Problem[] {
  const { id, architecture, tokenizer, tokenizerRevision, precision, quantizeAtLoad } = model;
  return [
    ...given([id], (name) => checkIsKnown(name, architecture !== undefined, `${path}.architecture`)),
    ...(architecture === undefined
      ? []
      : given([id], (name) => checkArchitecture(name, architecture, `${path}.architecture`))),
    ...given([id, tokenizer, tokenizerRevision], (name, tokens, revision) => {
      if (tokens === undefined || tokens === name || revision !== undefined) return [];
      const message = `is missing: ${quote(tokens)} is another repository, so give its commit`;
      return [error(`${path}.tokenizerRevision`, message)];
    }),
    ...given([id, precision, quantizeAtLoad], (name, served, quantize) =>
      checkPublished(name, { served, quantize, published: MODELS[name]?.precision }, path),
    ),
  ];
}

function checkIsKnown(id: string, isDescribed: boolean, path: string): Problem[] {
  if (isDescribed || MODELS[id] !== undefined) return [];
  return [
    error(
      path,
      `is missing, and ${quote(id)} is not in the catalogue${didYouMean(id, Object.keys(MODELS)) || "."} ` +
        "Give the shape from the model's config.json",
    ),
  ];
}

interface Published {
  published: Precision | undefined;
  served: Precision | undefined;
  quantize: boolean | undefined;
}

/** What the weights are published in against what they are to be served in. */
function checkPublished(id: string, { published, served, quantize }: Published, path: string): Problem[] {
  if (published === undefined || served === undefined) return [];
  const sixteenBits = published === "bf16" || published === "fp16";
  const { isMadeAtLoad } = PRECISIONS[served];
  if (sixteenBits && isMadeAtLoad && quantize === false) {
    return [
      error(
        `${path}.quantizeAtLoad`,
        `false leaves ${id} as it is published, in ${published}: leave it out, or set precision to ${published}`,
      ),
    ];
  }
  if (served === published || (sixteenBits && (["bf16", "fp16"].includes(served) || isMadeAtLoad))) return [];
  return [
    error(
      `${path}.precision`,
      `${id} is published in ${published}, which vLLM cannot load as ${served}: use ${published}, or a model published in ${served}`,
    ),
  ];
}

/** A shape against the catalogue, and its parameters against what they have to hold. */
function checkArchitecture(id: string, shape: Parts<Architecture>, path: string): Problem[] {
  const known = MODELS[id];
  if (known !== undefined) {
    const wrong = Object.entries(shape).filter(
      ([key, value]) => isWhole(value) && key in known && !isDeepStrictEqual(known[key as keyof Architecture], value),
    );
    return wrong.map(([key, value]) => {
      const is = quote(known[key as keyof Architecture]);
      return error(`${path}.${key}`, `${quote(value)} is not what ${id} has, which is ${is}: leave architecture out`);
    });
  }
  const { parameters, layers, hiddenSize, vocabularySize, slidingWindow } = shape;
  const window = given([layers, slidingWindow], (depth, of) => {
    if (of === undefined || of.layers <= depth) return [];
    return [
      error(
        `${path}.slidingWindow.layers`,
        `${of.layers} are more than the model's ${depth} layers: use at most ${depth}`,
      ),
    ];
  });
  const size = given([parameters, layers, hiddenSize, vocabularySize], (all, depth, width, words) => {
    // The embedding, and in each layer at least what projects the residual stream into attention and back.
    const least = words * width + depth * width * width;
    if (all >= least) return [];
    const message = `${all} are fewer than the ${least} that such a shape has at the least: give the count, such as 8190735360`;
    return [error(`${path}.parameters`, message)];
  });
  return [...window, ...size];
}
