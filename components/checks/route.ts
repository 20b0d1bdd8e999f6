/** Checks of a model's route: that its releases are there, and that one which gets requests can answer them as the stable one does. */
import { given, isWrong, type Parts } from "../config/parts.js";
import { counted, error, listOr, type Problem, quote, warning } from "../config/problems.js";
import type { ModelConfig } from "../contract/schema.js";
import type { RuntimePlan } from "../derive/plan.js";
import { nextWeight } from "../derive/route.js";

type Route = Parts<ModelConfig["route"]>;

/** Keys of a route beside `stable` that name a release. */
const OTHERS = ["canary", "shadow", "previous"] as const;
type Other = (typeof OTHERS)[number];

/** Release that a key of the route names. */
function named({ canary, shadow, previous }: Route, key: Other): Parts<string | undefined> {
  if (key === "previous") return previous;
  const part = key === "canary" ? canary : shadow;
  return part?.release;
}

/**
 * @param releases names of the model's releases, also of those that are wrong; `undefined` where nobody can tell
 * @param hasGateway whether the stack has one, which alone can split requests
 */
export function checkRoute(
  route: Route,
  path: string,
  releases: readonly string[] | undefined,
  hasGateway: boolean,
): Problem[] {
  const { stable } = route;
  const isThere = (release: string): boolean =>
    releases === undefined || releases.length === 0 || releases.includes(release);
  const place = (key: Other): string => (key === "previous" ? `${path}.previous` : `${path}.${key}.release`);
  return [
    ...given([stable], (main) =>
      isThere(main) ? [] : [error(`${path}.stable`, `there is no release ${quote(main)}: use ${listOr(releases!)}`)],
    ),
    ...OTHERS.flatMap((key) =>
      given([named(route, key)], (release) => {
        if (release === undefined || isThere(release)) return [];
        const able = releases!.filter((one) => one !== stable);
        const instead = able.length === 0 ? "" : ` name ${listOr(able)},`;
        const message = `there is no release ${quote(release)}: put it back below releases,${instead} or leave ${key} out`;
        return [error(place(key), message)];
      }),
    ),
    ...OTHERS.flatMap((key) =>
      given([named(route, key), stable], (release, main) =>
        release === main ? [error(place(key), `${quote(main)} is the stable release: name another one`)] : [],
      ),
    ),
    ...(["canary", "shadow"] as const).flatMap((key) =>
      given([named(route, key), stable], (release, main) =>
        release === undefined || hasGateway || releases?.includes(main) === false
          ? []
          : [
              warning(
                `${path}.${key}`,
                `needs vllm:gateway, which alone can split requests: without it all go to ${quote(main)}`,
              ),
            ],
      ),
    ),
  ];
}

/**
 * Checks releases that get requests, or copies of them, against the stable one.
 *
 * @param plans by release name, as far as they are right
 */
export function checkRouted(route: Route, path: string, plans: ReadonlyMap<string, Parts<RuntimePlan>>): Problem[] {
  const main = isWrong(route.stable) ? undefined : plans.get(route.stable);
  if (main === undefined) return [];
  return (["canary", "shadow"] as const).flatMap((key) => {
    const name = named(route, key);
    const other = name === undefined || isWrong(name) || name === route.stable ? undefined : plans.get(name);
    if (other === undefined) return [];
    const at = `${path}.${key}.release`;
    return [
      ...checkAnswers(main, other, at),
      ...(key === "shadow" ? checkSideEffects(other, at) : checkRoom(route, main, other, `${path}.canary`)),
    ];
  });
}

/** Whether a release can answer what the stable one answers. */
function checkAnswers(main: Parts<RuntimePlan>, other: Parts<RuntimePlan>, at: string): Problem[] {
  return [
    ...given([main.model.task, other.model.task, main.release, other.release], (mainTask, task, stable, release) =>
      task === mainTask
        ? []
        : [
            error(
              at,
              `${quote(release)} is for the task ${task}, and ${quote(stable)} for ${mainTask}: its answers would fail clients, so make it a model of its own`,
            ),
          ],
    ),
    ...given(
      [main.contract, other.contract, main.release, other.release],
      ({ adapters: mine = {} }, { adapters: theirs = {} }, stable, release) => {
        const missing = Object.keys(mine).filter((adapter) => !Object.hasOwn(theirs, adapter));
        if (missing.length === 0) return [];
        const message =
          `${quote(release)} has no ${counted(missing.length, "adapter").replace(/^\d+ /, "")} ${listOr(missing.map(quote))} of ${quote(stable)}, ` +
          "so requests for it would get 404: add it, or have clients stop asking for it and take it out of both";
        return [error(at, message)];
      },
    ),
    ...given([main.context, other.context, main.release, other.release], (mine, theirs, stable, release) =>
      theirs >= mine
        ? []
        : [
            warning(
              at,
              `${quote(release)} takes ${theirs} tokens a request, and ${quote(stable)} ${mine}: longer requests get 400 from it`,
            ),
          ],
    ),
    ...given([main.flags, other.flags, main.release, other.release], (mine, theirs, stable, release) =>
      mine[TOOLS]?.value === true && theirs[TOOLS]?.value !== true
        ? [
            warning(
              at,
              `${quote(release)} is without the flag ${TOOLS} of ${quote(stable)}: requests with tools get 400 from it`,
            ),
          ]
        : [],
    ),
  ];
}

const TOOLS = "enable-auto-tool-choice";

/** A copied request does what it does a second time. */
function checkSideEffects({ flags, release }: Parts<RuntimePlan>, at: string): Problem[] {
  return given([flags, release], (stated, name) =>
    "tool-server" in stated
      ? [
          warning(
            at,
            `${quote(name)} calls tools itself (flag tool-server), so copies of requests call them a second time: leave the flag out while it is a shadow`,
          ),
        ]
      : [],
  );
}

/** Whether a canary's most replicas hold what its next stage brings when the stable release is full. */
function checkRoom(route: Route, main: Parts<RuntimePlan>, other: Parts<RuntimePlan>, at: string): Problem[] {
  const { autoscaling } = main;
  return given(
    [
      route.canary?.weight,
      autoscaling.max,
      main.concurrency.sequences,
      other.concurrency.sequences,
      route.canary?.release,
    ],
    (weight, max, mine, theirs, release) => {
      if (weight === undefined || release === undefined) return [];
      const share = nextWeight(weight);
      const most = (max * mine * share) / 100;
      if (max * theirs >= most) return [];
      const message =
        `its next stage, ${share} %, brings up to ${Math.ceil(most)} requests at once, and ${counted(max, "replica")} of ${quote(release)} run ` +
        `${max * theirs}: raise autoscaling.max to ${Math.ceil(most / theirs)} before that, or its concurrency.sequences`;
      return [warning(`${at}.weight`, message)];
    },
  );
}
