/** A model's config.json, as published on the Hugging Face Hub, turned into the shape that the fit works with. */
import { didYouMean, type Problem, quote } from "../../config/problems.js";
import type { Architecture, WeightPart } from "../../facts/models/architecture.js";
import { TRANSFORMERS_DEFAULTS } from "../../facts/models/transformersDefaults.js";
import type { Precision } from "../../facts/precisions.js";
import type { TextModel } from "./decoder.js";
import { readEncoder, TOWER_SECTIONS } from "./encoder.js";
import { FAMILIES } from "./families/index.js";
import { type Defaults, type Findings, Keys } from "./keys.js";
import { groupsOf, sumWeights, type Weights } from "./layers.js";
import { readMade } from "./made.js";
import { parseObject } from "./parse.js";
import { MOST_TOKENS } from "./reach.js";
import { type Quantization, readQuantization } from "./quantization.js";
import { textSection } from "./sections.js";
import { readLabels, readTask, type Task } from "./task.js";
import { noteUnread } from "./unread.js";

/** Keys that the file of a language model must have; a section within another file may leave them to transformers' defaults. */
const ESSENTIAL: readonly string[] = ["hidden_size", "num_hidden_layers", "num_attention_heads", "vocab_size"];

/** What a config.json says. */
export interface ConfigJson {
  architecture: Architecture;
  /** Precision of the published weights. */
  precision: Precision;
  task: Task;
  /** Classes that the file names, which vLLM must know. */
  architectures: string[];
  /** What was not read, and what was taken as the default of transformers, with the keys' names. */
  notRead: string[];
}

export interface ReadOptions {
  /** Name of the file, for messages. @default "config.json" */
  path?: string;
  /** What the model is used for. @default what its class is for: one that can write is taken to */
  task?: Task;
  /** Read as this `model_type`, for a model of an unknown type that is built like it. @default the file's own */
  modelType?: string;
}

/** Reads a config.json; every problem at once where it cannot be read. Never throws. */
export function readConfigJson(
  source: string | Record<string, unknown>,
  options: ReadOptions = {},
): ConfigJson | Problem[] {
  const { path = "config.json" } = options;
  const parsed = typeof source === "string" ? parseObject(source, path) : { object: source };
  if ("problems" in parsed) return parsed.problems;
  const findings: Findings = { problems: [], notRead: [] };
  const root = new Keys(parsed.object, path, findings);
  const model = readModel(root, options);
  return findings.problems.length > 0 || model === undefined
    ? findings.problems
    : { ...model, notRead: findings.notRead };
}

function readModel(root: Keys, options: ReadOptions): Omit<ConfigJson, "notRead"> | undefined {
  const architectures = root.texts("architectures") ?? [];
  const section = textSection(root);
  if (section === undefined) {
    checkTowers(root);
    return undefined;
  }
  const modelType = options.modelType ?? section.text.text("model_type");
  const reader = modelType === undefined ? undefined : FAMILIES.get(modelType);
  if (modelType === undefined || reader === undefined) {
    failUnknown(section.text, modelType);
    checkTowers(root);
    return undefined;
  }
  const text = section.text.withDefaults(defaultsOf(modelType, section.isNested));
  const task = options.task ?? readTask(root, architectures);
  const model = reader(text);
  const vocabularySize = text.count("vocab_size");
  const maxContext = readMaxContext(text);
  const tiedEmbeddings = isTied(root, text);
  const layerWeights = model.all.map((layer) => layer.weights);
  const output = outputWeights(root, model, { task, vocabularySize, tiedEmbeddings });
  const tower = readEncoder(root, text);
  const embedding = vocabularySize * model.hiddenSize;
  const encoder = tower?.parameters ?? 0;
  const weights = sumWeights([...layerWeights, model.beside, { embedding, encoder }, output]);
  const { precision, bits, fp8BlockSize } = readQuantization(root, text, {
    layers: layerWeights,
    output: output.output ?? 0,
  });
  const attention = groupsOf(model.all);
  const made = readMade(text, attention, { heads: model.heads, maxContext });
  noteUnread(text);
  const { layers, hiddenSize, intermediateSize, kvHeads, headSize, experts } = model;
  return {
    architecture: {
      parameters: Object.values(weights).reduce((sum, parameters) => sum + parameters, 0),
      ...{ layers, hiddenSize, intermediateSize, attentionHeads: model.heads, kvHeads, headSize },
      ...{ vocabularySize, tiedEmbeddings, maxContext },
      attention,
      ...(experts !== undefined && { experts }),
      weights: weightsByPart(weights, bits),
      ...(Object.keys(made).length > 0 && { made }),
      ...(tower?.encoder !== undefined && { encoder: tower.encoder }),
      ...(fp8BlockSize !== undefined && { fp8BlockSize }),
    },
    precision,
    task,
    architectures,
  };
}

