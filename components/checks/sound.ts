/** Plans that have been checked, so that no component repeats the work of the loader. */
import { isDeepStrictEqual } from "node:util";
import { joinPath, parse } from "../config/parse.js";
import { error, listOr, type Problem, quote, throwIfErrors } from "../config/problems.js";
import { modelSchema, releaseSchema } from "../contract/schema.js";
import { type ModelKeys, planOf, type RuntimePlan } from "../derive/plan.js";
import { type GpuTypes, gpuTypesOf } from "../derive/nodes/gpuTypes.js";
import type { ServedModel } from "../derive/servedModel.js";
import { checkModelSource } from "./modelSource.js";
import { checkPod } from "./pod.js";
import { checkRelease } from "./release.js";

const SOUND = new WeakSet<RuntimePlan>();

/** Marks a plan without errors. It is frozen: whoever changes it makes a copy, which is checked again. */
export function markSound(plan: RuntimePlan): void {
  freeze(plan);
  SOUND.add(plan);
}

function freeze(value: object): void {
  for (const inner of Object.values(value) as unknown[]) {
    if (inner !== null && typeof inner === "object") freeze(inner);
  }
  Object.freeze(value);
}

const keysSchema = modelSchema.pick({
  class: true,
  servedNames: true,
  autoscaling: true,
  drainSeconds: true,
  pod: true,
  gateway: true,
});

/**
 * Problems of a plan that no loader has made: of its contract, of its model's keys, and of what it holds beside them, which has
 * to be what they lead to. Else a release would run as something that its contract does not say.
 */
function checkPlan(plan: RuntimePlan, path: string): Problem[] {
  if (SOUND.has(plan)) return [];
  const contract = plan?.contract as RuntimePlan["contract"] | undefined;
  if (contract === undefined) return [error(path, `${quote(plan)} is no plan: take one from loadModels`)];
  const { name, release, ...stated } = contract;
  const config = parse(releaseSchema, stated, path);
  const { class: trafficClass, servedNames, autoscaling, drainSeconds, pod, gateway } = plan;
  const own = {
    ...{ class: trafficClass, servedNames, autoscaling, drainSeconds },
    ...(pod !== undefined && { pod }),
    ...(gateway !== undefined && { gateway }),
  };
  const keys = parse(keysSchema, own, path);
  const problems = [
    ...config.problems,
    ...keys.problems,
    ...checkPod(keys.parts.pod, `${path}.pod`),
    ...checkModelSource(config.parts.model, `${path}.model`),
  ];
  const found = [...problems, ...checkRelease(plan, path, problems)];
  if (found.some(({ severity }) => severity === "error")) return found;
  const derived = planOf(name, release, keys.parts as ModelKeys, config.parts, typesOf(plan), plan.cache);
  if (isDeepStrictEqual({ ...derived }, { ...plan })) return found;
  const differing = Object.entries(derived).find(
    ([key, value]) => !isDeepStrictEqual(value, plan[key as keyof RuntimePlan]),
  );
  const message = "is not what its contract leads to: change the config, and take the plan from loadModels";
  return [error(joinPath(path, differing === undefined ? [] : [differing[0]]), message)];
}

/** GPU types of a plan's maker: what only a config describes stands in the plan. */
function typesOf({ gpu, accelerator }: RuntimePlan): GpuTypes {
  return { types: new Map([[gpu.type, accelerator], ...gpuTypesOf().types]), isComplete: true };
}

/**
 * Checks a plan unless the loader has.
 *
 * @param path starts each problem's path
 * @throws ContractError with every problem
 */
export function requireSound(plan: RuntimePlan, path: string): void {
  throwIfErrors(checkPlan(plan, path));
}

/**
 * Checks a model's releases unless the loader has, that they are the model's own, and that its route leads to one of them.
 *
 * @param path starts each problem's path
 * @returns the routed release's plan
 * @throws ContractError with every problem of every release
 */
export function requireSoundModel(model: ServedModel, path: string): { plan: RuntimePlan } {
  const { stable } = model.route;
  const routed = model.releases.get(stable);
  const names = [...model.releases.keys()];
  throwIfErrors([
    ...[...model.releases].flatMap(([release, plan]) => {
      const at = `${path}-${release}`;
      return [...checkPlan(plan, at), ...checkIsOf(model, release, plan, at)];
    }),
    ...(routed === undefined
      ? [error(`${path}.route.stable`, `there is no release ${quote(stable)}: use ${listOr(names)}`)]
      : []),
  ]);
  return { plan: routed! };
}

/** A release of another model, or of this one with other keys, would be served under a false name. */
function checkIsOf(model: ServedModel, release: string, plan: RuntimePlan | undefined, path: string): Problem[] {
  if (plan?.contract === undefined) return [];
  const { name, class: trafficClass, servedNames, autoscaling, drainSeconds, pod } = model;
  const expected = { name, release, class: trafficClass, servedNames, autoscaling, drainSeconds, pod };
  return Object.entries(expected).flatMap(([key, value]) =>
    isDeepStrictEqual(value, plan[key as keyof RuntimePlan])
      ? []
      : [error(`${path}.${key}`, "is not the model's: change the config, and take the model from loadModels")],
  );
}
