/** `release`: where a model's rollout is, its next step, and the way back. Steps are edits of the stack's file; nothing is applied. */
import { printableData, printableJson } from "../../components/config/printable.js";
import { error, listOr, quote } from "../../components/config/problems.js";
import { boundsSchema } from "../../components/contract/route.js";
import type { Outcome } from "../commandLine.js";
import { BadInput, EXIT, Failure } from "../failure.js";
import { prometheusUrlOf } from "../verify/prometheus.js";
import { compare, isWithin, type Row } from "./compare.js";
import { endpointsOf } from "./endpoints.js";
import { evaluated } from "./evaluate.js";
import { Look, type LookOptions, type Replicas, type Seen } from "./look.js";
import { editOf, type Rollout, rolloutOf, writtenRoute } from "./rollout.js";
import { backStep, nextStep, onItsWay, type Route } from "./steps.js";
import type { Comparison, Report } from "./report.js";
import { reportText } from "./text.js";

/** Options of every subcommand. */
export interface ReleaseOptions extends LookOptions {
  stack: string;
  json: boolean;
}

/** Options of the steps. */
export interface StepCommandOptions extends ReleaseOptions {
  /** The release on its way, or to go back to, where the route does not say it. */
  release?: string;
  /** Shows the change without writing it. */
  dryRun: boolean;
}

export interface NextOptions extends StepCommandOptions {
  skipShadow: boolean;
  /** Takes the step against the comparison. */
  force: boolean;
  /** Why. */
  reason?: string;
  /** Command that has to exit 0. */
  evaluate?: string;
  /** Seconds that it may take. */
  evaluateTimeout: number;
}

/** Around the command. */
export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
}

/** @throws ContractError for a wrong config, BadInput for a wrong call */
export async function status(
  folder: string,
  model: string,
  options: ReleaseOptions,
  { env }: Surroundings,
): Promise<Outcome> {
  requireRight(options);
  const rollout = rolloutOf(folder, options.stack, model);
  const look = new Look(rollout.loaded, options, env);
  try {
    const replicas = await look.replicas(rollout.model);
    const comparison = await comparisonOf(rollout, look);
    return outcome({ rollout, replicas, ...(comparison !== undefined && { comparison }) }, options, EXIT.fine);
  } finally {
    look.close();
  }
}

/** @throws ContractError for a wrong config, BadInput for a wrong call, Failure where there is no step */
export async function next(
  folder: string,
  name: string,
  options: NextOptions,
  { env }: Surroundings,
): Promise<Outcome> {
  requireRight(options);
  const rollout = rolloutOf(folder, options.stack, name);
  const route = writtenRoute(rollout);
  const candidate = candidateOf(rollout, options.release);
  const { hasGateway, releases, stage } = rollout;
  const { skipShadow } = options;
  const step = nextStep(route, releases, { hasGateway, skipShadow, ...(candidate !== undefined && { candidate }) });
  if (typeof step === "string") throw new Failure(`${name}: ${step}`);
  const edit = editOf(rollout, withReason(step.route, options));
  const look = new Look(rollout.loaded, options, env);
  try {
    const report: Report = { rollout, step, diff: edit.diff, warnings: edit.warnings.map(({ message }) => message) };
    const refused: string[] = [];
    const mover = onItsWay(stage) ?? candidate;
    // The end of the way back moves no request.
    if (mover !== undefined && (stage.kind !== "taken" || candidate !== undefined)) {
      report.replicas = await look.replicas(rollout.model);
      refused.push(...notReady(rollout, mover, report.replicas));
      if (step.isCompared) {
        report.comparison = (await comparisonOf(rollout, look))!;
        refused.push(...notWithin(report.comparison));
      }
      if (options.evaluate !== undefined) {
        const endpoints = endpointsOf(rollout, mover);
        report.evaluation = await evaluated(options.evaluate, endpoints, env, options.evaluateTimeout);
        if (!report.evaluation.isGood) refused.push(`the evaluation has failed: ${report.evaluation.ended}`);
      }
    }
    if (refused.length > 0) report.refused = refused;
    const isTaken = refused.length === 0 || options.force;
    if (isTaken && !options.dryRun) edit.write();
    report.isWritten = isTaken && !options.dryRun;
    return outcome(report, options, isTaken ? EXIT.fine : EXIT.failed);
  } finally {
    look.close();
  }
}

/** @throws ContractError for a wrong config, BadInput for a wrong call, Failure where there is no way back */
export function back(folder: string, name: string, options: StepCommandOptions): Outcome {
  const rollout = rolloutOf(folder, options.stack, name);
  const { release } = options;
  if (release !== undefined) requireRelease(rollout, release);
  const step = backStep(writtenRoute(rollout), rollout.releases, release);
  if (typeof step === "string") throw new Failure(`${name}: ${step}`);
  const edit = editOf(rollout, step.route);
  if (!options.dryRun) edit.write();
  const warnings = edit.warnings.map(({ message }) => message);
  return outcome({ rollout, step, diff: edit.diff, warnings, isWritten: !options.dryRun }, options, EXIT.fine);
}

