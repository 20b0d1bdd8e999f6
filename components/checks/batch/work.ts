/** What runs a batch's lines: a release of its own, a model's release, or a model that is served. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given, isWrong, type Parts } from "../../config/parts.js";
import { error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import type { BatchConfig, Endpoint } from "../../contract/batch.js";
import { streams } from "../../derive/batch/plan.js";
import type { RuntimePlan } from "../../derive/plan.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { progressDeadlineSeconds } from "../../derive/budgets.js";
import type { Task } from "../../facts/models/task.js";
import { SERVE_ONLY_FLAGS } from "../../facts/vllm/runBatch.js";

/**
 * Tasks of models that answer an endpoint. Score and rerank compare vectors where the model makes those: `enable_scoring_api` of
 * vllm/entrypoints/pooling/utils.py, 0.33.0.
 */
const TASKS_OF: Readonly<Record<Endpoint, readonly Task[]>> = {
  "/v1/chat/completions": ["generate"],
  "/v1/embeddings": ["embed"],
  "/v1/score": ["score", "embed"],
  "/v1/rerank": ["score", "embed"],
};

const WAYS = ["release", "from", "route"] as const;
export type Way = (typeof WAYS)[number];

/** The one way that is given; `undefined` where it is none or several. */
export function wayOf(config: Pick<Parts<BatchConfig>, Way>): Way | undefined {
  const found = WAYS.filter((way) => config[way] !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

export function checkWay(config: Pick<Parts<BatchConfig>, Way>, path: string): Problem[] {
  const found = WAYS.filter((way) => config[way] !== undefined);
  if (found.length === 1) return [];
  const got = found.length === 0 ? "says not what answers the lines" : `gives ${found.join(" and ")}`;
  return [error(path, `${got}: give one of release, from and route`)];
}

/** @param path of the batch */
export function checkEndpoint(endpoint: Parts<Endpoint>, task: Parts<Task>, path: string): Problem[] {
  return given([endpoint, task], (asked, made) => {
    const tasks = TASKS_OF[asked];
    if (tasks.includes(made)) return [];
    const others = Object.entries(TASKS_OF).flatMap(([url, able]) => (able.includes(made) ? url : []));
    const instead = others.length === 0 ? "another model" : `${listOr(others)}, or a model for ${listOr(tasks)}`;
    return [error(`${path}.endpoint`, `${quote(asked)} is not what a model for ${made} answers: use ${instead}`)];
  });
}

/** What `vllm run-batch` cannot be told. @param path of the release */
export function checkOwnFlags(flags: Parts<RuntimePlan["flags"]>, path: string): Problem[] {
  return entriesOf(flags)
    .filter(([name]) => SERVE_ONLY_FLAGS.has(name))
    .map(([name]) =>
      error(
        joinPath(`${path}.flags`, [name]),
        "is a flag of vllm serve that vllm run-batch does not have: leave it out",
      ),
    );
}

/** Time to start, and what an interruption costs. @param path of the batch */
export function checkInterruptions(
  plan: Parts<RuntimePlan>,
  { deadlineSeconds, isOnSpot, imagePath }: { deadlineSeconds: Parts<number>; isOnSpot: boolean; imagePath: string },
  path: string,
): Problem[] {
  return [
    ...given([plan.startupSeconds, deadlineSeconds], (startupSeconds, deadline) => {
      const least = progressDeadlineSeconds({ startupSeconds });
      if (deadline > least) return [];
      const message = `${deadline} is over before a pod has loaded its model, which may take ${least} with its node: use more`;
      return [error(`${path}.deadlineSeconds`, message)];
    }),
    ...given([plan.vllmVersion], (version) => {
      if (!isOnSpot || streams(version)) return [];
      const message =
        `vLLM ${version} writes results at the end of a shard, so that each interruption of a spot node starts the shard again: ` +
        "use an image of 0.33.0 or later, which goes on after the last finished line, or smaller shards";
      return [warning(imagePath, message)];
    }),
  ];
}

/** A model that is served, as far as it is right. */
export interface RoutedModel {
  model: ServedModel | undefined;
  /** Keys of all models, right or wrong. */
  names: readonly string[];
}

/** @param path of the batch */
export function checkRoute(
  { route, servedName, parallelism }: Pick<Parts<BatchConfig>, "route" | "servedName" | "parallelism">,
  { model, names }: RoutedModel,
  path: string,
): Problem[] {
  if (route === undefined) return [];
  const at = `${path}.route`;
  return [
    ...given([parallelism, route.concurrency], (pods, concurrency) => {
      if (pods <= concurrency) return [];
      const message = `${pods} pods share ${concurrency} requests in flight: use at most ${concurrency}`;
      return [error(`${path}.parallelism`, message)];
    }),
    ...given([route.model], (name) =>
      names.length === 0 || names.includes(name)
        ? []
        : [error(`${at}.model`, `there is no model ${quote(name)}: use ${listOr(names)}`)],
    ),
    ...(model === undefined
      ? []
      : [
          ...given([servedName], (name) => {
            if (name === undefined || model.servedNames.includes(name)) return [];
            const message = `${quote(name)} is no name of ${model.name}: use ${listOr(model.servedNames)}`;
            return [error(`${path}.servedName`, message)];
          }),
          ...given([route.concurrency], (concurrency) => checkConcurrency(concurrency, model, `${at}.concurrency`)),
        ]),
  ];
}

/** A replica refuses what is beyond its queue, and those who wait for answers share it. */
function checkConcurrency(
  concurrency: number,
  { name, route, releases, autoscaling }: ServedModel,
  path: string,
): Problem[] {
  const plan = releases.get(route.stable);
  if (plan === undefined) return [];
  const room = plan.concurrency.inFlight * autoscaling.max;
  if (concurrency > room) {
    const message = `${concurrency} requests are more than the ${room} that ${name} takes at its largest, and it refuses the others: use less`;
    return [error(path, message)];
  }
  if (hasPriorities(plan)) return [];
  const message =
    `${name} has no priorities, so that a batch's requests wait in line with those of people: ` +
    "set scheduling-policy to priority in a new release, or keep this far below concurrency.sequences";
  return concurrency * 2 > plan.concurrency.sequences ? [warning(path, message)] : [];
}

/** Whether a release's scheduler takes the priority of a request; without it vLLM refuses any but 0. */
export function hasPriorities({ flags }: Pick<RuntimePlan, "flags">): boolean {
  return flags["scheduling-policy"]?.value === "priority";
}

/** A release that a batch takes over from a model. @param path of the batch */
export function checkFrom(
  from: Parts<BatchConfig>["from"],
  releases: ReadonlyMap<string, readonly string[]>,
  path: string,
): Problem[] {
  // Of models that are wrong as a whole nobody can tell.
  if (from === undefined || releases.size === 0) return [];
  const { model, release } = from;
  return given([model], (name) => {
    const known = releases.get(name);
    if (known === undefined)
      return [error(`${path}.from.model`, `there is no model ${quote(name)}: use ${listOr([...releases.keys()])}`)];
    return given([release], (wanted) =>
      known.includes(wanted)
        ? []
        : [error(`${path}.from.release`, `there is no release ${quote(wanted)} of ${name}: use ${listOr(known)}`)],
    );
  });
}

/** The task of whatever answers. */
export function taskOf(plan: Parts<RuntimePlan> | undefined): Parts<Task> | undefined {
  return plan === undefined || isWrong(plan.model.task) ? undefined : plan.model.task;
}
