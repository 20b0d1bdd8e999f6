/** Checks of the names that clients use: aliases beside models' own names and adapters. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given, type Parts } from "../../config/parts.js";
import { didYouMean, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import type { AliasRule, Aliases } from "../../contract/gateway/routing.js";
import { adaptersOf, lackedBy } from "../../derive/gateway/abilities.js";
import { routedPlans } from "../../derive/gateway/bounds.js";
import { type GatewaySurroundings, modelNamed } from "./surroundings.js";
import { checkModelName } from "./tenants.js";

export function checkAliases(around: GatewaySurroundings): Problem[] {
  const { gateway, path } = around;
  const taken = takenNames(around);
  return entriesOf(gateway.aliases).flatMap(([alias, leads]) => {
    const at = joinPath(`${path}.aliases`, [alias]);
    const owner = taken.get(alias);
    return [
      ...(owner === undefined
        ? []
        : [error(at, `${quote(alias)} is a name of the model ${quote(owner)}: give the alias another`)]),
      ...given([leads], (whole) => [
        ...checkLeads(whole, at, around),
        ...checkWays(whole, at, around),
        ...checkReaches(whole, at, around),
      ]),
    ];
  });
}

/** Names that clients use for models themselves, by model. */
function takenNames({ models }: GatewaySurroundings): Map<string, string> {
  return new Map(
    models.flatMap((model) =>
      [...model.servedNames, ...adaptersOf(routedPlans(model))].map((name): [string, string] => [name, model.name]),
    ),
  );
}

/** Adapters whose name a model or another adapter has, or that only some releases have. */
export function checkAdapters({ models, modelsPath }: GatewaySurroundings): Problem[] {
  const owners = new Map(models.flatMap(({ name, servedNames }) => servedNames.map((served) => [served, name])));
  return models.flatMap((model) => {
    const plans = routedPlans(model);
    const at = joinPath(modelsPath, [model.name]);
    const everywhere = adaptersOf(plans);
    const some = new Set(plans.flatMap(({ contract }) => Object.keys(contract.adapters ?? {})));
    const missing = [...some].filter((name) => !everywhere.includes(name));
    const clashes = everywhere.filter((name) => owners.has(name));
    for (const name of everywhere) owners.set(name, model.name);
    return [
      ...missing.map((name) =>
        warning(
          `${at}.route`,
          `the adapter ${quote(name)} is not in every release that has requests, so that clients cannot name it until it is`,
        ),
      ),
      ...clashes.map((name) =>
        error(`${at}.releases`, `the adapter ${quote(name)} has a name that leads elsewhere: give it one of its own`),
      ),
    ];
  });
}

type Way = Partial<AliasRule> & { model: string };

function rulesOf(leads: Aliases[string]): Way[] {
  return typeof leads === "string" ? [{ model: leads }] : leads;
}

function checkLeads(leads: Aliases[string], path: string, around: GatewaySurroundings): Problem[] {
  const rules = rulesOf(leads);
  const place = (index: number): string => (typeof leads === "string" ? path : `${path}[${index}]`);
  return rules.flatMap(({ model, needs }, index) => {
    const known = modelNamed(around, model);
    const lacks = known === undefined ? [] : lackedBy(routedPlans(known)).filter((need) => needs?.includes(need));
    return [
      ...checkModelName(model, typeof leads === "string" ? path : `${place(index)}.model`, around),
      ...(lacks.length === 0
        ? []
        : [error(`${place(index)}.needs`, `${quote(model)} lacks ${listOr(lacks)}: lead to a model that has it`)]),
      ...checkTaken(rules, index, path),
    ];
  });
}

/** A way that another before it hides. */
function checkTaken(rules: readonly Way[], index: number, path: string): Problem[] {
  const before = rules.slice(0, index).findIndex((one) => isWider(one, rules[index]!));
  if (before < 0) return [];
  const what = isOpen(rules[before]!) ? "holds for all requests" : "holds for all of its requests";
  return [error(`${path}[${index}]`, `is never taken, since ${path}[${before}] ${what}: put it before that one`)];
}

function isOpen({ tier, needs, overBytes }: Way): boolean {
  return tier === undefined && needs === undefined && overBytes === undefined;
}

/** Whether a way holds wherever another does. */
function isWider(one: Way, other: Way): boolean {
  return (
    (one.tier === undefined || one.tier === other.tier) &&
    (one.needs ?? []).every((need) => other.needs?.includes(need)) &&
    (one.overBytes ?? 0) <= (other.overBytes ?? 0)
  );
}

/** Tiers that no request has, sizes that no body has, and requests that no way is for. */
function checkWays(leads: Aliases[string], path: string, { gateway }: GatewaySurroundings): Problem[] {
  const rules = rulesOf(leads);
  return [
    ...given([gateway.tenants], (tenants) => {
      const tiers = new Set(
        Object.values(tenants).flatMap(({ tier, tiers: asked = [] }) => [tier ?? [], asked].flat()),
      );
      return rules.flatMap(({ tier }, index) =>
        tier === undefined || tiers.has(tier)
          ? []
          : [
              error(
                `${path}[${index}].tier`,
                `no tenant has the tier ${quote(tier)}${didYouMean(tier, tiers) || ":"} give it to a tenant's tier or tiers`,
              ),
            ],
      );
    }),
    ...given([gateway.protection.bodyMiB], (mebibytes) =>
      rules.flatMap(({ overBytes }, index) =>
        overBytes !== undefined && overBytes > mebibytes * 1024 * 1024
          ? [
              error(
                `${path}[${index}].overBytes`,
                `${overBytes} is more than a body may have, which is ${mebibytes} MiB: use less`,
              ),
            ]
          : [],
      ),
    ),
    ...(rules.some(isOpen)
      ? []
      : [
          warning(
            path,
            "has no way for all other requests, which get 400: add one with nothing but model, as the last",
          ),
        ]),
  ];
}

/** The gateway refuses a tenant what an alias leads to and the tenant has not: worth to know before a client sees it. */
function checkReaches(leads: Aliases[string], path: string, { gateway, names }: GatewaySurroundings): Problem[] {
  const ways = [...new Set(rulesOf(leads).map(({ model }) => model))].filter((model) => names?.includes(model) ?? true);
  return entriesOf(gateway.tenants).flatMap(([tenant, { models }]: [string, { models: Parts<string[]> }]) =>
    given([models], (allowed) => {
      const lacks = ways.filter((model) => !allowed.includes(model));
      if (lacks.length === 0 || lacks.length === ways.length) return [];
      return [
        warning(
          path,
          `leads to ${listOr(lacks.map(quote))}, which the tenant ${quote(tenant)} may not use: such requests of it get 404`,
        ),
      ];
    }),
  );
}
