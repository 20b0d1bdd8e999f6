/** The preview as text. */
import { HOURS_A_MONTH } from "../../components/facts/prices/aws.js";
import type { CostRange } from "../../components/derive/nodes/cost.js";
import { printable, printableData } from "../../components/config/printable.js";
import { counted, formatProblem } from "../../components/config/problems.js";
import type { CollectedResource } from "../collect.js";
import { exceptionsLine } from "../exceptions.js";
import type { Violation } from "../policyRunner.js";
import { batchLines } from "./batches.js";
import { coldStartLines } from "./coldStart.js";
import type { MadeByComponent } from "./eksComponent.js";
import { costRange } from "./money.js";
import type { ReleaseReport, StackReport } from "./report.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "./table.js";
import { tokenLines } from "./tokens.js";

/** `kubernetes:apps/v1:Deployment` as `apps/v1 Deployment`, `aws:ec2/subnet:Subnet` as `aws ec2 Subnet`. */
function shortType(type: string): string {
  const [provider, module, kind] = type.split(":");
  if (type.startsWith("pulumi:providers:")) return `provider ${kind}`;
  if (provider === "pulumi-vllm" || provider === "pulumi") return kind!;
  if (provider === "kubernetes") return `${module} ${kind}`;
  const group = module!.split("/")[0]!;
  return [provider, ...(group === "index" ? [] : [group]), kind].join(" ");
}

function tree(resources: readonly CollectedResource[], components: readonly MadeByComponent[]): string[] {
  const children = new Map<string | undefined, CollectedResource[]>();
  for (const resource of resources) {
    const siblings = children.get(resource.parent);
    if (siblings === undefined) children.set(resource.parent, [resource]);
    else siblings.push(resource);
  }
  const lines: string[] = [];
  const walk = (parent: string | undefined, indent: string): void => {
    const siblings = [...(children.get(parent) ?? [])].sort(
      (a, b) =>
        Number(a.custom) - Number(b.custom) || (a.type < b.type ? -1 : a.type > b.type ? 1 : a.name < b.name ? -1 : 1),
    );
    siblings.forEach((resource, index) => {
      const last = index === siblings.length - 1;
      const branch = parent === undefined ? "" : last ? "└─ " : "├─ ";
      const secret = resource.secret ? pc.dim(" (secret values not shown)") : "";
      lines.push(`${indent}${branch}${pc.dim(shortType(resource.type))} ${resource.name}${secret}`);
      const inner = parent === undefined ? "" : indent + (last ? "   " : "│  ");
      for (const { by, resources: made } of components.filter(({ component }) => component === resource.urn)) {
        lines.push(`${inner}${pc.dim(`${by} makes here:`)}`);
        for (const { type, name } of made) lines.push(`${inner}   ${pc.dim(shortType(type))} ${name}`);
      }
      walk(resource.urn, inner);
    });
  };
  walk(undefined, "");
  return lines;
}

/** Rounded down: what almost fits does not. */
export function oneDigit(value: number): string {
  return String(Math.floor(value * 10) / 10);
}

function modelRow(release: ReleaseReport): string[] {
  const { fit, replicas } = release;
  return [
    release.model,
    release.release + (release.routed ? " ◀" : ""),
    release.class,
    `${release.weights}@${release.revision.slice(0, 8)}`,
    `${release.gpu.count} × ${release.gpu.type}`,
    `${fit.perGpu.weightsGiB.toFixed(1)} + ${fit.perGpu.kvCacheGiB.toFixed(1)}`,
    `${release.context} × ${oneDigit(fit.fullLengthRequests)}`,
    replicas.min === replicas.max ? String(replicas.min) : `${replicas.min}–${replicas.max}`,
    costRange(release.hourlyUsd),
  ];
}

function contractLines(release: ReleaseReport): string[] {
  const reasons = Object.entries(release.reasons).map(([name, reason]) => `    ${name}: ${pc.dim(reason)}`);
  return [
    `  ${pc.bold(`${release.model}-${release.release}`)} ${pc.dim(`contract ${release.contractHash}`)}`,
    `    ${release.image}`,
    `    vllm serve ${release.arguments.join(" ")}`,
    ...reasons,
  ];
}

function violationLines(violations: readonly Violation[]): string[] {
  return violations.flatMap(({ rule, level, resource, message }) => {
    const mark = level === "mandatory" ? pc.red("mandatory") : pc.yellow("advisory");
    return [`  ${mark} ${pc.bold(rule)} ${resource}`, `    ${message}`];
  });
}

