/** Gated models: the hub asks for a token. */
import { given, isWrong, type Parts } from "../config/parts.js";
import { error, type Problem, quote } from "../config/problems.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { ServedModel } from "../derive/servedModel.js";

/** A release, and where it stands in the config. */
interface Release {
  plan: Parts<RuntimePlan>;
  path: string;
}

/** Releases of models with their paths. @param path where the models stand, such as `models` */
export function releasesOf(models: readonly ServedModel[], path: string): { plan: RuntimePlan; path: string }[] {
  return models.flatMap(({ name, releases }) =>
    [...releases].map(([release, plan]) => ({ plan, path: `${path}.${name}.releases.${release}` })),
  );
}

/** Whether a gated model is among them; `undefined` where nobody can tell. */
export function needHubToken(releases: readonly Release[]): boolean | undefined {
  if (releases.some(({ plan }) => plan.model.gated === true)) return true;
  return releases.some(({ plan }) => isWrong(plan.model.gated)) ? undefined : false;
}

/**
 * A gated model without a token would fail only once its pod asks the hub.
 *
 * @param fix how a token is given
 */
export function checkHubToken(releases: readonly Release[], fix: string): Problem[] {
  return releases.flatMap(({ plan: { model }, path }) =>
    given([model.gated, model.id], (gated, id) =>
      gated ? [error(`${path}.model.id`, `${quote(id)} is gated, and there is no token: ${fix}`)] : [],
    ),
  );
}

/** How a program gives the token. */
export const TOKEN_ARGUMENT = "give huggingFaceToken";
