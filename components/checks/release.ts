/** Checks of one release that need more than its shape: tables, the model's limits, the fit. */
import { parseImage, pinOf } from "../config/image.js";
import { from, given, isWrong, type Parts, WRONG } from "../config/parts.js";
import { error, listOr, type Problem, quote } from "../config/problems.js";
import { takesWholePrompts } from "../derive/memory/batchBudget.js";
import { fitFlagsOf } from "../derive/memory/fitFlags.js";
import { fitInputOf } from "../derive/memory/fitInput.js";
import { offloaded } from "../derive/memory/offloading.js";
import { imageVersion, type RuntimePlan } from "../derive/plan.js";
import { isOffline } from "../derive/weights/delivery.js";
import type { Gpu } from "../facts/gpus.js";
import { refusesFp16 } from "../facts/models/withoutFp16.js";
import { type Precision, PRECISION_NAMES, PRECISIONS } from "../facts/precisions.js";
import { isBefore } from "../facts/vllm/version.js";
import { dividesHeads, type Heads, kvHeadsOf } from "../fit/fit.js";
import { checkChatTemplate } from "./flags/chatTemplate.js";
import { checkEncoder } from "./memory/encoder.js";
import { checkFit } from "./memory/fit.js";
import { checkFp8Blocks } from "./memory/fp8Blocks.js";
import { checkSliceCount } from "./nodes/gpuTypes.js";
import { checkReleaseFlags } from "./flags/flags.js";
import { checkKvCacheType } from "./memory/kvCache.js";
import { checkOffloading } from "./memory/offloading.js";
import { checkVariables } from "./flags/variables.js";
import { checkTask } from "./task.js";

/**
 * Every problem of a release, as far as its parts are right in shape.
 *
 * @param path the release's, such as `vllm:models.chat.releases.r1`
 * @param found problems that it is known to have already
 */
export function checkRelease(plan: Parts<RuntimePlan>, path: string, found: readonly Problem[] = []): Problem[] {
  const { gpu, accelerator, model, context, concurrency, resources, flags } = plan;
  const shape = model.architecture;
  const kvCacheType = isWrong(flags) ? WRONG : flags["kv-cache-dtype"]?.value;
  const ofFlags = checkReleaseFlags(flags, plan, `${path}.flags`);
  const inputs = [
    ...checkConcurrency(concurrency, `${path}.concurrency`),
    ...given(
      [{ id: model.id, task: model.task, flags }, concurrency.batchedTokens, context],
      (prompts, tokens, longest) =>
        takesWholePrompts(prompts) ? checkWholePrompts(tokens, longest, `${path}.concurrency.batchedTokens`) : [],
    ),
    ...given(
      [gpu.count, shape.attentionHeads, shape.kvHeads, shape.attention],
      (count, attentionHeads, kvHeads, attention) =>
        checkParallelism(
          count,
          { attentionHeads, kvHeads, ...(attention !== undefined && { attention }) },
          `${path}.gpu.count`,
        ),
    ),
    ...given([gpu.count, accelerator.resource], (count, resource) =>
      checkSliceCount(resource, count, `${path}.gpu.count`),
    ),
    ...given(
      [shape.intermediateSize, shape.fp8BlockSize, model.precision, model.quantizeAtLoad, gpu.count, flags],
      (intermediateSize, fp8BlockSize, precision, quantize, gpus, set) =>
        checkFp8Blocks(
          {
            architecture: { intermediateSize, fp8BlockSize },
            isPublished: precision === "fp8" && !quantize,
            gpus,
            isExpertParallel: set["enable-expert-parallel"]?.value === true,
          },
          `${path}.gpu.count`,
        ),
    ),
    ...checkPrecision(accelerator, model, `${path}.model.precision`),
    ...given([model.precision, plan.vllmVersion], (precision, version) =>
      version === undefined ? [] : checkDropped(precision, version, `${path}.model.precision`),
    ),
    ...given([kvCacheType, accelerator], (stored, type) =>
      checkKvCacheType(stored, type, `${path}.flags.kv-cache-dtype.value`),
    ),
    // Rotary scaling (YaRN) is the one way past what a model was made for, and is set by overriding its config.
    ...(isWrong(flags) || "hf-overrides" in flags
      ? []
      : given([context, model.id, shape.maxContext], (tokens, id, maxContext) =>
          checkContext({ tokens, id, maxContext }, `${path}.context`),
        )),
  ];
  const demand = {
    model: { architecture: shape, precision: model.precision, task: model.task },
    gpu,
    accelerator,
    context,
    concurrency: { sequences: concurrency.sequences, batchedTokens: concurrency.batchedTokens },
    version: plan.vllmVersion,
    flags: fitFlagsOf(flags),
  };
  return [
    ...given([plan.image], (image) => checkImage({ image }, `${path}.image`)),
    ...given([plan.image, plan.vllmVersion], (image, version) => checkVersion(image, version, `${path}.vllmVersion`)),
    ...ofFlags,
    ...given([{ id: model.id, task: plan.contract.model.task }, flags], (stated, set) =>
      checkTask(stated, set, `${path}.flags`),
    ),
    ...checkChatTemplate(plan, path),
    ...checkVariables(plan.env, `${path}.env`),
    ...inputs,
    // The fit of values that are wrong would name a wrong remedy.
    ...([...inputs, ...ofFlags, ...found].some((problem) => isOfFit(problem, path))
      ? []
      : given([demand, model.id], (question, id) => {
          const input = fitInputOf(question);
          return [...checkFit(input, { id, path }), ...checkEncoder(input, `${path}.flags`)];
        })),
    ...checkResources({ ...resources, weightsGiB: plan.weightsGiB }, downloadsWeights(plan), `${path}.resources`),
    ...given(
      [{ flags, env: plan.env, gpus: gpu.count }, resources.memoryGiB, resources.sharedMemoryGiB],
      (of, memory, shared) => checkOffloading(offloaded(of), { memory, shared }, `${path}.resources`),
    ),
  ];
}

