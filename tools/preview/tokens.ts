/** What a million tokens cost, of models that state their load. */
import { type CostRange, replicaCost } from "../../components/derive/nodes/cost.js";
import { tokenCost, type TokenCost } from "../../components/derive/observability/tokenCost.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import type { StackConfig } from "../../stacks/config.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "./table.js";

export interface TokensReport {
  /** Of all replicas together, as the config states it. */
  inputTokensPerSecond: number;
  outputTokensPerSecond: number;
  /** Replicas that take it. */
  replicas: { min: number; max: number };
  /** US dollars. */
  perMillionUsd: TokenCost;
}

/** @returns nothing for a release that has no load: the model states none, or its machines have no price */
export function tokensReport(
  model: ServedModel,
  plan: RuntimePlan,
  config: Pick<StackConfig, "cluster" | "observability">,
): TokensReport | undefined {
  const { load } = model;
  const { prices } = config.observability;
  const each = replicaCost(plan, nodeGroupsOf(config.cluster), prices.hourlyUsd);
  if (load === undefined || each === undefined || model.route.stable !== plan.release) return undefined;
  const { inputTokensPerSecond, outputTokensPerSecond, replicas } = load;
  // Where there is a load, there is a replica.
  const min = replicas ?? Math.max(1, plan.autoscaling.min);
  const max = replicas ?? plan.autoscaling.max;
  const spares = model.warmSpares;
  const hourlyUsd = { minUsd: (min + spares) * each.minUsd, maxUsd: (max + spares) * each.maxUsd };
  const { input, output } = tokenCost(hourlyUsd, load, prices.outputTokenWeight);
  const perMillionUsd = { ...(input && { input: rounded(input) }), ...(output && { output: rounded(output) }) };
  return { inputTokensPerSecond, outputTokensPerSecond, replicas: { min, max }, perMillionUsd };
}

function rounded({ minUsd, maxUsd }: CostRange): CostRange {
  return { minUsd: Number(minUsd.toFixed(4)), maxUsd: Number(maxUsd.toFixed(4)) };
}

interface Loaded {
  model: string;
  release: string;
  tokens?: TokensReport;
}

/** Cents, or more digits where cents say nothing. */
export function perMillion(cost: CostRange | undefined): string {
  if (cost === undefined) return "";
  const digits = cost.minUsd < 0.1 ? 4 : 2;
  const text = (usd: number): string => `$${usd.toFixed(digits)}`;
  return cost.minUsd === cost.maxUsd ? text(cost.minUsd) : `${text(cost.minUsd)}–${text(cost.maxUsd)}`;
}

export function replicaCounts({ replicas: { min, max } }: TokensReport): string {
  return min === max ? String(min) : `${min}–${max}`;
}

/** Columns of a table of tokens, without model and release. */
export const TOKEN_COLUMNS = ["INPUT/S", "OUTPUT/S", "REPLICAS", "$/M INPUT", "$/M OUTPUT"] as const;

export function tokenCells(tokens: TokensReport): string[] {
  const { inputTokensPerSecond, outputTokensPerSecond, perMillionUsd } = tokens;
  const count = (value: number): string => value.toLocaleString("en-US");
  return [
    count(inputTokensPerSecond),
    count(outputTokensPerSecond),
    replicaCounts(tokens),
    perMillion(perMillionUsd.input),
    perMillion(perMillionUsd.output),
  ];
}

/** Nothing where no model states its load. @param width columns of the terminal, which the table keeps to */
export function tokenLines(releases: readonly Loaded[], width: number): string[] {
  const rows = releases.flatMap(({ model, release, tokens }) =>
    tokens === undefined ? [] : [[model, release, ...tokenCells(tokens)]],
  );
  if (rows.length === 0) return [];
  return [
    pc.bold("A million tokens") +
      pc.dim("  $ at the load that each model states: by its fewest and by its most replicas"),
    fittingTable(["MODEL", "RELEASE", ...TOKEN_COLUMNS], rows, { right: [2, 3, 4, 5, 6], title: 2, width }),
  ];
}
