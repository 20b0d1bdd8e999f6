/** From the text of `vllm:models` to contracts: defaults filled in, every problem of every model found at once. */
import { z } from "zod";
import { checkContract, checkModelSource } from "./release.js";
import { checkAcross, checkModel, type ModelOutline } from "./models.js";
import type { RuntimeContract } from "../contract/contract.js";
import { type ModelKeys, toContract } from "../derive/plan.js";
import { KNOWN_VERSIONS } from "../facts/vllm/versions.js";
import type { Architecture } from "../facts/models/architecture.js";
import { MODELS } from "../facts/models/catalogue.js";
import { COMPONENTS } from "../vocabulary/labels.js";
import { joinPath, parse, salvage } from "../config/parse.js";
import { append, didYouMean, error, type Problem, quote } from "../config/problems.js";
import {
  architectureSchema,
  MODEL_NAME,
  type ModelConfig,
  modelSchema,
  type ReleaseConfig,
  releaseSchema,
  RELEASE_NAME,
} from "../contract/schema.js";

/** A model with its contracts. */
export interface ServedModel {
  name: string;
  class: ModelConfig["class"];
  servedNames: string[];
  route: ModelConfig["route"];
  warmSpares: number;
  /** By release name, in the config's order. */
  releases: Map<string, RuntimeContract>;
}

export interface ResolvedModels {
  /** Only models that are right in shape, with all their releases. */
  models: ServedModel[];
  problems: Problem[];
}

type Shell = z.infer<typeof shellSchema>;

/** The model's own keys; each release is parsed by itself, so that one bad release does not hide another's problems. */
const shellSchema = modelSchema.extend({ releases: z.record(z.string(), z.unknown()) });

export function resolveModels(input: unknown, path: string): ResolvedModels {
  const record = parse(z.record(z.string(), z.unknown()), input, path);
  if (record.value === undefined) return { models: [], problems: record.problems };
  const entries = Object.entries(record.value);
  if (entries.length === 0) return { models: [], problems: [error(path, "is empty: describe at least one model")] };
  const resolved = entries.map(([name, value]) => resolveModel(name, value, joinPath(path, [name])));
  const models = resolved.flatMap(({ model }) => model ?? []);
  const outlines = resolved.map(({ outline }) => outline);
  return { models, problems: [...resolved.flatMap(({ problems }) => problems), ...checkAcross(outlines, path)] };
}

interface Resolved {
  model?: ServedModel;
  outline: ModelOutline;
  problems: Problem[];
}

function resolveModel(name: string, value: unknown, path: string): Resolved {
  const problems: Problem[] = [];
  if (!MODEL_NAME.test(name)) {
    problems.push(
      error(
        path,
        `${quote(name)} is not a model's key: use up to 40 lower-case letters, digits and dashes, first a letter, last no dash`,
      ),
    );
  }
  const parsedShell = parse(shellSchema, value, path);
  append(problems, parsedShell.problems);
  const shell = salvage(shellSchema, value, SHELL_PLACEHOLDER);
  const names = Object.keys(shell.releases);
  append(problems, checkModel(shell, path, names));
  if (parsedShell.value !== undefined && names.length === 0) {
    problems.push(error(`${path}.releases`, "is empty: give at least one release"));
  }
  const releases = new Map(
    names.flatMap((release) => {
      const at = joinPath(`${path}.releases`, [release]);
      const resolved = resolveRelease(name, release, shell, shell.releases[release], at);
      append(problems, resolved.problems);
      return resolved.contract === undefined ? [] : [[release, resolved.contract] as const];
    }),
  );
  const { class: trafficClass, route, warmSpares, servedNames = [name] } = shell;
  const outline = { name, servedNames, releases: names };
  if (parsedShell.value === undefined || releases.size !== names.length) return { outline, problems };
  return { model: { name, class: trafficClass, servedNames, route, warmSpares, releases }, outline, problems };
}

function resolveRelease(
  name: string,
  release: string,
  model: ModelKeys,
  value: unknown,
  path: string,
): { contract?: RuntimeContract; problems: Problem[] } {
  const problems: Problem[] = [];
  if (!RELEASE_NAME.test(release)) {
    problems.push(
      error(
        path,
        `${quote(release)} is not a release name: use a letter, then up to 11 letters and digits, such as r1`,
      ),
    );
  }
  if (release === COMPONENTS.spare) {
    problems.push(
      error(path, `${quote(release)} is what a model's warm spares are named: use another name, such as r1`),
    );
  }
  const parsed = parse(releaseSchema, value, path);
  append(problems, parsed.problems);
  const config = salvage(releaseSchema, value, RELEASE_PLACEHOLDER);
  // A model without a known shape is checked as a tiny one, so that the rest is.
  const architecture = architectureOf(config, path, problems) ?? TINY;
  const contract = toContract(name, release, model, config, architecture);
  append(problems, [...checkModelSource(config, path), ...checkContract(contract, path)]);
  return parsed.value === undefined ? { problems } : { contract, problems };
}

/** The shape of a model: the config's own, else the catalogue's. */
function architectureOf(config: ReleaseConfig, path: string, problems: Problem[]): Architecture | undefined {
  const { id, architecture, precision } = config.model;
  if (architecture !== undefined) {
    return architectureSchema.safeParse(architecture).success ? architecture : undefined;
  }
  if (id === RELEASE_PLACEHOLDER.model.id) return undefined;
  const known = MODELS[id];
  if (known === undefined) {
    problems.push(
      error(
        `${path}.model.architecture`,
        `is missing, and ${quote(id)} is not in the catalogue${didYouMean(id, Object.keys(MODELS)) || "."} ` +
          "Give the shape from the model's config.json",
      ),
    );
    return undefined;
  }
  const { weightsGiB, ...shape } = known;
  // A measured size holds for the published precision only.
  const published = precision === undefined || precision === known.precision;
  return { ...shape, ...(published && weightsGiB !== undefined && { weightsGiB }) };
}

/** A shape that passes every check. */
const TINY: Architecture = {
  parameters: 1,
  layers: 1,
  hiddenSize: 1,
  intermediateSize: 1,
  attentionHeads: 840,
  kvHeads: 840,
  headSize: 1,
  vocabularySize: 1,
  tiedEmbeddings: true,
  maxContext: Number.MAX_SAFE_INTEGER,
};

/** What stands in for a release's wrong values, chosen to pass the checks that are not about them. */
const RELEASE_PLACEHOLDER: ReleaseConfig = {
  model: { id: "-", revision: "" },
  image: `placeholder:v${KNOWN_VERSIONS.at(-1)!}`,
  gpu: { type: "b300", count: 1, memoryUtilization: 0.9 },
  context: 1,
  concurrency: { sequences: 1, inFlight: Number.MAX_SAFE_INTEGER },
  resources: {},
  flags: {},
  env: {},
};

/** The same for a model's own keys. */
const SHELL_PLACEHOLDER: Shell = {
  class: "interactive",
  route: { stable: "" },
  releases: {},
  autoscaling: { min: 1, max: Number.MAX_SAFE_INTEGER, targetUtilization: 0.75, scaleDownSeconds: 300 },
  drainSeconds: 120,
  warmSpares: 0,
};