/** Keys of the longest context, by the names that families have for it (`derive_max_model_len_and_key` of vLLM 0.33). */
const MAX_CONTEXT = [
  "max_position_embeddings",
  "n_positions",
  "max_seq_len",
  "seq_length",
  "model_max_length",
  "max_sequence_length",
  "max_seq_length",
  "seq_len",
] as const;

function readMaxContext(text: Keys): number {
  return text.count(text.nameOf(...MAX_CONTEXT), { max: MOST_TOKENS });
}

/** What stands at the end: the matrix that makes logits of vectors, where it is not the input's; scores; or nothing. */
function outputWeights(
  root: Keys,
  { hiddenSize, hasOutputBias, scoreHead }: TextModel,
  { task, vocabularySize, tiedEmbeddings }: { task: Task; vocabularySize: number; tiedEmbeddings: boolean },
): Weights {
  switch (task) {
    case "embed":
      return {};
    case "score":
    case "classify":
      return { norms: scoreHead + hiddenSize * readLabels(root) };
    case "generate":
      return {
        ...(!tiedEmbeddings && { output: vocabularySize * hiddenSize }),
        ...(hasOutputBias && { norms: vocabularySize }),
      };
  }
}

/** The whole file's word counts before the section's, as for vLLM (vllm/config/vllm.py, 0.33). */
function isTied(root: Keys, text: Keys): boolean {
  const key = "tie_word_embeddings";
  return root.has(key) ? root.flag(key, false) : text.flag(key, false);
}

function weightsByPart(weights: Weights, bits: Quantization["bits"]): NonNullable<Architecture["weights"]> {
  const entries = (Object.entries(weights) as [WeightPart, number][]).filter(([, parameters]) => parameters !== 0);
  return Object.fromEntries(
    entries.map(([part, parameters]) => [part, { parameters, ...(bits[part] !== undefined && { bits: bits[part] }) }]),
  );
}

function defaultsOf(modelType: string, isNested: boolean): Defaults {
  const defaults = TRANSFORMERS_DEFAULTS[modelType] ?? TRANSFORMERS_DEFAULTS[`${modelType}_text`] ?? {};
  if (isNested) return defaults;
  return Object.fromEntries(Object.entries(defaults).filter(([key]) => !ESSENTIAL.includes(key)));
}

/** What can be said of the towers where the language model is wrong: whether they are sections. */
function checkTowers(root: Keys): void {
  for (const name of TOWER_SECTIONS) root.section(name);
}

function failUnknown(text: Keys, modelType: string | undefined): void {
  const shape = "state the model's shape by hand in model.architecture";
  if (modelType === undefined) {
    if (!text.has("model_type")) text.fail("model_type", `is missing: give the whole config.json, or ${shape}`);
    return;
  }
  text.fail(
    "model_type",
    `${quote(modelType)} is no architecture that can be read${didYouMean(modelType, FAMILIES.keys())}: ${shape}`,
  );
}
