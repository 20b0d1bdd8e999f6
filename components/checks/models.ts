/** Checks of a model's own keys, and of what models may not share. */
import { joinPath } from "../config/parse.js";
import { given, type Parts } from "../config/parts.js";
import { checkRepeated, error, type Problem, quote } from "../config/problems.js";
import type { ModelGateway } from "../contract/gateway/model.js";
import type { Autoscaling, ModelConfig } from "../contract/schema.js";
import { checkRoute } from "./route.js";
import { checkOwnScaling } from "./triggers.js";

/** The keys of a model beside its releases. */
export type ModelSection = Omit<ModelConfig, "releases">;

/**
 * @param releases the names of the model's releases, also of those that are wrong; `undefined` where nobody can tell
 * @param hasGateway whether something can split requests by the model's route
 */
export function checkModel(
  model: Parts<ModelSection>,
  path: string,
  releases: readonly string[] | undefined,
  hasGateway: boolean,
): Problem[] {
  const { route, autoscaling, servedNames, load, gateway } = model;
  return [
    ...checkRoute(route, `${path}.route`, releases, hasGateway),
    ...given([autoscaling.min, autoscaling.max], (min, max) =>
      min > max ? [error(`${path}.autoscaling.min`, `${min} is more than max ${max}: use at most ${max}`)] : [],
    ),
    ...given([autoscaling.min, autoscaling.activation], (min, activation) =>
      checkActivation({ min, activation }, `${path}.autoscaling`),
    ),
    ...given(
      [autoscaling.min, autoscaling.activation, (gateway ?? {}) as Parts<ModelGateway>],
      (min, activation, { fromZero }) => [
        ...checkWoken({ min, activation }, fromZero !== undefined, `${path}.autoscaling`),
        ...checkFromZero(min, fromZero, `${path}.gateway.fromZero`),
      ],
    ),
    ...checkOwnScaling(autoscaling, `${path}.autoscaling`),
    ...given([load, autoscaling.min, autoscaling.max], (expected, min, max) =>
      expected?.replicas !== undefined && (expected.replicas < min || expected.replicas > max)
        ? [
            error(
              `${path}.load.replicas`,
              `${expected.replicas} is not among the model's replicas: use ${min} to ${max}`,
            ),
          ]
        : [],
    ),
    ...checkRepeated(servedNames, `${path}.servedNames`),
  ];
}

function checkActivation({ min, activation }: Pick<Autoscaling, "min" | "activation">, path: string): Problem[] {
  if (min > 0 && activation !== undefined) {
    return [error(`${path}.activation`, `is only for min 0, and min is ${min}: leave it out, or set min to 0`)];
  }
  if (min === 0 && activation !== undefined && /\bvllm[:_]/.test(activation.query)) {
    return [
      error(
        `${path}.activation.query`,
        "asks for a metric of vLLM's pods, and at 0 there is none: use one from outside, such as the gateway's request rate",
      ),
    ];
  }
  return [];
}

/** What wakes a model at zero, if nothing of its own does. */
function checkWoken(
  { min, activation }: Pick<Autoscaling, "min" | "activation">,
  isWokenByGateway: boolean,
  path: string,
): Problem[] {
  if (min === 0 && activation === undefined && !isWokenByGateway) {
    return [
      error(
        `${path}.min`,
        "0 needs activation: without a pod vLLM's metrics are gone, so a metric from outside, such as the gateway's request rate, has to wake it; " +
          "set gateway.fromZero where the stack has a gateway, autoscaling.activation.query, or min to 1",
      ),
    ];
  }
  return [];
}

/** Shorter than the expected start a request would be held for nothing. */
function checkFromZero(min: number, fromZero: ModelGateway["fromZero"], path: string): Problem[] {
  if (fromZero === undefined) return [];
  const { answer, holdSeconds } = fromZero;
  return [
    ...(min > 0
      ? [error(path, `is only for autoscaling.min 0, and min is ${min}: leave it out, or set min to 0`)]
      : []),
    ...(answer === "retry" && holdSeconds !== undefined
      ? [error(`${path}.holdSeconds`, "has no effect with answer retry: leave it out, or set answer to hold")]
      : []),
  ];
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
            `${joinPath(path, [name])}.servedNames`,
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
            joinPath(path, [object]),
            `is also the name of release ${quote(release)} of ${quote(name)} in Kubernetes: rename one`,
          ),
        );
      }
    }
  }
  return problems;
}
