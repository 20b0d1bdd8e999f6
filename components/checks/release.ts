/** Checks of one release that need more than its shape: tables, the model's limits, the fit. */
import { isDeepStrictEqual } from "node:util";
import type { Architecture } from "../facts/models/architecture.js";
import type { RuntimeContract } from "../contract/contract.js";
import { checkEnvironment } from "../derive/variables.js";
import { dividesHeads, type Fit, type FitInput, fit, smallestMachine } from "../fit/fit.js";
import { checkFlags } from "./flags.js";
import { flagTable, KNOWN_VERSIONS } from "../facts/vllm/versions.js";
import { GPUS } from "../facts/gpus.js";
import { checkGuardedFlags, checkPlainText } from "./guarded.js";
import { checkSources } from "./sources.js";
import { parseImage, pinOf } from "../config/image.js";
import { MODELS } from "../facts/models/catalogue.js";
import { joinPath } from "../config/parse.js";
import { PRECISIONS, weightBytes } from "../facts/precisions.js";
import type { ReleaseConfig } from "../contract/schema.js";
import { error, listOr, type Problem, quote, warning } from "../config/problems.js";

/** Flags whose memory the fit does not count. */
const UNCOUNTED_FLAGS = ["enable-lora", "speculative-config", "limit-mm-per-prompt", "cpu-offload-gb"];

/** 8-bit types of the KV cache (`--kv-cache-dtype`). */
const EIGHT_BIT_KV = /^(fp8|int8)/;

/** The fit's question for a contract. */
export function fitInput(contract: RuntimeContract): FitInput {
  const kvType = contract.flags["kv-cache-dtype"]?.value;
  return {
    model: contract.model.architecture,
    precision: contract.model.precision,
    gpu: contract.gpu.type,
    gpus: contract.gpu.count,
    memoryUtilization: contract.gpu.memoryUtilization,
    context: contract.context,
    sequences: contract.concurrency.sequences,
    batchedTokens: contract.concurrency.batchedTokens,
    kvElementBytes: typeof kvType === "string" && EIGHT_BIT_KV.test(kvType) ? 1 : 2,
  };
}

export function fitOf(contract: RuntimeContract): Fit {
  return fit(fitInput(contract));
}

/** Every problem of a contract whose shape is right. `path` is the release's, such as `vllm:models.chat.releases.r1`. */
export function checkContract(contract: RuntimeContract, path: string): Problem[] {
  const problems = [
    ...checkImage(contract, `${path}.image`),
    ...checkContractFlags(contract, `${path}.flags`),
    ...checkEnvironment(contract, `${path}.env`),
    ...checkConcurrency(contract, `${path}.concurrency`),
    ...checkParallelism(contract, `${path}.gpu.count`),
    ...checkPrecision(contract, `${path}.model.precision`),
    ...checkContext(contract, `${path}.context`),
  ];
  // A fit worked out from a contract that is wrong elsewhere would name a wrong remedy.
  const fitProblems = problems.some(({ severity }) => severity === "error") ? [] : checkFit(contract, path);
  return [...problems, ...fitProblems, ...checkResources(contract, `${path}.resources`)];
}

export function checkImage({ image }: { image: string }, path: string): Problem[] {
  const parsed = parseImage(image);
  if (parsed === undefined) {
    return [error(path, `${quote(image)} is not an image reference: use name:tag@sha256:…`)];
  }
  if (pinOf(parsed) === "none") {
    return [error(path, `${quote(image)} is not pinned: use a version tag with its digest, name:tag@sha256:…`)];
  }
  return [];
}

function checkContractFlags(contract: RuntimeContract, path: string): Problem[] {
  const version = contract.vllmVersion;
  const table = version === undefined ? undefined : flagTable(version);
  // Beside an image that has to be changed anyway, misspelt flags are found with the newest table.
  const unpinned = checkImage(contract, "").length > 0;
  const newest = KNOWN_VERSIONS.at(-1)!;
  const secrets = checkPlainTexts(contract.flags, path);
  // What holds a credential is checked no further: other messages quote the value.
  const flags = Object.fromEntries(Object.entries(contract.flags).filter(([name]) => !secrets.has(name)));
  const problems = [
    ...[...secrets.values()].flat(),
    ...(table === undefined && unpinned
      ? checkFlags(flags, flagTable(newest), newest, path)
      : checkFlags(flags, table, version ?? "", path)),
    ...checkGuardedFlags(flags, path),
    ...checkSources(flags, path),
  ];
  if (table === undefined && !unpinned) {
    const why =
      version === undefined ? "the image's tag names no vLLM version" : `there is no flag table for vLLM ${version}`;
    problems.push(warning(path, `names and values were not checked: ${why} (tables: ${listOr(KNOWN_VERSIONS)})`));
  }
  for (const flag of UNCOUNTED_FLAGS.filter((name) => name in contract.flags)) {
    problems.push(warning(joinPath(path, [flag]), "the fit does not count the memory of this flag: leave room for it"));
  }
  return problems;
}

