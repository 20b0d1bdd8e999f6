/** What may be spent against what is there, and what is stated of prices. */
import { joinPath } from "../../config/parse.js";
import { didYouMean, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import type { BudgetsConfig } from "../../contract/observability/budgets.js";
import type { PricesConfig } from "../../contract/observability/prices.js";
import type { NodeGroups } from "../../contract/nodeGroup.js";
import { replicaCost } from "../../derive/nodes/cost.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { MACHINES } from "../../facts/machines/index.js";

/** Names shown of a long list. */
const MOST_NAMES = 10;
const HOURS = 24;

/** The stack as far as budgets are about it. */
export interface Budgeted {
  /** Keys of all models and batches, also of those that are wrong; `undefined` where nobody can tell. */
  names: readonly string[] | undefined;
  /** Models that are right. */
  models: readonly ServedModel[];
  groups: NodeGroups;
  prices: Pick<PricesConfig, "hourlyUsd">;
}

export function checkBudgets({ usdPerDay, models: each }: BudgetsConfig, stack: Budgeted, path: string): Problem[] {
  const { names, models, groups, prices } = stack;
  const known = models.flatMap((model) => leastOf(model, groups, prices) ?? []);
  const unknown = Object.keys(each).flatMap((name) => {
    if (names === undefined || names.includes(name)) return [];
    const there = names.length > MOST_NAMES ? "" : names.length === 0 ? "" : `; there are ${listOr(names)}`;
    const hint = didYouMean(name, names) || there;
    return [error(joinPath(`${path}.models`, [name]), `there is no model or batch ${quote(name)}${hint}`)];
  });
  const low = known.flatMap(({ name, usd, says }) => {
    const budget = Object.hasOwn(each, name) ? each[name]! : Infinity;
    return budget < usd ? [tooLow(joinPath(`${path}.models`, [name]), budget, usd, says)] : [];
  });
  const least = known.reduce((sum, { usd }) => sum + usd, 0);
  const ofStack =
    usdPerDay !== undefined && usdPerDay < least
      ? [
          tooLow(
            `${path}.usdPerDay`,
            usdPerDay,
            least,
            `the fewest replicas of ${known.length === 1 ? "its model" : "its models"}`,
          ),
        ]
      : [];
  return [...unknown, ...ofStack, ...low];
}

function tooLow(path: string, budget: number, usd: number, says: string): Problem {
  const message =
    `is $${budget} a day, and ${says} cost $${usd.toFixed(2)} a day at the least, so its alert would always fire: ` +
    "raise it, run fewer replicas, or state what you pay in vllm:observability.prices";
  return warning(path, message);
}

interface Least {
  name: string;
  /** Dollars a day. */
  usd: number;
  says: string;
}

/** What a model costs with its fewest replicas, all of its releases; `undefined` where a machine has no price. */
function leastOf(model: ServedModel, groups: NodeGroups, prices: Budgeted["prices"]): Least | undefined {
  let usd = 0;
  let replicas = 0;
  for (const plan of model.releases.values()) {
    const spares = plan.release === model.route.stable ? model.warmSpares : 0;
    const count = plan.autoscaling.min + spares;
    const each = replicaCost(plan, groups, prices.hourlyUsd);
    if (each === undefined) return undefined;
    replicas += count;
    usd += HOURS * count * each.minUsd;
  }
  return { name: model.name, usd, says: `its fewest replicas, ${replicas} with warm spares,` };
}

export function checkPrices({ hourlyUsd }: Pick<PricesConfig, "hourlyUsd">, path: string): Problem[] {
  return Object.keys(hourlyUsd)
    .filter((name) => !MACHINES.has(name))
    .map((name) =>
      error(
        joinPath(`${path}.hourlyUsd`, [name]),
        `${quote(name)} is in no table of machines${didYouMean(name, MACHINES.keys())}; ` +
          "state the price of nodes that gpuNodes describes by their shape in node.hourlyUsd",
      ),
    );
}
