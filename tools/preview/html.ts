/** The preview as one page for people who would rather look than read: no script, nothing from the network. */
import { stripVTControlCharacters } from "node:util";
import { counted, formatProblem } from "../../components/config/problems.js";
import { exceptionsLine } from "../exceptions.js";
import { type StackDiff, diffText } from "./diff.js";
import { html } from "./escape.js";
import { STYLE } from "./htmlStyle.js";
import type { GpuMemory, ReleaseReport, StackReport } from "./report.js";
import { costRange, usd } from "./money.js";
import { perMillion, replicaCounts, type TokensReport } from "./tokens.js";
import { hourAndMonth, oneDigit, unpriced } from "./text.js";

/** Nothing may be loaded or run, whatever a text of a config becomes. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** @param diffs what changes, a stack each */
export function previewPage(reports: readonly StackReport[], diffs: readonly StackDiff[] | undefined): string {
  const names = reports.map(({ stack }) => stack).join(", ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Preview of ${html(names)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${reports.map((report, index) => stackSection(report, diffs?.[index])).join("\n")}
<footer>${html(reports[0]?.note ?? "")} Memory is estimated; prices are on demand, us-east-1.</footer>
</main>
</body>
</html>
`;
}

function stackSection(report: StackReport, diff: StackDiff | undefined): string {
  const left = unpriced(report.releases);
  const exceptions = exceptionsLine(report.exceptions);
  const most = Math.max(...report.releases.map(({ hourlyUsd }) => hourlyUsd?.maxUsd ?? 0), 0);
  return `<section class="stack">
<header><h1>${html(report.stack)}</h1>${verdict(report)}</header>
<dl class="totals">
${fact("Models", hourAndMonth(report.hourlyUsd))}
${report.cluster === undefined ? "" : fact("Cluster, GPU nodes included", hourAndMonth(report.cluster.hourlyUsd))}
${fact("Releases", String(report.releases.length))}
</dl>
${left === undefined ? "" : `<p>${html(left)}</p>`}
${diff === undefined ? "" : changes(diff)}
${violations(report)}
${exceptions === undefined ? "" : `<p>${html(exceptions)}</p>`}
<h2>Models</h2>
<p class="scale">Bars: one GPU's memory, in GiB; and what the replicas cost, from $0 to ${usd(most)} an hour.</p>
<div class="cards">
${report.releases.map((release) => card(release, most)).join("\n")}
</div>
${listed("Warnings", report.warnings.map(formatProblem))}
</section>`;
}

function fact(name: string, value: string): string {
  return `<div><dt>${html(name)}</dt><dd>${html(value)}</dd></div>`;
}

function verdict({ violations }: StackReport): string {
  const mandatory = violations.filter(({ level }) => level === "mandatory").length;
  if (mandatory > 0)
    return `<p class="verdict bad">✕ ${counted(mandatory, "mandatory policy", "mandatory policies")} broken</p>`;
  return `<p class="verdict good">✓ No mandatory policy broken</p>`;
}

function violations({ violations }: StackReport): string {
  if (violations.length === 0) return "";
  const items = violations.map(
    ({ rule, level, resource, message }) =>
      `<li class="${level === "mandatory" ? "bad" : "advice"}"><b>${html(level)}</b> ${html(rule)} <code>${html(resource)}</code><br>${html(message)}</li>`,
  );
  return `<h2>Policies</h2>\n<ul class="violations">${items.join("\n")}</ul>`;
}

function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return `<h2>${title}</h2>\n<ul>${lines.map((line) => `<li>${html(line)}</li>`).join("\n")}</ul>`;
}

function changes(diff: StackDiff): string {
  const [, ...lines] = stripVTControlCharacters(diffText(diff)).split("\n");
  const items = lines.map((line) => `<li class="${kindOf(line)}">${html(line.trim())}</li>`);
  return `<h2>What changes</h2>\n<ul class="changes">${items.join("\n")}</ul>`;
}

/** By the sign that a line begins with, and how deep it stands. */
function kindOf(line: string): string {
  if (line.startsWith("  +")) return "added";
  if (line.startsWith("  −")) return "removed";
  return line.startsWith("      ") ? "detail" : "changed";
}

/** The parts of a GPU's memory, in the order of the bar. */
const PARTS = [
  { key: "weights", name: "Weights", of: ({ weightsGiB }: GpuMemory) => weightsGiB },
  { key: "overhead", name: "Overhead", of: ({ overheadGiB }: GpuMemory) => overheadGiB },
  { key: "cache", name: "KV cache", of: ({ kvCacheGiB }: GpuMemory) => kvCacheGiB },
  { key: "free", name: "Not used", of: ({ freeGiB }: GpuMemory) => freeGiB },
] as const;

const percent = (part: number, whole: number): string =>
  whole > 0 ? ((100 * Math.max(0, part)) / whole).toFixed(2) : "0";

function card(release: ReleaseReport, mostUsd: number): string {
  const { fit, gpu, replicas, hourlyUsd } = release;
  const name = `${release.model}-${release.release}`;
  const counts =
    replicas.min === replicas.max ? counted(replicas.min, "replica") : `${replicas.min} to ${replicas.max} replicas`;
  return `<article${release.routed ? "" : ' class="unrouted"'}>
<h3>${html(name)} <small>${html(release.class)}${release.routed ? "" : ", not routed"}</small></h3>
<p class="model">${html(release.weights)} <code>${html(release.revision.slice(0, 8))}</code></p>
<p class="where">${html(`${gpu.count} × ${gpu.type}, ${fit.perGpu.memoryGiB} GiB each`)}</p>
${memoryBar(name, fit.perGpu)}
<dl>
<div><dt>Context</dt><dd>${html(`${release.context.toLocaleString("en-US")} tokens, ${oneDigit(fit.fullLengthRequests)} such requests at once`)}</dd></div>
<div><dt>Replicas</dt><dd>${html(counts)}</dd></div>
<div><dt>An hour</dt><dd>${html(costRange(hourlyUsd))}${hourlyUsd === undefined ? "" : costBar(hourlyUsd.minUsd, hourlyUsd.maxUsd, mostUsd)}</dd></div>
${tokenFacts(release.tokens)}</dl>
</article>`;
}

/** At the load that the model states. */
function tokenFacts(tokens: TokensReport | undefined): string {
  if (tokens === undefined) return "";
  const { inputTokensPerSecond, outputTokensPerSecond, perMillionUsd } = tokens;
  const costs = [
    perMillionUsd.input && `${perMillion(perMillionUsd.input)} input`,
    perMillionUsd.output && `${perMillion(perMillionUsd.output)} output`,
  ].filter((cost) => cost !== undefined);
  const count = (value: number): string => value.toLocaleString("en-US");
  const load = `${count(inputTokensPerSecond)} in and ${count(outputTokensPerSecond)} out a second`;
  const at = `at ${load}, ${replicaCounts(tokens)} replicas`;
  return `<div><dt>A million tokens</dt><dd>${html(costs.join(", "))} <small>${html(at)}</small></dd></div>\n`;
}

function memoryBar(name: string, memory: GpuMemory): string {
  const told = PARTS.map((part) => `${part.name} ${part.of(memory).toFixed(1)} GiB`);
  const bars = PARTS.map(
    (part) => `<i class="${part.key}" style="width:${percent(part.of(memory), memory.memoryGiB)}%"></i>`,
  );
  const numbers = PARTS.map(
    (part) => `<li><i class="${part.key}"></i>${part.name} <b>${part.of(memory).toFixed(1)}</b></li>`,
  );
  return `<div class="bar" role="img" aria-label="${html(`One GPU of ${name}: ${told.join(", ")}`)}">${bars.join("")}</div>
<ul class="numbers">${numbers.join("")}</ul>`;
}

/** From the least to the most, on the scale of the dearest release. */
function costBar(min: number, max: number, most: number): string {
  return `<span class="range" aria-hidden="true"><i style="margin-left:${percent(min, most)}%;width:max(4px,${percent(max - min, most)}%)"></i></span>`;
}