/** Problems of flags that hold a credential or a reference to one, by the flag's name. */
function checkPlainTexts(flags: RuntimeContract["flags"], path: string): Map<string, Problem[]> {
  const found = Object.entries(flags).map(([name, flag]) => {
    const way = "vLLM takes no secret here, so leave it out";
    return [name, checkPlainText(flag, joinPath(path, [name]), way)] as const;
  });
  return new Map(found.filter(([, problems]) => problems.length > 0));
}

function checkConcurrency({ concurrency }: RuntimeContract, path: string): Problem[] {
  const { sequences, inFlight, batchedTokens } = concurrency;
  const problems: Problem[] = [];
  if (inFlight < sequences) {
    problems.push(
      error(
        `${path}.inFlight`,
        `${inFlight} is less than sequences ${sequences}, which then never run: use ${sequences} or more`,
      ),
    );
  }
  if (batchedTokens < sequences) {
    problems.push(
      error(
        `${path}.batchedTokens`,
        `${batchedTokens} is less than sequences ${sequences}, and vLLM refuses that: use ${sequences} or more`,
      ),
    );
  }
  return problems;
}

function checkParallelism({ gpu, model }: RuntimeContract, path: string): Problem[] {
  if (dividesHeads(model.architecture, gpu.count)) return [];
  const { attentionHeads, kvHeads } = model.architecture;
  const heads = attentionHeads % gpu.count === 0 ? `${kvHeads} KV` : `${attentionHeads} attention`;
  const allowed = [1, 2, 4, 8].filter((count) => dividesHeads(model.architecture, count)).map(String);
  return [error(path, `${gpu.count} does not divide the model's ${heads} heads: use ${listOr(allowed)}`)];
}

function checkPrecision({ gpu, model }: RuntimeContract, path: string): Problem[] {
  const { minComputeCapability } = PRECISIONS[model.precision];
  const { name, computeCapability } = GPUS[gpu.type];
  if (computeCapability < minComputeCapability) {
    const instead = Object.entries(PRECISIONS)
      .filter(([, facts]) => facts.minComputeCapability <= computeCapability)
      .map(([precision]) => precision);
    return [
      error(
        path,
        `${model.precision} needs CUDA compute capability ${minComputeCapability.toFixed(1)}, the ${name} has ` +
          `${computeCapability.toFixed(1)}: use ${listOr(instead)}, or another GPU`,
      ),
    ];
  }
  if (model.quantizeAtLoad && model.precision !== "fp8") {
    return [
      error(
        path,
        `vLLM cannot make ${model.precision} as it loads: use fp8, or a model published in ${model.precision}`,
      ),
    ];
  }
  return [];
}

function checkContext({ context, model, flags }: RuntimeContract, path: string): Problem[] {
  const { maxContext } = model.architecture;
  // Rotary scaling (YaRN) is the one way past it, and is set by overriding the model's config.
  if (context <= maxContext || "hf-overrides" in flags) return [];
  return [
    error(
      path,
      `${context} is more than the ${maxContext} tokens that ${model.id} was made for: use at most ${maxContext}`,
    ),
  ];
}

function checkResources({ model, resources }: RuntimeContract, path: string): Problem[] {
  const { diskGiB, memoryGiB, sharedMemoryGiB } = resources;
  const problems: Problem[] = [];
  const onDisk = weightBytes(model.architecture, model.quantizeAtLoad ? "bf16" : model.precision) / 2 ** 30;
  if (diskGiB < onDisk) {
    const least = Math.ceil(onDisk);
    problems.push(
      error(`${path}.diskGiB`, `${diskGiB} GiB have no room for ${gib(onDisk)} of weights: use ${least} or more`),
    );
  }
  if (sharedMemoryGiB >= memoryGiB) {
    problems.push(
      error(
        `${path}.sharedMemoryGiB`,
        `${sharedMemoryGiB} GiB are a part of memoryGiB, which is ${memoryGiB}: use less, or raise memoryGiB`,
      ),
    );
  }
  return problems;
}

