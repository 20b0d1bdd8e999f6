/** From the text of `vllm:batch` to plans: defaults filled in, every problem of every batch found at once. */
import { z } from "zod";
import { joinPath, parse } from "../../config/parse.js";
import { isWhole, isWrong, type Parts, WRONG } from "../../config/parts.js";
import { error, type Problem, quote } from "../../config/problems.js";
import type { PodConfig } from "../../contract/pod.js";
import { BATCH_NAME, type BatchConfig, batchSchema } from "../../contract/batch.js";
import { OWN_RELEASE } from "../../derive/batch/objects.js";
import { type BatchPlan, engineKeys, hasEngine } from "../../derive/batch/plan.js";
import { planOf, type RuntimePlan } from "../../derive/plan.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { secretKeyOf } from "../../config/secretRef.js";
import { API_KEY, apiKeySecret } from "../../vocabulary/secrets.js";
import type { PlacedRelease } from "../nodes/placement.js";
import type { GroupParts } from "../nodes/places.js";
import { type ResolvedModels, resolveRelease, type Shared } from "../resolve.js";
import { markSound } from "../sound.js";
import { checkAcrossBatches, checkBatch } from "./batch.js";
import { checkFrom, checkOwnFlags, checkRoute, checkWay, hasPriorities, wayOf } from "./work.js";

/** What batches stand beside. */
export interface Surroundings extends Shared {
  models: ResolvedModels;
  groups: GroupParts;
  /** The stack's section. */
  pod: Parts<PodConfig> | undefined;
}

export interface ResolvedBatches {
  /** Only batches that are right. */
  batches: BatchPlan[];
  /** Releases that batches state themselves, whatever is wrong with them. */
  releases: PlacedRelease[];
  /** Of all batches, whatever is wrong with them; `undefined` where nobody can tell. */
  names: readonly string[] | undefined;
  problems: Problem[];
}

/** The batch's own keys; its release is parsed by itself. */
const sectionSchema = batchSchema.extend({ release: z.unknown().optional() });
export type BatchSection = Parts<Omit<BatchConfig, "release">> & { release?: unknown };

export function resolveBatches(input: unknown, path: string, around: Surroundings): ResolvedBatches {
  const record = parse(z.record(z.string(), z.unknown()).default({}), input, path);
  if (record.value === undefined) return { batches: [], releases: [], names: undefined, problems: record.problems };
  const resolved = Object.entries(record.value).map(([name, value]) =>
    resolveBatch(name, value, joinPath(path, [name]), around),
  );
  return {
    batches: resolved.flatMap(({ batch }) => batch ?? []),
    releases: resolved.flatMap(({ release }) => release ?? []),
    names: Object.keys(record.value),
    problems: [
      ...resolved.flatMap(({ problems }) => problems),
      ...checkAcrossBatches(
        resolved.map(({ name, section }) => ({ name, output: section.output })),
        path,
      ),
    ],
  };
}

interface Resolved {
  name: string;
  section: BatchSection;
  batch?: BatchPlan;
  /** Absent where the batch states none itself. */
  release?: PlacedRelease;
  problems: Problem[];
}

function resolveBatch(name: string, value: unknown, path: string, around: Surroundings): Resolved {
  const parsed = parse(sectionSchema, value, path);
  const section = parsed.parts as BatchSection;
  const engine = engineOf(name, section, path, around);
  const routed = routedModel(section, around.models);
  const problems = [
    ...checkName(name, path, around.models),
    ...parsed.problems,
    ...checkWay(section as Parts<BatchConfig>, path),
    ...checkFrom(section.from, releaseNames(around.models), path),
    ...engine.problems,
    ...checkRoute(section, { model: routed, names: [...releaseNames(around.models).keys()] }, path),
    ...checkBatch(section, { engine: engine.placed, routed, ...around }, path),
  ];
  const release = section.release === undefined || engine.placed === undefined ? {} : { release: engine.placed };
  const isRight = parsed.value !== undefined && problems.every(({ severity }) => severity === "warning");
  const work = isRight ? workOf(section as Whole, engine.placed?.plan, routed) : undefined;
  if (work === undefined) return { name, section, ...release, problems };
  if (hasEngine(work)) markSound(work.release);
  return { name, section, ...release, problems, batch: batchOf(name, section as Whole, work) };
}

type Whole = Omit<BatchConfig, "release">;

