/** A rollout as text. */
import { basename } from "node:path";
import { printable, printableLines } from "../../components/config/printable.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { releaseShares, sizedFor } from "../../components/derive/route.js";
import { colours as pc } from "../colours.js";
import { plainTable } from "../preview/table.js";
import type { Row } from "./compare.js";
import type { Replicas, Seen } from "./look.js";
import type { Sides } from "./measure.js";
import type { Report } from "./report.js";
import { onItsWay, stageOf, stageText } from "./steps.js";

/** The releases of a model with what they have. */
export function releasesText(model: ServedModel, replicas: Seen<Map<string, Replicas>>): string {
  const rows = releaseShares(model).map(({ release, weight, mirrorPercent }) => {
    const sized = sizedFor(model.route, release);
    return [
      release,
      roleOf(model, release),
      `${weight} %`,
      mirrorPercent === 0 ? "" : `${mirrorPercent} %`,
      sized === undefined ? "its own requests" : `${sized} % of all`,
      "why" in replicas ? "unknown" : replicasText(replicas.value.get(release)),
    ];
  });
  const table = plainTable(["release", "part", "requests", "copies", "sized for", "replicas"], rows, [2, 3]);
  return "why" in replicas ? `${table}\n${pc.yellow(`replicas: ${printable(replicas.why)}`)}` : table;
}

function replicasText(replicas: Replicas | undefined): string {
  return replicas === undefined ? "not there" : `${replicas.ready} of ${replicas.wanted} ready`;
}

function roleOf({ route, releases }: ServedModel, release: string): string {
  const { stable, previous } = route;
  if (release === stable) return "stable";
  const way = onItsWay(stageOf(route, [...releases.keys()]));
  if (release === route.canary?.release) return "canary";
  if (release === route.shadow?.release || release === way) return "shadow";
  return release === previous ? "previous" : "parallel";
}

const VERDICTS = {
  within: pc.green("within"),
  beyond: pc.red("beyond"),
  open: pc.yellow("too few to tell"),
  unknown: pc.dim("not known"),
} as const;

/** The comparison with its numbers. */
export function comparisonText(rows: readonly Row[], { stable, canary, source }: Sides, minutes: number): string {
  const table = plainTable(
    ["", "stable", "canary", "bound", "verdict", ""],
    rows.map(({ title, stable: theirs, canary: mine, bound, unit, verdict, needed, why, key }) => [
      title,
      valueText(theirs, unit),
      valueText(mine, unit),
      bound === undefined ? "" : `${key === "tokens" ? "≥" : "≤"} ${valueText(bound, unit)}`,
      VERDICTS[verdict],
      whyText(verdict, needed, why, theirs, mine),
    ]),
    [1, 2, 3],
  );
  const where = source === "gateway" ? "counted at the gateway" : "counted by vLLM";
  const number = ({ failed }: Sides["stable"]): string => failed.of.toLocaleString("en-US");
  return `${number(stable)} requests to stable, ${number(canary)} to canary, ${where}, in the last ${minutes} min\n${table}`;
}

function whyText(
  verdict: Row["verdict"],
  needed: number | undefined,
  why: string | undefined,
  stable: number | undefined,
  canary: number | undefined,
): string {
  if (why !== undefined) return why;
  if (verdict !== "open") return "";
  if (needed !== undefined) return `about ${needed.toLocaleString("en-US")} more requests`;
  if (canary === undefined) return "the canary has had none";
  return stable === undefined
    ? "the stable release has had none"
    : "worse so far; more requests would tell whether it is beyond";
}

function valueText(value: number | undefined, unit: Row["unit"]): string {
  if (value === undefined) return "none";
  if (unit === "%") return `${value.toFixed(2)} %`;
  return `${value.toPrecision(3)} ${unit}`;
}

/** Everything that a command has found and done. */
export function reportText(report: Report): string {
  const { rollout, replicas, comparison, evaluation, step, diff, warnings = [], refused = [], isWritten } = report;
  const { model, stage, hasGateway, loaded } = rollout;
  const parts = [`${pc.bold(model.name)} in stack ${loaded.file.stack}: ${stageText(stage)}`];
  // A step without replicas is the way back, which asks nobody.
  if (replicas !== undefined) parts.push(releasesText(model, replicas));
  if (comparison !== undefined) {
    if ("why" in comparison) parts.push(pc.yellow(`comparison: ${printable(comparison.why)}`));
    else parts.push(comparisonText(comparison.value.rows, comparison.value.sides, comparison.value.minutes));
  } else if (step === undefined && onItsWay(stage) !== undefined && !hasGateway) {
    parts.push(pc.yellow("comparison: none, since there is no vllm:gateway and so no request to compare"));
  }
  if (evaluation !== undefined) {
    const said = evaluation.output === "" ? [] : [printableLines(evaluation.output)];
    parts.push([`evaluation: ${evaluation.isGood ? pc.green("good") : pc.red(evaluation.ended)}`, ...said].join("\n"));
  }
  if (step === undefined) return parts.join("\n\n");
  const isRefused = refused.length > 0 && isWritten !== true;
  parts.push(
    [
      `step: ${step.text}`,
      ...(step.skipped ?? []).map((why) => pc.dim(`left out: ${why}`)),
      ...warnings.map((message) => pc.yellow(`warning: ${printable(message)}`)),
    ].join("\n"),
  );
  parts.push(printableLines(diff!));
  if (refused.length > 0)
    parts.push(refused.map((why) => pc.red(`${isRefused ? "refused" : "forced"}: ${why}`)).join("\n"));
  parts.push(endText(report, isRefused));
  return parts.join("\n\n");
}

function endText({ isWritten, rollout }: Report, isRefused: boolean): string {
  const { file, stack } = rollout.loaded.file;
  const name = basename(file);
  if (isRefused) return `${name} is unchanged. --force --reason "<why>" takes the step against this.`;
  if (isWritten !== true) return `${name} is unchanged (--dry-run).`;
  return `${name} is changed, and nothing is applied: commit it, have it reviewed, then pulumi up --stack ${stack}.`;
}
