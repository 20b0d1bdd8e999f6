/** What follows from a model's route: shares of its requests, stages, and the load that each release is sized for. */
import type { RouteConfig } from "../contract/route.js";
import type { RuntimePlan } from "./plan.js";
import type { ServedModel } from "./servedModel.js";

type Routed = Pick<ServedModel, "route"> & { releases: ReadonlyMap<string, unknown> };

/** A release's share of its model's requests. */
export interface ReleaseShare {
  release: string;
  /** Percent of the requests that it answers, whole; those of all releases are 100 together. */
  weight: number;
  /** Percent of the requests that it gets copies of, whole. */
  mirrorPercent: number;
}

/** Every release of a model, in the config's order. One without requests can still be named by the header x-release. */
export function releaseShares({ route, releases }: Routed): ReleaseShare[] {
  return [...releases.keys()].map((release) => ({
    release,
    weight: weightOf(route, release),
    mirrorPercent: route.shadow?.release === release ? route.shadow.percent : 0,
  }));
}

function weightOf({ stable, canary }: RouteConfig, release: string): number {
  if (release === canary?.release) return canary.weight;
  return release === stable ? 100 - (canary?.weight ?? 0) : 0;
}

/** Percents that a canary goes up by; at the last one it is the stable release. */
export const WEIGHTS = [5, 25, 100] as const;

/** The weight of the stage after this one; of one in between that of the next. */
export function nextWeight(weight: number): number {
  return WEIGHTS.find((next) => next > weight) ?? 100;
}

/** The load that a release has to hold beside its own. */
export interface ReleaseLoad {
  /** Share of the model's requests, 0 to 1. */
  share: number;
  /** Releases that answer the model's requests: the load is in their series. The stable one is first. */
  of: RuntimePlan[];
}

/**
 * The load that a release is sized for, so that a step waits for no pod: the stable release and the one before for all of it, one
 * that may take over for what its next stage brings.
 *
 * @returns `undefined` where its own requests say enough: a release without a part in the route, or one that has it alone
 */
export function releaseLoad(
  { route, releases }: Pick<ServedModel, "route" | "releases">,
  release: string,
): ReleaseLoad | undefined {
  const percent = sizedFor(route, release);
  if (percent === undefined) return undefined;
  const answering = [...new Set([route.stable, ...(route.canary === undefined ? [] : [route.canary.release])])];
  return { share: percent / 100, of: answering.flatMap((name) => releases.get(name) ?? []) };
}

/** Percent of the model's requests that a release is sized for. */
export function sizedFor({ stable, canary, shadow, previous }: RouteConfig, release: string): number | undefined {
  if (release === previous) return 100;
  if (release === stable) return canary === undefined ? undefined : 100;
  const shares = [
    ...(canary?.release === release ? [nextWeight(canary.weight)] : []),
    // Copies are requests, too; after them come the first of users.
    ...(shadow?.release === release ? [Math.max(shadow.percent, WEIGHTS[0])] : []),
  ];
  return shares.length === 0 ? undefined : Math.max(...shares);
}
