/** Checks of a model's own keys, and of what models may not share. */
import { checkRepeated, error, listOr, type Problem, quote, warning } from "../config/problems.js";
import type { ModelConfig } from "../contract/schema.js";

/** @param releases the names of the model's releases, also of those that are wrong in themselves */
export function checkModel(model: Omit<ModelConfig, "releases">, path: string, releases: readonly string[]): Problem[] {
  const { route, autoscaling, servedNames = [] } = model;
  const problems: Problem[] = [];
  const routed = Object.entries({
    stable: route.stable,
    "canary.release": route.canary?.release,
    "shadow.release": route.shadow?.release,
  });
  for (const [key, release] of routed) {
    if (release && releases.length > 0 && !releases.includes(release)) {
      problems.push(error(`${path}.route.${key}`, `there is no release ${quote(release)}: use ${listOr(releases)}`));
    }
  }
  for (const key of ["canary", "shadow"] as const) {
    if (route[key] === undefined) continue;
    if (route[key].release === route.stable) {
      problems.push(
        error(`${path}.route.${key}.release`, `${quote(route.stable)} is the stable release: name another one`),
      );
    }
    problems.push(
      warning(
        `${path}.route.${key}`,
        `needs a gateway, which this version does not deploy: all requests go to ${quote(route.stable)}`,
      ),
    );
  }
  const { min, max, activation } = autoscaling;
  if (min > max) problems.push(error(`${path}.autoscaling.min`, `${min} is more than max ${max}: use at most ${max}`));
  if (min === 0 && activation === undefined) {
    problems.push(
      error(
        `${path}.autoscaling.min`,
        "0 needs activation: without a pod vLLM's metrics are gone, so a metric from outside, such as the gateway's request rate, has to wake it; " +
          "set autoscaling.activation.query, or min to 1",
      ),
    );
  }
  if (min > 0 && activation !== undefined) {
    problems.push(
      error(`${path}.autoscaling.activation`, `is only for min 0, and min is ${min}: leave it out, or set min to 0`),
    );
  }
  if (min === 0 && activation !== undefined && /\bvllm[:_]/.test(activation.query)) {
    problems.push(
      error(
        `${path}.autoscaling.activation.query`,
        "asks for a metric of vLLM's pods, and at 0 there is none: use one from outside, such as the gateway's request rate",
      ),
    );
  }
  return [...problems, ...checkRepeated(servedNames, `${path}.servedNames`)];
}

/** What is known of a model even where some of it is wrong. */
export interface ModelOutline {
  name: string;
  servedNames: readonly string[];
  releases: readonly string[];
}

/** What models may not share: the names that clients ask for, and names in Kubernetes. */
export function checkAcross(models: readonly ModelOutline[], path: string): Problem[] {
  const problems: Problem[] = [];
  const servedBy = new Map<string, string>();
  const names = new Set(models.map(({ name }) => name));
  for (const { name, servedNames, releases } of models) {
    for (const served of new Set(servedNames)) {
      const other = servedBy.get(served);
      if (other !== undefined) {
        problems.push(
          error(
            `${path}.${name}.servedNames`,
            `${quote(served)} is served by ${quote(other)} already: give each model names of its own`,
          ),
        );
      }
      servedBy.set(served, name);
    }
    for (const release of releases) {
      const object = `${name}-${release}`;
      if (names.has(object)) {
        problems.push(
          error(
            `${path}.${object}`,
            `is also the name of release ${quote(release)} of ${quote(name)} in Kubernetes: rename one`,
          ),
        );
      }
    }
  }
  return problems;
}
