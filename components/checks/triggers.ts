/** Checks of what a model's autoscaler has beside what is derived. */
import { joinPath } from "../config/parse.js";
import { entriesOf, given, type Parts } from "../config/parts.js";
import { error, listOr, type Problem, quote } from "../config/problems.js";
import type { Autoscaling } from "../contract/schema.js";
import type { Trigger } from "../contract/triggers.js";
import { DERIVED_TRIGGERS } from "../derive/scaling.js";
import { checkPlainText } from "./flags/guarded.js";
import { isBalanced, withoutTexts } from "./promql.js";

/** Neither follows the load of an engine; the policy no-cpu-autoscaling refuses them anywhere. */
const OF_NO_USE = ["cpu", "memory"];
/** What is one number and no vector cannot be summed. */
const SCALAR = /^(scalar|time|pi)\s*\(|^[\s\d.+*/()-]+$/;
/** Numbers as both we and KEDA read them. */
const DECIMAL = /^-?\d+(\.\d+)?$/;

/** @param path of the model's autoscaling */
export function checkOwnScaling(autoscaling: Parts<Autoscaling>, path: string): Problem[] {
  const { triggers, fallback, min, max } = autoscaling;
  return [
    ...entriesOf(triggers).flatMap(([name, trigger]) =>
      checkTrigger(name, trigger, joinPath(`${path}.triggers`, [name])),
    ),
    ...given([fallback, min, max], (stated, least, most) => {
      if (stated === undefined || (stated.replicas >= least && stated.replicas <= most)) return [];
      return [
        error(
          `${path}.fallback.replicas`,
          `${stated.replicas} is not within min ${least} and max ${most}: use one that is`,
        ),
      ];
    }),
    ...given([autoscaling], ({ min: least, max: most, ...own }) => {
      const key = (["triggers", "behavior", "fallback"] as const).find((candidate) => own[candidate] !== undefined);
      if (key === undefined || least !== most) return [];
      return [
        error(`${path}.${key}`, `has no effect while min and max are both ${most}: leave it out, or let them differ`),
      ];
    }),
  ];
}

function checkTrigger(name: string, trigger: Parts<Trigger>, at: string): Problem[] {
  if (DERIVED_TRIGGERS.includes(name)) {
    return [
      error(
        at,
        `${quote(name)} is the name of a trigger that is derived: use none of ${listOr([...DERIVED_TRIGGERS])}`,
      ),
    ];
  }
  return [
    ...(/^[a-z][-a-z0-9]{0,39}$/.test(name)
      ? []
      : [
          error(
            at,
            `${quote(name)} is not a trigger's name: use up to 40 lower-case letters, digits and dashes, first a letter`,
          ),
        ]),
    ...given([trigger.type], (type) =>
      OF_NO_USE.includes(type)
        ? [
            error(
              `${at}.type`,
              `${quote(type)} does not follow a model's load: scale on requests, which is derived, or on what causes them`,
            ),
          ]
        : [],
    ),
    ...entriesOf(trigger.metadata).flatMap(([key, value]) =>
      checkPlainText(
        { value },
        joinPath(`${at}.metadata`, [key]),
        "name a TriggerAuthentication by authenticationRef",
      ).map((problem) => ({ ...problem, path: joinPath(`${at}.metadata`, [key]) })),
    ),
    ...given([trigger.type, trigger.metadata], (type, metadata) =>
      type === "prometheus" ? checkPrometheus(metadata, `${at}.metadata`) : [],
    ),
  ];
}

function checkPrometheus(metadata: Readonly<Record<string, string>>, at: string): Problem[] {
  const { query, threshold, activationThreshold, ignoreNullValues } = metadata;
  return [
    ...checkQuery(query, `${at}.query`),
    ...(threshold === undefined || !DECIMAL.test(threshold) || Number(threshold) <= 0
      ? [error(`${at}.threshold`, `${quote(threshold)} is no threshold: give a number above 0, as text`)]
      : []),
    ...(activationThreshold === undefined || DECIMAL.test(activationThreshold)
      ? []
      : [error(`${at}.activationThreshold`, `${quote(activationThreshold)} is no threshold: give a number, as text`)]),
    ...(ignoreNullValues === undefined || ignoreNullValues === "false"
      ? []
      : [error(`${at}.ignoreNullValues`, "would read lost metrics as no load: leave it out")]),
    ...("unsafeSsl" in metadata
      ? [
          error(
            `${at}.unsafeSsl`,
            "takes the protection off the connection: name an authority by a TriggerAuthentication",
          ),
        ]
      : []),
  ];
}

/** Whether `sum(query)` is one series. */
function checkQuery(query: string | undefined, at: string): Problem[] {
  const expression = withoutTexts(query ?? "");
  if (query === undefined || expression === "") return [error(at, "is missing: give a query of an instant vector")];
  if (!isBalanced(query))
    return [error(at, `${quote(query)} has parentheses that do not match, and it is put into sum(…): close each one`)];
  if (SCALAR.test(expression))
    return [error(at, `${quote(query)} is a number and no vector, and KEDA reads one series: write vector(…)`)];
  if (expression.endsWith("]"))
    return [error(at, `${quote(query)} is a range and no instant vector: use a function of it, such as rate(…)`)];
  return [];
}
