/** Service levels: whether they can be measured, and whether their alerts can fire. */
import { given, isWrong, type Parts } from "../../config/parts.js";
import { counted, error, listOr, type Problem, warning } from "../../config/problems.js";
import type { SloConfig } from "../../contract/observability/slo.js";
import { edgesOf, takesEdges, withEdge } from "../../derive/observability/buckets.js";
import { LATENCIES, LATENCY_KEYS } from "../../derive/observability/objectives.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { type BucketFamily, CUSTOM_BUCKETS } from "../../facts/vllm/histogramBuckets.js";
import { isPoolingTask } from "../../facts/models/task.js";
import { FASTEST_BURN } from "../../vocabulary/burnRates.js";
import type { PlacedRelease } from "../nodes/placement.js";

/** A release, and where it stands in the config. */
type Release = Pick<PlacedRelease, "plan" | "path">;

/** What is read of a release. */
type Measured = Pick<RuntimePlan, "flags" | "vllmVersion">;

/** Releases that are right in what is read of them. */
function measured(releases: readonly Release[]): (Measured & { path: string })[] {
  return releases.flatMap(({ plan, path }) =>
    given([{ flags: plan.flags, vllmVersion: plan.vllmVersion }], (own) => [{ ...own, path }]),
  );
}

function shown(edges: readonly number[]): string {
  return listOr(edges.map(String));
}

/** The nearest edges below and above, of those that all releases have. */
function nearestEdges(seconds: number, lists: readonly (readonly number[])[]): number[] {
  const common = (lists[0] ?? []).filter((edge) => lists.every((edges) => edges.includes(edge)));
  const below = common.filter((edge) => edge < seconds).at(-1);
  const above = common.find((edge) => edge > seconds);
  return [below, above].filter((edge) => edge !== undefined);
}

function ofVersion({ vllmVersion }: Measured): string {
  return vllmVersion === undefined ? "vLLM of unknown version" : `vLLM ${vllmVersion}`;
}

/** An objective between two edges would be interpolated: alerts would go by a guess. */
function checkEdge(seconds: number, family: BucketFamily, releases: readonly Release[], path: string): Problem[] {
  const all = measured(releases);
  const lists = all.map((release) => edgesOf(release, family));
  const without = all.filter((_, index) => {
    const edges = lists[index]!;
    // A flag that is no list of numbers is another check's matter.
    return edges.length > 0 && !edges.includes(seconds);
  });
  if (without.length === 0) return [];
  const nearest = nearestEdges(seconds, lists);
  const canAdd = without.every(takesEdges);
  const where = without.map(({ path: at, ...release }) => `${at} (${ofVersion(release)})`);
  const fixes = [
    ...(nearest.length > 0 ? [`use ${shown(nearest)}`] : []),
    ...(canAdd ? [`add an edge to ${without.length > 1 ? "each" : "it"} by the flag ${CUSTOM_BUCKETS.flag}`] : []),
  ];
  const fix = fixes.length > 0 ? fixes.join(", or ") : "state the same edges for every release";
  const lines = canAdd
    ? without.map((release) => {
        const value = JSON.stringify(withEdge(release, family, seconds));
        return `${release.path}.flags.${CUSTOM_BUCKETS.flag}.value: ${value}`;
      })
    : undefined;
  const message = `${seconds} is on no edge of vLLM's buckets in ${where.join(", ")}: ${fix}`;
  return [error(path, message, lines)];
}

/** Burn rates are multiples of what the target leaves: more than everything cannot go wrong. */
function checkTarget(target: number, path: string): Problem[] {
  const share = FASTEST_BURN * (1 - target);
  if (share < 1) return [];
  const least = Math.ceil((1 - 1 / FASTEST_BURN) * 1000) / 1000;
  const message = `${target} leaves so many errors that ${FASTEST_BURN} times as many are more than all requests, and the fastest alert cannot fire: use at least ${least}`;
  return [warning(path, message)];
}

function checkLatencies(slo: Parts<SloConfig>, releases: readonly Release[], path: string): Problem[] {
  return LATENCY_KEYS.flatMap((key) => {
    const latency = slo[key];
    if (latency === undefined) return [];
    const at = `${path}.${key}`;
    return [
      ...given([latency.seconds], (seconds) => checkEdge(seconds, LATENCIES[key].family, releases, `${at}.seconds`)),
      ...given([latency.target], (target) => checkTarget(target, `${at}.target`)),
    ];
  });
}

/** Vectors, scores and labels come all at once. */
function checkTokens(slo: Parts<SloConfig>, releases: readonly Release[], path: string): Problem[] {
  const others = releases.filter(({ plan: { model } }) => !isWrong(model.task) && isPoolingTask(model.task));
  return LATENCY_KEYS.filter((key) => slo[key] !== undefined && others.length > 0).map((key) =>
    error(
      `${path}.${key}`,
      `has nothing to measure in ${listOr(others.map((release) => release.path))}, which ${others.length > 1 ? "make" : "makes"} no text token by token: ` +
        "leave it out, and use availability",
    ),
  );
}

function checkAvailability(slo: Parts<SloConfig>, path: string): Problem[] {
  return given([slo.availability], (target) =>
    target === undefined ? [] : checkTarget(target, `${path}.availability`),
  );
}

/** The service levels that a model states. @param releases the model's */
export function checkSlo(slo: Parts<SloConfig> | undefined, releases: readonly Release[], path: string): Problem[] {
  if (slo === undefined) return [];
  const tokens = checkTokens(slo, releases, path);
  return [...(tokens.length > 0 ? tokens : checkLatencies(slo, releases, path)), ...checkAvailability(slo, path)];
}

/** Those of the environment, which hold of interactive models that state none. @param releases of all models */
export function checkDefaultSlo(
  slo: Parts<SloConfig> | undefined,
  releases: readonly (Release & Pick<PlacedRelease, "slo">)[],
  path: string,
): Problem[] {
  if (slo === undefined) return [];
  const meant = releases.filter(
    ({ plan, slo: own }) =>
      own === undefined && plan.class === "interactive" && !isWrong(plan.model.task) && !isPoolingTask(plan.model.task),
  );
  return [...checkLatencies(slo, meant, path), ...checkAvailability(slo, path)];
}

/** What the days are that a budget is counted over. */
const BUDGET_DAYS = 30;

/** @param retentionDays of the Prometheus that the stack installs */
export function checkRetention(retentionDays: number, path: string): Problem[] {
  if (retentionDays >= BUDGET_DAYS) return [];
  const message = `${counted(retentionDays, "day")} are fewer than the ${BUDGET_DAYS} that error budgets are counted over, so they forget what was before: use ${BUDGET_DAYS + 1}, and see that the volume is large enough`;
  return [warning(path, message)];
}