/** What the fit reads of a release: beside a problem there, its answer would name a wrong remedy. */
const OF_FIT = [
  "model.precision",
  "model.quantizeAtLoad",
  "model.architecture",
  "gpu.count",
  "context",
  "concurrency.batchedTokens",
  "flags.kv-cache-dtype.value",
];

function isOfFit({ path: at, severity }: Problem, path: string): boolean {
  return severity === "error" && OF_FIT.some((part) => at === `${path}.${part}` || at.startsWith(`${path}.${part}.`));
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

/** A stated version beside a tag that is known to name another. */
function checkVersion(image: string, version: string | undefined, path: string): Problem[] {
  const tagged = imageVersion(image);
  if (tagged === undefined || tagged === version) return [];
  return [
    error(path, `${quote(version)} is not what the image's tag names, which is ${tagged}: leave vllmVersion out`),
  ];
}

function checkConcurrency(concurrency: Parts<RuntimePlan["concurrency"]>, path: string): Problem[] {
  const { sequences, inFlight, batchedTokens } = concurrency;
  return [
    ...given([sequences, inFlight], (running, all) => {
      if (all >= running) return [];
      const message = `${all} is less than sequences ${running}, which then never run: use ${running} or more`;
      return [error(`${path}.inFlight`, message)];
    }),
    ...given([sequences, batchedTokens], (running, tokens) => {
      if (tokens >= running) return [];
      const message = `${tokens} is less than sequences ${running}, and vLLM refuses that: use ${running} or more`;
      return [error(`${path}.batchedTokens`, message)];
    }),
  ];
}

function checkWholePrompts(tokens: number, context: number, path: string): Problem[] {
  if (tokens >= context) return [];
  const message =
    `${tokens} is less than context ${context}, and without chunked prefill a prompt has to fit into one step: ` +
    `leave it out, use ${context} or more, or set enable-chunked-prefill to true where the model can`;
  return [error(path, message)];
}

function checkParallelism(count: number, architecture: Heads, path: string): Problem[] {
  if (dividesHeads(architecture, count)) return [];
  const { attentionHeads } = architecture;
  const heads =
    attentionHeads % count === 0 ? `${kvHeadsOf(architecture).join(" and ")} KV` : `${attentionHeads} attention`;
  const allowed = [1, 2, 4, 8].filter((gpus) => dividesHeads(architecture, gpus)).map(String);
  return [error(path, `${count} does not divide the model's ${heads} heads: use ${listOr(allowed)}`)];
}

function checkPrecision(
  gpu: Parts<Gpu>,
  { id, precision, quantizeAtLoad }: Parts<RuntimePlan["model"]>,
  path: string,
): Problem[] {
  const hardware = given([gpu, precision, id], (type, served, model) => checkHardware(type, served, model, path));
  if (hardware.length > 0) return hardware;
  const numbers = given([precision, id], (served, model) => {
    if (served !== "fp16" || !refusesFp16(model)) return [];
    return [error(path, `vLLM refuses ${model} in fp16, which its numbers leave the range of: use bf16`)];
  });
  if (numbers.length > 0) return numbers;
  return given([precision, quantizeAtLoad], (served, quantize) => {
    if (!quantize || PRECISIONS[served].isMadeAtLoad) return [];
    const makes = listOr(PRECISION_NAMES.filter((name) => PRECISIONS[name].isMadeAtLoad));
    return [error(path, `vLLM cannot make ${served} as it loads: use ${makes}, or a model published in ${served}`)];
  });
}

function checkHardware({ name, computeCapability }: Gpu, precision: Precision, id: string, path: string): Problem[] {
  const { minComputeCapability } = PRECISIONS[precision];
  if (computeCapability >= minComputeCapability) return [];
  const instead = Object.entries(PRECISIONS)
    .filter(([, facts]) => facts.minComputeCapability <= computeCapability)
    .filter(([other, facts]) => (other !== "fp16" || !refusesFp16(id)) && facts.droppedIn === undefined)
    .map(([other]) => other);
  return [
    error(
      path,
      `${precision} needs CUDA compute capability ${minComputeCapability.toFixed(1)}, the ${name} has ` +
        `${computeCapability.toFixed(1)}: use ${listOr(instead)}, or another GPU`,
    ),
  ];
}

/** A precision against what the version of vLLM has. */
function checkDropped(precision: Precision, version: string, path: string): Problem[] {
  const { droppedIn } = PRECISIONS[precision];
  if (droppedIn === undefined || isBefore(version, droppedIn)) return [];
  const message =
    `vLLM ${version} has no ${precision}, which was dropped by ${droppedIn}: use the model in another precision, such as ` +
    "a variant in fp8, int4 or awq-int4";
  return [error(path, message)];
}

interface Context {
  tokens: number;
  id: string;
  /** Tokens that the model was made for. */
  maxContext: number;
}

function checkContext({ tokens, id, maxContext }: Context, path: string): Problem[] {
  if (tokens <= maxContext) return [];
  const message =
    `${tokens} is more than the ${maxContext} tokens that ${id} was made for: use at most ${maxContext}, or, where the model's card ` +
    `says that it may be stretched, YaRN: ${yarn(tokens / maxContext, maxContext)}`;
  return [error(path, message)];
}

/**
 * The flag that stretches a model's context. `rope_theta` is a part of what it replaces, and no table has it.
 *
 * Source: https://docs.vllm.ai/en/stable/features/context_extension/ (2026-11-26)
 */
function yarn(times: number, maxContext: number): string {
  const parameters =
    `rope_type: yarn, factor: ${Math.ceil(times)}, original_max_position_embeddings: ${maxContext}, ` +
    "rope_theta: <as in config.json>";
  return `flags: { hf-overrides: { value: { rope_parameters: { ${parameters} } }, reason: … } }`;
}

/** Whether a replica downloads weights to its own disk; where nobody can tell, it does not. */
function downloadsWeights({ artifacts, cache }: Parts<RuntimePlan>): boolean {
  const downloads = from([artifacts], (all) => !isOffline(all, cache as RuntimePlan["cache"]));
  return downloads === true;
}

function checkResources(
  resources: Parts<RuntimePlan["resources"] & Pick<RuntimePlan, "weightsGiB">>,
  downloads: boolean,
  path: string,
): Problem[] {
  const { diskGiB, weightsGiB, sharedMemoryGiB, memoryGiB } = resources;
  return [
    ...given([diskGiB, weightsGiB], (disk, weights) => {
      if (!downloads || disk >= weights) return [];
      const message = `${disk} GiB have no room for ${weights.toFixed(1)} GiB of weights: use ${Math.ceil(weights)} or more`;
      return [error(`${path}.diskGiB`, message)];
    }),
    ...given([sharedMemoryGiB, memoryGiB], (shared, memory) => {
      if (shared < memory) return [];
      const message = `${shared} GiB are a part of memoryGiB, which is ${memory}: use less, or raise memoryGiB`;
      return [error(`${path}.sharedMemoryGiB`, message)];
    }),
  ];
}
