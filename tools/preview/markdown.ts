/** The preview as a comment on a pull request. */
import { stripVTControlCharacters } from "node:util";
import { counted, formatProblem } from "../../components/config/problems.js";
import { wakeLine } from "./coldStart.js";
import { exceptionsLine } from "../exceptions.js";
import { type StackDiff, diffText } from "./diff.js";
import { html, markdown } from "./escape.js";
import type { ReleaseReport, StackReport } from "./report.js";
import { costRange } from "./money.js";
import { tokenCells } from "./tokens.js";
import { hourAndMonth, oneDigit, stackText, unpriced } from "./text.js";

/** First line of a comment: whoever comes again updates the comment that has it. */
export const MARKER = "<!-- pulumi-vllm preview -->";
/** GitHub takes 65,536 characters of a comment (its API answers 422 for more); the rest is room for a heading of the workflow's. */
const MOST_CHARACTERS = 60_000;

/** All stacks, each with its table, and the rest to unfold; what has no room is counted. */
export function previewMarkdown(reports: readonly StackReport[], diffs: readonly StackDiff[] | undefined): string {
  const each = Math.floor((MOST_CHARACTERS - MARKER.length) / reports.length);
  return [MARKER, ...reports.map((report, index) => stackMarkdown(report, diffs?.[index], each))].join("\n\n");
}

function stackMarkdown(report: StackReport, diff: StackDiff | undefined, room: number): string {
  const mandatory = report.violations.filter(({ level }) => level === "mandatory").length;
  const verdict =
    mandatory > 0
      ? `❌ ${counted(mandatory, "mandatory policy", "mandatory policies")} broken`
      : "✅ no mandatory policy broken";
  const summary = [`### Stack ${markdown(report.stack)}: ${verdict}`, "", `Models: ${hourAndMonth(report.hourlyUsd)}`];
  const left = unpriced(report.releases);
  if (left !== undefined) summary.push("", markdown(left));
  if (report.cluster !== undefined) summary.push("", `Cluster: ${hourAndMonth(report.cluster.hourlyUsd)}`);
  for (const line of report.releases.flatMap(wakeLine)) summary.push("", markdown(line));
  const exceptions = exceptionsLine(report.exceptions);
  if (exceptions !== undefined) summary.push("", exceptions);
  const parts: Part[] = [
    { open: [...summary, "", ...HEAD].join("\n"), lines: report.releases.map(row), close: "" },
    ...tokenTable(report.releases),
    ...(diff === undefined ? [] : [folded("What changes", plainLines(diffText(diff)))]),
    ...foldedIf(
      counted(report.violations.length, "violation"),
      report.violations.map(({ rule, level, resource, message }) => `${level} ${rule} ${resource}: ${message}`),
    ),
    ...foldedIf(counted(report.warnings.length, "warning"), report.warnings.map(formatProblem)),
    folded("Resources and contracts", plainLines(stackText(report))),
  ];
  return fitted(parts, room);
}

const HEAD = [
  "| Release | Class | GPU | GiB a GPU: weights + KV cache | Context × fits | Replicas | $ an hour |",
  "| --- | --- | --- | ---: | ---: | ---: | ---: |",
];

function row({
  model,
  release,
  routed,
  class: trafficClass,
  gpu,
  fit,
  context,
  replicas,
  hourlyUsd,
}: ReleaseReport): string {
  const cells = [
    markdown(`${model}-${release}`) + (routed ? " routed" : ""),
    trafficClass,
    `${gpu.count} × ${markdown(gpu.type)}`,
    `${fit.perGpu.weightsGiB.toFixed(1)} + ${fit.perGpu.kvCacheGiB.toFixed(1)}`,
    `${context} × ${oneDigit(fit.fullLengthRequests)}`,
    replicas.min === replicas.max ? String(replicas.min) : `${replicas.min}–${replicas.max}`,
    costRange(hourlyUsd),
  ];
  return `| ${cells.join(" | ")} |`;
}

const TOKENS_HEAD = [
  "| Release | Input tokens a second | Output tokens a second | Replicas | $ a million input | $ a million output |",
  "| --- | ---: | ---: | ---: | ---: | ---: |",
];

/** Of models that state their load. */
function tokenTable(releases: readonly ReleaseReport[]): Part[] {
  const rows = releases.flatMap(({ model, release, tokens }) =>
    tokens === undefined ? [] : [`| ${[markdown(`${model}-${release}`), ...tokenCells(tokens)].join(" | ")} |`],
  );
  return rows.length === 0 ? [] : [{ open: TOKENS_HEAD.join("\n"), lines: rows, close: "" }];
}

/** Lines between an opening and a closing text. */
interface Part {
  open: string;
  lines: string[];
  close: string;
}

/** Lines to unfold, as they are: in `pre`, which ends at its end tag alone. */
function folded(title: string, lines: readonly string[]): Part {
  return {
    open: `<details><summary>${title}</summary>\n\n<pre>`,
    lines: lines.map(html),
    close: "</pre>\n\n</details>",
  };
}

function foldedIf(title: string, lines: readonly string[]): Part[] {
  return lines.length === 0 ? [] : [folded(title, lines)];
}

function plainLines(text: string): string[] {
  return stripVTControlCharacters(text).split("\n");
}

/** The parts within so many characters: the first ones whole, of the rest as many lines as there is room for. */
function fitted(parts: readonly Part[], room: number): string {
  const frames = parts.reduce((sum, { open, close }) => sum + open.length + close.length + MORE, 0);
  let left = room - frames;
  const texts = parts.map(({ open, lines, close }) => {
    const shown: string[] = [];
    for (const line of lines) {
      if (line.length + 1 > left) break;
      left -= line.length + 1;
      shown.push(line);
    }
    const rest = lines.length - shown.length;
    return [
      open,
      ...shown,
      ...(rest > 0 ? [`… and ${counted(rest, "more line")}`] : []),
      ...(close === "" ? [] : [close]),
    ].join("\n");
  });
  return texts.join("\n\n");
}

/** Room for what is said of lines that are left out, and for line ends. */
const MORE = 40;
