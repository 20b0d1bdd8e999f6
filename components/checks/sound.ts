/** Plans that have been checked, so that no component repeats the work of the loader. */
import { error, listOr, quote, throwIfErrors } from "../config/problems.js";
import type { RuntimePlan } from "../derive/plan.js";
import { checkRelease } from "./release.js";
import type { ServedModel } from "../derive/servedModel.js";

const SOUND = new WeakSet<RuntimePlan>();

/** Marks a plan without errors. It is frozen: whoever changes it makes a copy, which is checked again. */
export function markSound(plan: RuntimePlan): void {
  freeze(plan);
  SOUND.add(plan);
}

function freeze(value: object): void {
  Object.freeze(value);
  for (const inner of Object.values(value) as unknown[]) {
    if (inner !== null && typeof inner === "object" && !Object.isFrozen(inner)) freeze(inner);
  }
}

/**
 * Checks a plan unless the loader has.
 *
 * @param path starts each problem's path
 * @throws ContractError with every problem
 */
export function requireSound(plan: RuntimePlan, path: string): void {
  if (!SOUND.has(plan)) throwIfErrors(checkRelease(plan, path));
}

/**
 * Checks a model's releases unless the loader has, and that its route leads to one of them.
 *
 * @param path starts each problem's path
 * @returns the routed release's plan
 * @throws ContractError with every problem of every release
 */
export function requireSoundModel(model: ServedModel, path: string): { plan: RuntimePlan } {
  const { stable } = model.route;
  const plan = model.releases.get(stable);
  const names = [...model.releases.keys()];
  throwIfErrors([
    ...[...model.releases].flatMap(([release, of]) => (SOUND.has(of) ? [] : checkRelease(of, `${path}-${release}`))),
    ...(plan === undefined
      ? [error(`${path}.route.stable`, `there is no release ${quote(stable)}: use ${listOr(names)}`)]
      : []),
  ]);
  return { plan: plan! };
}
