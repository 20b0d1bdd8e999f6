/** What the fit says of a row. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { problemLines } from "../../components/config/problems.js";
import { type Gpu, GPUS } from "../../components/facts/gpus.js";
import type { Architecture } from "../../components/facts/models/architecture.js";
import { type ConfigJson, readConfigJson } from "../../components/fit/configJson/read.js";
import { type Fit, fit } from "../../components/fit/fit.js";
import type { FitInput } from "../../components/fit/input.js";
import type { Row } from "./rows.js";

const CONFIGS = join(__dirname, "../models/configs");

export interface Prediction {
  input: FitInput;
  fit: Fit;
  /**
   * Of a server that started: the KV cache that was promised too much, as a share of the real one, below 0 for too little. By tokens where the
   * log has them, else by GiB.
   */
  cacheError?: number;
  /** The same of the weights of a GPU. */
  weightsError?: number;
}

export function predict(row: Row): Prediction {
  const input = inputOf(row);
  const result = fit(input);
  const { tokens, kvCacheGiB, weightsGiB } = row;
  const cache =
    tokens === undefined
      ? errorOf(result.kvCacheGiBPerGpu, kvCacheGiB)
      : errorOf(result.fullLengthRequests * row.context, tokens);
  const weights = errorOf(result.weightsGiBPerGpu, weightsGiB);
  return {
    ...{ input, fit: result },
    ...(cache !== undefined && row.starts && { cacheError: cache }),
    ...(weights !== undefined && { weightsError: weights }),
  };
}

function errorOf(predicted: number, real: number | undefined): number | undefined {
  return real === undefined ? undefined : predicted / real - 1;
}

function inputOf({ config, precision, gpu, draft, vllm, ...row }: Row): FitInput {
  const read = configOf(config);
  const model = read.architecture;
  const published = precision ?? read.precision;
  return {
    ...row,
    ...{ model, precision: published, gpu: gpuOf(gpu), version: vllm },
    ...(draft !== undefined && { draft: { model: drafted(model, draft), precision: published, gpus: row.gpus } }),
  };
}

/** Layers beside the model's own, whose embeddings they share. */
function drafted(model: Architecture, { layers, parameters }: NonNullable<Row["draft"]>): Architecture {
  return { ...model, layers, parameters, weights: { attention: { parameters } }, attention: undefined };
}

function gpuOf(gpu: Row["gpu"]): Gpu {
  return typeof gpu === "string" ? GPUS[gpu] : { type: "other", name: `card of ${gpu.cudaGiB} GiB`, ...gpu };
}

function configOf(name: string): ConfigJson {
  const path = join(CONFIGS, `${name}.json`);
  const read = readConfigJson(readFileSync(path, "utf8"), { path });
  if (Array.isArray(read)) throw new Error(problemLines(read).join("\n"));
  return read;
}
