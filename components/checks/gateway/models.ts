/** Checks of models' own `gateway` sections. */
import { joinPath } from "../../config/parse.js";
import { error, listOr, type Problem, quote } from "../../config/problems.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { adaptersOf, lackedBy, pathsOf, usesPriority } from "../../derive/gateway/abilities.js";
import { contextOf, routedPlans } from "../../derive/gateway/bounds.js";
import { type GatewaySurroundings, modelNamed } from "./surroundings.js";
import { checkModelName } from "./tenants.js";

/** Rules of an HTTPRoute: one for all releases, and one for each that can be named. */
const MOST_RELEASES = 15;

export function checkGatewayModels(around: GatewaySurroundings): Problem[] {
  return around.models.flatMap((model) => {
    const at = joinPath(around.modelsPath, [model.name]);
    return [
      ...checkCredential(model, at),
      ...checkFallback(model, `${at}.gateway.fallback`, around),
      ...(model.releases.size > MOST_RELEASES
        ? [
            error(
              `${at}.releases`,
              `${model.releases.size} are more than a route of the gateway leads to: keep at most ${MOST_RELEASES}`,
            ),
          ]
        : []),
      ...(pathsOf(routedPlans(model)).length === 0
        ? [
            error(
              at,
              "has the task classify, whose path the gateway does not open: serve it without a gateway, in a stack of its own",
            ),
          ]
        : []),
    ];
  });
}

/** The gateway has to have the key that the model asks for. */
function checkCredential({ apiKey, gateway }: ServedModel, path: string): Problem[] {
  if (apiKey !== undefined && gateway?.credential === undefined) {
    return [
      error(
        `${path}.gateway.credential`,
        "is missing: the model's key is in a Secret of your own, so give one whose key credential holds `Bearer <that key>`, or leave out apiKey",
      ),
    ];
  }
  if (apiKey === undefined && gateway?.credential !== undefined) {
    return [
      error(`${path}.gateway.credential`, "is for a model with apiKey; the stack knows its own key: leave it out"),
    ];
  }
  return [];
}

function checkFallback(model: ServedModel, path: string, around: GatewaySurroundings): Problem[] {
  const name = model.gateway?.fallback;
  if (name === undefined) return [];
  const unknown = checkModelName(name, path, around);
  const other = modelNamed(around, name);
  if (unknown.length > 0 || other === undefined) return unknown;
  const circle = circleFrom(model, around);
  if (circle !== undefined) {
    return [error(path, `leads back to where it began: ${circle.join(" → ")}. Let the last one have no fallback`)];
  }
  const [own, theirs] = [routedPlans(model), routedPlans(other)];
  const needs = lackedBy(theirs).filter((need) => !lackedBy(own).includes(need));
  const paths = pathsOf(own).filter((way) => !pathsOf(theirs).includes(way));
  const adapters = adaptersOf(own).filter((name) => !adaptersOf(theirs).includes(name));
  const [context, less] = [contextOf(model), contextOf(other)];
  return [
    ...(model.gateway?.fromZero !== undefined
      ? [
          error(
            path,
            "cannot go with gateway.fromZero: what the fallback answers is counted as its own, so that nothing would wake this model. Leave one of them out",
          ),
        ]
      : []),
    ...(paths.length > 0
      ? [error(path, `${quote(name)} does not answer ${listOr(paths)}: use a model of the same task`)]
      : []),
    ...(needs.length > 0
      ? [
          error(
            path,
            `${quote(name)} lacks ${listOr(needs)}, which ${quote(model.name)} has: use a model that has it, too`,
          ),
        ]
      : []),
    ...(adapters.length > 0
      ? [
          error(
            path,
            `${quote(name)} has no adapter ${listOr(adapters)}, which ${quote(model.name)} has: give it there, too, or leave out the fallback`,
          ),
        ]
      : []),
    ...(usesPriority(own) && !usesPriority(theirs)
      ? [
          error(
            path,
            `${quote(name)} does not schedule by priority, so that it refuses the priorities that ${quote(model.name)} takes: set scheduling-policy to priority there`,
          ),
        ]
      : []),
    ...(less < context
      ? [
          error(
            path,
            `${quote(name)} takes ${less} tokens and ${quote(model.name)} ${context}: use a model with as long a context, or a shorter one here`,
          ),
        ]
      : []),
  ];
}

/** Models on the way from one to itself. */
function circleFrom(model: ServedModel, around: GatewaySurroundings): string[] | undefined {
  const way = [model.name];
  for (let next = model.gateway?.fallback; next !== undefined; next = modelNamed(around, next)?.gateway?.fallback) {
    if (way.includes(next)) return next === model.name ? [...way, next] : undefined;
    way.push(next);
  }
  return undefined;
}