function checkName(name: string, path: string, models: ResolvedModels): Problem[] {
  const form = "use up to 30 lower-case letters, digits and dashes, first a letter, last no dash";
  if (!BATCH_NAME.test(name)) return [error(path, `${quote(name)} is not a batch's key: ${form}`)];
  if (!releaseNames(models).has(name)) return [];
  return [error(path, `${quote(name)} is a model's key, too, and their objects would share labels: use another name`)];
}

/** Releases by model, right or wrong. */
function releaseNames({ releases }: ResolvedModels): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { plan } of releases) {
    if (isWrong(plan.name) || isWrong(plan.release)) continue;
    names.set(plan.name, [...(names.get(plan.name) ?? []), plan.release]);
  }
  return names;
}

/** The release that the batch's own pods run: its own, or a model's. */
function engineOf(
  name: string,
  section: BatchSection,
  path: string,
  around: Surroundings,
): { placed?: PlacedRelease; problems: Problem[] } {
  const way = wayOf(section as Parts<BatchConfig>);
  const servedName = section.servedName ?? (way === "release" ? name : firstName(section.from?.model, around.models));
  const keys = engineKeys(section.class, servedName);
  if (way === "release") {
    const at = `${path}.release`;
    const { plan, problems } = resolveRelease({ name, release: OWN_RELEASE, keys, ...around }, section.release, at);
    return { placed: { plan, warmSpares: 0, path: at }, problems: [...problems, ...checkOwnFlags(plan.flags, at)] };
  }
  const taken = way === "from" ? releaseOf(section.from!, around.models) : undefined;
  if (taken === undefined) return { problems: [] };
  // Its own problems have been said, and its group is one for servers.
  const { name: _, release, ...config } = taken.contract;
  const { nodeGroup: __, ...gpu } = config.gpu;
  const { nodeGroup } = section.from!;
  const placedGpu = { ...gpu, ...(nodeGroup !== undefined && { nodeGroup }) };
  const plan = planOf(name, release, keys, { ...config, gpu: placedGpu }, around.gpuTypes, around.cache);
  return { placed: { plan, warmSpares: 0, path: `${path}.from` }, problems: [] };
}

function firstName(model: Parts<string> | undefined, { models }: ResolvedModels): Parts<string> {
  return models.find(({ name }) => name === model)?.servedNames[0] ?? WRONG;
}

function releaseOf(
  { model, release }: NonNullable<BatchSection["from"]>,
  { models }: ResolvedModels,
): RuntimePlan | undefined {
  if (isWrong(model) || isWrong(release)) return undefined;
  return models.find(({ name }) => name === model)?.releases.get(release);
}

function routedModel({ route }: BatchSection, { models }: ResolvedModels): ServedModel | undefined {
  return route === undefined ? undefined : models.find(({ name }) => name === route.model);
}

function workOf(
  section: Whole,
  engine: Parts<RuntimePlan> | undefined,
  routed: ServedModel | undefined,
): BatchPlan["work"] | undefined {
  if (engine !== undefined) return isWhole(engine) ? { release: engine } : undefined;
  const stable = routed?.releases.get(routed.route.stable);
  if (routed === undefined || stable === undefined) return undefined;
  return {
    route: {
      model: routed.name,
      concurrency: section.route!.concurrency,
      apiKey:
        routed.apiKey === undefined ? { name: apiKeySecret(routed.name), key: API_KEY } : secretKeyOf(routed.apiKey),
      hasPriorities: hasPriorities(stable),
      servedName: section.servedName ?? routed.servedNames[0]!,
      image: stable.image,
    },
  };
}

function batchOf(name: string, section: Whole, work: BatchPlan["work"]): BatchPlan {
  const { endpoint, badLines, parallelism, retries, deadlineSeconds, ttlSeconds, suspend, output, shards } = section;
  const { input, schedule, timeZone, queue, podIdentity } = section;
  const { image, servedName } = hasEngine(work)
    ? { image: work.release.image, servedName: work.release.servedNames[0]! }
    : work.route;
  return {
    name,
    class: section.class,
    servedName,
    endpoint,
    badLines,
    shardLines: shards.lines,
    parallelism,
    retries,
    deadlineSeconds,
    ttlSeconds,
    suspend,
    output,
    image: section.image ?? image,
    work,
    ...(input !== undefined && { input }),
    ...(schedule !== undefined && { schedule }),
    ...(timeZone !== undefined && { timeZone }),
    ...(queue !== undefined && { queue }),
    ...(podIdentity !== undefined && { podIdentity }),
  };
}