function violationTitle(report: StackReport): string {
  const mandatory = report.violations.filter(({ level }) => level === "mandatory").length;
  const advisory = report.violations.length - mandatory;
  const levels = report.policyConfig === undefined ? "each rule's own levels" : report.policyConfig;
  if (report.violations.length === 0) return `${pc.green("Policies: none broken")} ${pc.dim(`(${levels})`)}`;
  return `${pc.bold("Policies")}: ${mandatory} mandatory and ${counted(advisory, "advisory violation")} ${pc.dim(`(${levels})`)}`;
}

export function hourAndMonth(hourly: CostRange): string {
  const month = (value: number): string => `$${Math.round(value * HOURS_A_MONTH).toLocaleString("en-US")}`;
  const { minUsd, maxUsd } = hourly;
  const monthly = minUsd === maxUsd ? month(minUsd) : `${month(minUsd)}–${month(maxUsd)}`;
  return `${costRange(hourly)} an hour, ${monthly} a month`;
}

/** Releases that the sum leaves out. */
export function unpriced(releases: readonly ReleaseReport[]): string | undefined {
  const names = releases
    .filter(({ hourlyUsd }) => hourlyUsd === undefined)
    .map(({ model, release }) => `${model}-${release}`);
  return names.length === 0 ? undefined : `Price of the machines unknown, not counted: ${names.join(", ")}`;
}

function clusterLines({ items, hourlyUsd, unpriced }: NonNullable<StackReport["cluster"]>, width: number): string[] {
  return [
    pc.bold("Cluster") +
      pc.dim("  the models' cost is a share of its GPU nodes; $ on demand, us-east-1, without traffic"),
    fittingTable(
      ["ITEM", "COUNT", "$/HOUR", ""],
      items.map((item) => [item.item, item.count, costRange(item), item.basis ?? ""]),
      { right: [1, 2], title: 1, width },
    ),
    `Whole cluster: ${hourAndMonth(hourlyUsd)}`,
    ...(unpriced.length === 0 ? [] : [pc.yellow(`Without a price, not counted: ${unpriced.join(", ")}`)]),
  ];
}

/** The parts of a report that are printed, with every text on one line and without invisible characters. */
export function printableReport(report: StackReport): StackReport {
  const { resources, ...rest } = report;
  return {
    ...printableData(rest),
    // Inputs are not printed, and are most of a report.
    resources: resources.map((resource) => ({ ...resource, name: printable(resource.name) })),
  };
}

/** Everything of one stack. @param width columns of the terminal, which tables keep to @default as wide as they are */
export function stackText(given: StackReport, width = Infinity): string {
  const report = printableReport(given);
  const custom = report.resources.filter(({ custom }) => custom).length;
  const left = unpriced(report.releases);
  const exceptions = exceptionsLine(report.exceptions);
  const tokens = tokenLines(report.releases, width);
  const sections = [
    [pc.bold(`Stack ${report.stack}`), pc.dim(report.note)],
    [
      pc.bold(`Resources (${custom}, in ${report.resources.length - custom} components)`),
      ...tree(report.resources, report.components),
    ],
    [pc.bold("Contracts"), ...report.releases.flatMap(contractLines)],
    coldStartLines(report.releases, width),
    [
      pc.bold("Models") + pc.dim("  ◀ routed; GiB a GPU: weights + KV cache, estimated; $ on demand, us-east-1"),
      fittingTable(
        ["MODEL", "RELEASE", "CLASS", "WEIGHTS", "GPU", "GIB A GPU", "CONTEXT × FITS", "REPLICAS", "$/HOUR"],
        report.releases.map(modelRow),
        { right: [5, 6, 7, 8], title: 2, width },
      ),
      `All models: ${hourAndMonth(report.hourlyUsd)}`,
      ...(left === undefined ? [] : [pc.yellow(left)]),
    ],
    ...(tokens.length === 0 ? [] : [tokens]),
    ...(report.batches.length === 0 ? [] : [batchLines(report.batches, width)]),
    ...(report.cluster === undefined ? [] : [clusterLines(report.cluster, width)]),
    ...(report.warnings.length === 0
      ? []
      : [[pc.bold("Warnings"), ...report.warnings.map((problem) => `  ${pc.yellow(formatProblem(problem))}`)]]),
    [violationTitle(report), ...violationLines(report.violations), ...(exceptions === undefined ? [] : [exceptions])],
  ];
  return sections.map((lines) => lines.join("\n")).join("\n\n");
}
