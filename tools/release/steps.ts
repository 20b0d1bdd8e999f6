/** The steps of a rollout, as changes of a model's route. */
import type { RouteConfig } from "../../components/contract/route.js";
import { nextWeight, WEIGHTS } from "../../components/derive/route.js";

/** A route as the file states it. */
export type Route = Pick<RouteConfig, "stable"> & {
  canary?: { release: string; weight: number } & Record<string, unknown>;
  shadow?: { release: string; percent: number };
  previous?: string;
  reason?: string;
};

/** Where a rollout is: which release is on its way, and how far. */
export type Stage =
  | { kind: "none" }
  /** There, without requests. */
  | { kind: "parallel"; candidates: string[] }
  | { kind: "shadow"; candidate: string; percent: number }
  /** A weight of 0: those alone that name it by header. */
  | { kind: "canary"; candidate: string; weight: number }
  /** Stable; the one before is kept for the way back. */
  | { kind: "taken"; candidate: string; previous: string };

export function stageOf(route: Route, releases: readonly string[]): Stage {
  const { stable, canary, shadow, previous } = route;
  if (canary !== undefined) return { kind: "canary", candidate: canary.release, weight: canary.weight };
  if (shadow !== undefined) return { kind: "shadow", candidate: shadow.release, percent: shadow.percent };
  if (previous !== undefined) return { kind: "taken", candidate: stable, previous };
  const candidates = releases.filter((release) => release !== stable);
  return candidates.length === 0 ? { kind: "none" } : { kind: "parallel", candidates };
}

/** The release that a rollout is about, once it has a part in the route. */
export function onItsWay(stage: Stage): string | undefined {
  return stage.kind === "shadow" || stage.kind === "canary" ? stage.candidate : undefined;
}

/** A stage in words. */
export function stageText(stage: Stage): string {
  switch (stage.kind) {
    case "none":
      return "one release";
    case "parallel":
      return `${stage.candidates.join(", ")} in parallel, without requests`;
    case "shadow":
      return `${stage.candidate} as shadow of ${stage.percent} %`;
    case "canary":
      return stage.weight === 0 ? `${stage.candidate} by header alone` : `${stage.candidate} at ${stage.weight} %`;
    case "taken":
      return `${stage.candidate} at 100 %, ${stage.previous} kept for the way back`;
  }
}

/** A step of a rollout. */
export interface Step {
  route: Route;
  /** What it does. */
  text: string;
  /** Steps that are left out, and why. */
  skipped: string[];
  /** Whether users' requests go to a release that had fewer of them: then it is compared first. */
  isCompared: boolean;
}

/** What makes a step. */
export interface StepOptions {
  /** Release on its way, where none has requests. */
  candidate?: string;
  hasGateway: boolean;
  /** Leaves the shadow out. */
  skipShadow: boolean;
}

/** Percent of requests that a shadow gets copies of at first. */
const SHADOW_PERCENT = 10;
const NO_GATEWAY = "there is no vllm:gateway, which alone can split requests";

/**
 * The next step: parallel, shadow, 5, 25 and 100 %, and then the end of the way back.
 *
 * @returns a text where there is none
 */
export function nextStep(route: Route, releases: readonly string[], options: StepOptions): Step | string {
  const stage = stageOf(route, releases);
  const { stable } = route;
  // A shadow of another release is nothing of this rollout's.
  const kept = route.shadow === undefined || route.shadow.release === onItsWay(stage) ? {} : { shadow: route.shadow };
  const canaryAt = (release: string, weight: number): Route => ({
    stable,
    ...kept,
    canary: { ...(route.canary?.release === release && route.canary), release, weight },
  });
  const takenOver = (release: string): Route => ({ stable: release, ...kept, previous: stable });
  const skipped = options.hasGateway
    ? []
    : [`shadow: ${NO_GATEWAY}`, ...WEIGHTS.slice(0, -1).map((weight) => `${weight} %: ${NO_GATEWAY}`)];
  switch (stage.kind) {
    case "none":
      return "there is one release alone: add the next one below releases, and bring it up";
    case "parallel": {
      const { candidate } = options;
      if (candidate === undefined) return "no release is on its way";
      if (!options.hasGateway)
        return { route: takenOver(candidate), text: `${candidate} gets all requests`, skipped, isCompared: false };
      if (options.skipShadow) {
        const [first] = WEIGHTS;
        const text = `${candidate} gets ${first} % of the requests`;
        return { route: canaryAt(candidate, first), text, skipped: ["shadow: --skip-shadow"], isCompared: false };
      }
      const shadow = { release: candidate, percent: SHADOW_PERCENT };
      const text = `${candidate} gets copies of ${SHADOW_PERCENT} % of the requests`;
      return { route: { stable, shadow }, text, skipped: [], isCompared: false };
    }
    case "shadow":
    case "canary": {
      const { candidate } = stage;
      const weight = options.hasGateway ? nextWeight(stage.kind === "canary" ? stage.weight : 0) : 100;
      // Without a gateway it had none until now, so nothing can be compared.
      const isCompared = options.hasGateway && (stage.kind === "shadow" || stage.weight > 0);
      const share = weight === 100 ? "all" : `${weight} % of the`;
      return {
        route: weight === 100 ? takenOver(candidate) : canaryAt(candidate, weight),
        text: `${candidate} gets ${share} requests`,
        skipped,
        isCompared,
      };
    }
    case "taken":
      if (options.candidate !== undefined) return nextStep({ stable }, releases, options);
      return {
        route: { stable },
        text: `${stage.previous} is no longer kept for the way back: remove it below releases once this is applied`,
        skipped: [],
        isCompared: false,
      };
  }
}

/**
 * The step back, from any stage: all requests go to the release that was stable.
 *
 * @param to release to go back to, where the route names none
 * @returns a text where there is none
 */
export function backStep(
  route: Route,
  releases: readonly string[],
  to?: string,
): Pick<Step, "route" | "text"> | string {
  const { stable, canary, shadow, previous } = route;
  if (to === undefined && (canary !== undefined || shadow !== undefined)) {
    const names = [...new Set([canary?.release, shadow?.release])].filter((name) => name !== undefined);
    // The one before stays as it is: it may still be needed.
    const kept = previous === undefined ? {} : { previous };
    return { route: { stable, ...kept }, text: `${stable} gets all requests, ${names.join(" and ")} none` };
  }
  const others = releases.filter((release) => release !== stable);
  const target = to ?? previous ?? (others.length === 1 ? others[0] : undefined);
  if (target === undefined) {
    return others.length === 0
      ? `${stable} is the one release that there is, so there is no way back`
      : `the route names no release before ${stable}: say which one by --release, ${others.join(" or ")}`;
  }
  return { route: { stable: target }, text: `${target} gets all requests, ${stable} none` };
}
