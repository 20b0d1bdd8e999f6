/** From the text of `vllm:models` to plans: defaults filled in, every problem of every model found at once. */
import { z } from "zod";
import { joinPath, parse } from "../config/parse.js";
import { entriesOf, given, itemsOf, from, isWhole, isWrong, type Parts, type Wrong } from "../config/parts.js";
import { append, error, type Problem, quote } from "../config/problems.js";
import type { CacheConfig } from "../contract/cache.js";
import { MODEL_NAME, modelSchema, RELEASE_NAME, releaseSchema } from "../contract/schema.js";
import { type GpuTypes, gpuTypesOf } from "../derive/nodes/gpuTypes.js";
import type { ServedModel } from "../derive/servedModel.js";
import { type ModelKeys, planOf, type RuntimePlan } from "../derive/plan.js";
import { COMPONENTS } from "../vocabulary/labels.js";
import { checkGpuType } from "./nodes/gpuTypes.js";
import { checkAcross, checkModel, type ModelOutline, type ModelSection } from "./models.js";
import { checkModelSource } from "./modelSource.js";
import { checkSlo } from "./observability/serviceLevels.js";
import { checkPod } from "./pod.js";
import type { PlacedRelease } from "./nodes/placement.js";
import { checkRelease } from "./release.js";
import { markSound } from "./sound.js";
import { checkWeights } from "./weights.js";

export interface ResolvedModels {
  /** Only models that are right in shape, with all their releases. */
  models: ServedModel[];
  /** Every release, whatever is wrong with it. */
  releases: PlacedRelease[];
  /** Of all models, whatever is wrong with them; `undefined` where nobody can tell. */
  names: readonly string[] | undefined;
  problems: Problem[];
}

/** The model's own keys; each release is parsed by itself. */
const sectionSchema = modelSchema.extend({ releases: z.record(z.string(), z.unknown()) });
type Section = Parts<ModelSection> & { releases: Record<string, unknown> | Wrong };

/**
 * @param gpuTypes those of the table and of the config @default those of the table
 * @param cache where weights are kept between starts @default nowhere
 */
export function resolveModels(
  input: unknown,
  path: string,
  gpuTypes = gpuTypesOf(),
  cache?: CacheConfig | Wrong,
): ResolvedModels {
  const record = parse(z.record(z.string(), z.unknown()), input, path);
  if (record.value === undefined) return { models: [], releases: [], names: undefined, problems: record.problems };
  const entries = Object.entries(record.value);
  if (entries.length === 0) {
    return { models: [], releases: [], names: [], problems: [error(path, "is empty: describe at least one model")] };
  }
  const shared = { gpuTypes, cache };
  const resolved = entries.map(([name, value]) => resolveModel(name, value, joinPath(path, [name]), shared));
  const outlines = resolved.map(({ outline }) => outline);
  return {
    models: resolved.flatMap(({ model }) => model ?? []),
    releases: resolved.flatMap(({ releases }) => releases),
    names: entries.map(([name]) => name),
    problems: [...resolved.flatMap(({ problems }) => problems), ...checkAcross(outlines, path)],
  };
}

interface Resolved {
  model?: ServedModel;
  outline: ModelOutline;
  releases: PlacedRelease[];
  problems: Problem[];
}

/** What all releases share. */
export interface Shared {
  gpuTypes: GpuTypes;
  /** Where weights are kept between starts. */
  cache: CacheConfig | Wrong | undefined;
}

function resolveModel(name: string, value: unknown, path: string, shared: Shared): Resolved {
  const problems: Problem[] = [];
  if (!MODEL_NAME.test(name)) {
    problems.push(
      error(
        path,
        `${quote(name)} is not a model's key: use up to 40 lower-case letters, digits and dashes, first a letter, last no dash`,
      ),
    );
  }
  const parsed = parse(sectionSchema, value, path);
  append(problems, parsed.problems);
  const section = parsed.parts as Section;
  const texts = entriesOf(section.releases);
  const names = texts.map(([release]) => release);
  append(problems, checkModel(section, path, isWrong(section.releases) ? undefined : names));
  if (!isWrong(section.releases) && names.length === 0) {
    problems.push(error(`${path}.releases`, "is empty: give at least one release"));
  }
  const keys: Parts<ModelKeys> = {
    class: section.class,
    servedNames: section.servedNames ?? [name],
    autoscaling: section.autoscaling,
    drainSeconds: section.drainSeconds,
    ...(section.pod !== undefined && { pod: section.pod }),
    ...(section.gateway !== undefined && { gateway: section.gateway }),
  };
  append(problems, checkPod(section.pod, `${path}.pod`));
  const { route, warmSpares, slo } = section;
  const releases = texts.map(([release, text]): PlacedRelease & { release: string } => {
    const at = joinPath(`${path}.releases`, [release]);
    const resolved = resolveRelease({ name, release, keys, ...shared }, text, at);
    append(problems, resolved.problems);
    const spares = from([route.stable, warmSpares], (stable, count) => (stable === release ? count : 0));
    return { release, plan: resolved.plan, warmSpares: spares, path: at, ...(slo !== undefined && { slo }) };
  });
  append(problems, checkSlo(slo, releases, `${path}.slo`));
  const servedNames = itemsOf<string>(keys.servedNames).map(({ item }) => item);
  const outline = { name, servedNames, releases: names };
  const isRight = parsed.value !== undefined && releases.every(({ plan }) => isWhole(plan));
  if (!isRight) return { outline, releases, problems };
  const model = {
    ...(keys as ModelKeys),
    name,
    route: parsed.value.route,
    ...(parsed.value.apiKey !== undefined && { apiKey: parsed.value.apiKey }),
    warmSpares: parsed.value.warmSpares,
    ...(parsed.value.slo !== undefined && { slo: parsed.value.slo }),
    ...(parsed.value.load !== undefined && { load: parsed.value.load }),
    releases: new Map(releases.map(({ release, plan }) => [release, plan as RuntimePlan])),
  };
  if (!problems.some(({ severity }) => severity === "error"))
    for (const plan of model.releases.values()) markSound(plan);
  return { model, outline, releases, problems };
}

/** What a release is part of. */
export interface Surroundings extends Shared {
  /** The model's key. */
  name: string;
  release: string;
  keys: Parts<ModelKeys>;
}

/** A release's plan, as far as its text is right, and every problem. */
export function resolveRelease(
  { name, release, keys, gpuTypes, cache }: Surroundings,
  value: unknown,
  path: string,
): { plan: Parts<RuntimePlan>; problems: Problem[] } {
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
  const config = parsed.parts;
  const plan = planOf(name, release, keys, config, gpuTypes, cache);
  append(
    problems,
    given([config.gpu.type], (type) => checkGpuType(type, gpuTypes, `${path}.gpu.type`)),
  );
  append(problems, checkModelSource(config.model, `${path}.model`));
  append(problems, checkWeights(config, plan, path));
  append(problems, checkRelease(plan, path, problems));
  return { plan, problems };
}
