/** The usage report for people and for programs. */
import { printable } from "../../components/config/printable.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "../preview/table.js";
import type { Report, Usage } from "./gather.js";

const HEAD = [
  "TENANT",
  "MODEL",
  "RELEASE",
  "REQUESTS",
  "ERRORS",
  "REFUSED",
  "TOKENS IN",
  "TOKENS OUT",
  "USD",
  "P95 FIRST TOKEN",
];
const COLUMNS = ["tenant", "model", "release", "requests", "errors", "refused", "inputTokens", "outputTokens", "usd", "p95FirstTokenSeconds"] as const; // prettier-ignore

function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function rowOf(usage: Omit<Usage, "p95FirstTokenSeconds"> & { p95FirstTokenSeconds?: number }): string[] {
  const { requests, errors, refused, inputTokens, outputTokens, usd, p95FirstTokenSeconds: p95 } = usage;
  return [
    ...[usage.tenant === "" ? "(no key)" : usage.tenant, usage.model, usage.release].map(printable),
    ...[requests, errors, refused, inputTokens, outputTokens].map(whole),
    usd.toFixed(2),
    p95 === undefined ? "" : `${p95.toFixed(2)} s`,
  ];
}

function totalOf(usage: readonly Usage[]): Usage {
  const sum = (key: "requests" | "errors" | "refused" | "inputTokens" | "outputTokens" | "usd"): number =>
    usage.reduce((all, row) => all + row[key], 0);
  return {
    ...{ tenant: "all", model: "", release: "" },
    ...{ requests: sum("requests"), errors: sum("errors"), refused: sum("refused") },
    ...{ inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens"), usd: sum("usd") },
  };
}

/** How much of the month the figures are of. */
export function coverage({ hours, coveredHours }: Report): string {
  const days = (count: number): string => (count / 24).toFixed(1).replace(/\.0$/, "");
  const text = `Prometheus has data of ${days(coveredHours)} of ${days(hours)} days`;
  return coveredHours < hours ? `${text}: the rest is not in these figures` : text;
}

/** @param width columns of the terminal */
export function usageText(report: Report, width: number): string {
  const { usage, month, stack } = report;
  const note = coverage(report);
  const lines = [
    pc.bold(`${printable(stack)}  ${month}`),
    usage.length === 0
      ? "no requests"
      : fittingTable(HEAD, [...usage, ...(usage.length > 1 ? [totalOf(usage)] : [])].map(rowOf), {
          right: [3, 4, 5, 6, 7, 8, 9],
          title: 3,
          width,
        }),
    "",
    report.coveredHours < report.hours ? pc.yellow(note) : pc.dim(note),
  ];
  return lines.join("\n");
}

function csvCell(value: string): string {
  return /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** A line of names, and one a row; numbers as they are. */
export function usageCsv({ usage, month, stack }: Report): string {
  const rows = usage.map((row) => [month, stack, ...COLUMNS.map((column) => String(row[column] ?? ""))]);
  return [["month", "stack", ...COLUMNS], ...rows].map((cells) => cells.map(csvCell).join(",")).join("\n");
}