/** @throws BadInput with every wrong option */
function requireRight(options: ReleaseOptions & Partial<NextOptions>): void {
  const { prometheus, timeout, force, reason, evaluateTimeout } = options;
  if (prometheus !== undefined) prometheusUrlOf(prometheus);
  const problems = [
    ...(timeout > 0 ? [] : [error("--timeout", "has to be more than 0 seconds")]),
    ...(evaluateTimeout === undefined || evaluateTimeout > 0
      ? []
      : [error("--evaluate-timeout", "has to be more than 0 seconds")]),
    ...(force === true && reason === undefined
      ? [error("--force", "needs --reason: it is written into the route, for those who review the step")]
      : []),
    ...(force !== true && reason !== undefined ? [error("--reason", "is for --force: leave it out")] : []),
    ...(reason?.trim() === "" ? [error("--reason", "is empty: say why the step is taken")] : []),
  ];
  if (problems.length > 0) throw new BadInput(problems);
}

function requireRelease({ releases, model }: Rollout, release: string): void {
  const others = releases.filter((one) => one !== model.route.stable);
  if (others.includes(release)) return;
  const message = releases.includes(release)
    ? `${quote(release)} is the stable release already`
    : `${model.name} has no release ${quote(release)}`;
  const instead = others.length === 0 ? "there is no other" : `use ${listOr(others)}`;
  throw new BadInput([error("--release", `${message}: ${instead}`)]);
}

/** The release that the next step is about, where the route does not say it. */
function candidateOf(rollout: Rollout, asked: string | undefined): string | undefined {
  const { stage, model } = rollout;
  if (asked !== undefined) {
    requireRelease(rollout, asked);
    const way = onItsWay(stage);
    if (way === undefined || way === asked) return asked;
    const message = `${quote(asked)} is not on its way, ${quote(way)} is: take that one back first (npm run release -- back ${model.name})`;
    throw new BadInput([error("--release", message)]);
  }
  if (stage.kind !== "parallel") return undefined;
  const [only, ...others] = stage.candidates;
  if (others.length > 0) {
    throw new BadInput([
      error(
        "--release",
        `${model.name} has several releases without requests: say which one, ${listOr(stage.candidates)}`,
      ),
    ]);
  }
  return only;
}

function withReason(route: Route, { force, reason }: NextOptions): Route {
  return force && reason !== undefined ? { ...route, reason } : route;
}

async function comparisonOf(rollout: Rollout, look: Look): Promise<Seen<Comparison> | undefined> {
  const { model, stage, hasGateway } = rollout;
  const candidate = onItsWay(stage);
  if (candidate === undefined || !hasGateway) return undefined;
  const bounds = model.route.canary?.bounds ?? boundsSchema.parse({});
  const sides = await look.sides(model, candidate, bounds.windowMinutes);
  if ("why" in sides) return sides;
  const { task } = model.releases.get(model.route.stable)!.model;
  const rows = compare(sides.value, bounds, task);
  return { value: { rows, sides: sides.value, minutes: bounds.windowMinutes } };
}

/** Whether the release that gets more has its replicas. */
function notReady({ model, hasGateway }: Rollout, release: string, replicas: Seen<Map<string, Replicas>>): string[] {
  if ("why" in replicas) return [];
  const there = replicas.value.get(release);
  if (there === undefined) return [`${release} is not in the cluster yet: apply the config first (pulumi up)`];
  const { wanted, ready } = there;
  // At zero replicas on purpose the first request starts one.
  if (wanted === 0 && model.autoscaling.min === 0) return [];
  if (ready === 0 || ready < wanted) return [`${ready} of ${wanted} replicas of ${release} are ready`];
  const stable = replicas.value.get(model.route.stable)?.ready ?? 0;
  // With a gateway it was sized for this before.
  if (hasGateway || ready >= stable) return [];
  const have = `${release} has ${ready} ready, and ${model.route.stable} ${stable} for the same requests`;
  return [`${have}: set autoscaling.min to ${stable}, apply that first, and lower it afterwards`];
}

function notWithin(comparison: Seen<Comparison>): string[] {
  if ("why" in comparison) return [`nothing can be compared: ${comparison.why}`];
  const { rows } = comparison.value;
  if (isWithin(rows)) return [];
  const titles = (verdict: Row["verdict"]): string[] =>
    rows.filter((row) => row.verdict === verdict).map(({ title }) => title);
  const [beyond, open] = [titles("beyond"), titles("open")];
  return [
    ...(beyond.length === 0 ? [] : [`beyond its bound: ${beyond.join("; ")}`]),
    ...(open.length === 0 ? [] : [`too few requests to tell: ${open.join("; ")}`]),
  ];
}

function outcome(report: Report, { json }: ReleaseOptions, exitCode: Outcome["exitCode"]): Outcome {
  if (!json) return { text: reportText(report), exitCode };
  const { rollout, replicas, comparison, step, ...rest } = report;
  const { model, stage, loaded } = rollout;
  const { route } = model;
  const value = {
    ...{ stack: loaded.file.stack, model: model.name, stage, route, ...rest },
    ...(step !== undefined && { step: { text: step.text, skipped: step.skipped ?? [] } }),
    ...(replicas !== undefined && {
      replicas: "why" in replicas ? replicas : { value: Object.fromEntries(replicas.value) },
    }),
    ...(comparison !== undefined && { comparison }),
  };
  // A bound of a histogram may be infinite, which JSON has no word for.
  const text = JSON.stringify(printableData(value), (_, one: unknown) => (one === Infinity ? "+Inf" : one), 2);
  return { text: printableJson(text), exitCode };
}