const gib = (value: number): string => `${value.toFixed(1)} GiB`;

function checkFit(contract: RuntimeContract, path: string): Problem[] {
  const input = fitInput(contract);
  const result = fit(input);
  if (result.fits) return [];
  const { gpu, model, context } = contract;
  const machine = `${gpu.count} × ${gpu.type}`;
  const allowance = GPUS[gpu.type].cudaGiB * gpu.memoryUtilization;
  const smallest = smallestMachine(input);
  const elsewhere =
    smallest === undefined
      ? "no machine of the instance table would do"
      : `the smallest machine that would do is ${smallest.instanceType} with ${smallest.gpus} × ${smallest.gpu}, $${smallest.hourlyUsd}/h`;
  const each = gpu.count > 1 ? " a GPU" : "";
  if (result.largestContext === 0) {
    return [
      error(
        `${path}.gpu`,
        `${model.id} does not fit on ${machine}: ${gib(result.weightsGiBPerGpu)} of ${model.precision} weights and an estimated ` +
          `${gib(result.overheadGiBPerGpu)} of overhead leave no KV cache in ${gib(allowance)}${each}; ${elsewhere}`,
      ),
    ];
  }
  return [
    error(
      `${path}.context`,
      `${context} tokens do not fit once on ${machine}: after ${gib(result.weightsGiBPerGpu)} of ${model.precision} weights and an ` +
        `estimated ${gib(result.overheadGiBPerGpu)} of overhead, ${gib(result.kvCacheGiBPerGpu)}${each} of KV cache hold ` +
        `${result.largestContext} tokens: use at most ${result.largestContext}; for ${context} ${elsewhere}`,
    ),
  ];
}

/** Checks of what is lost once the catalogue has filled in the gaps. */
export function checkModelSource({ model }: ReleaseConfig, path: string): Problem[] {
  const problems =
    model.architecture === undefined
      ? []
      : checkArchitecture(model.id, model.architecture, `${path}.model.architecture`);
  const published = MODELS[model.id]?.precision;
  if (model.tokenizer !== undefined && model.tokenizer !== model.id && model.tokenizerRevision === undefined) {
    problems.push(
      error(
        `${path}.model.tokenizerRevision`,
        `is missing: ${quote(model.tokenizer)} is another repository, so give its commit`,
      ),
    );
  }
  const sixteenBits = published === "bf16" || published === "fp16";
  if (sixteenBits && model.precision === "fp8" && model.quantizeAtLoad === false) {
    problems.push(
      error(
        `${path}.model.quantizeAtLoad`,
        `false leaves ${model.id} as it is published, in ${published}: leave it out, or set precision to ${published}`,
      ),
    );
  }
  if (published !== undefined && model.precision !== undefined && model.precision !== published) {
    if (!sixteenBits || !["bf16", "fp16", "fp8"].includes(model.precision)) {
      problems.push(
        error(
          `${path}.model.precision`,
          `${model.id} is published in ${published}, which vLLM cannot load as ${model.precision}: use ${published}, or a model published in ${model.precision}`,
        ),
      );
    }
  }
  return problems;
}

/** A shape against the catalogue, and its parameters against what they have to hold. */
function checkArchitecture(id: string, shape: Partial<Architecture>, path: string): Problem[] {
  const known = MODELS[id];
  if (known !== undefined) {
    const wrong = Object.entries(shape).find(
      ([key, value]) => key in known && !isDeepStrictEqual(known[key as keyof Architecture], value),
    );
    if (wrong === undefined) return [];
    const [key, value] = wrong;
    const is = quote(known[key as keyof Architecture]);
    return [error(`${path}.${key}`, `${quote(value)} is not what ${id} has, which is ${is}: leave architecture out`)];
  }
  const { parameters, layers, hiddenSize, vocabularySize } = shape;
  if (parameters === undefined || layers === undefined || hiddenSize === undefined || vocabularySize === undefined)
    return [];
  // The embedding, and in each layer at least what projects the residual stream into attention and back.
  const least = vocabularySize * hiddenSize + layers * hiddenSize * hiddenSize;
  if (parameters >= least) return [];
  return [
    error(
      `${path}.parameters`,
      `${parameters} are fewer than the ${least} that such a shape has at the least: give the count, such as 8190735360`,
    ),
  ];
}
