/** Results of checks as text. */
import { printable } from "../../components/config/printable.js";
import { counted } from "../../components/config/problems.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "../preview/table.js";
import { CHECKS, type CheckName, type Result, type Status } from "./check.js";

const WORDS: Readonly<Record<Status, string>> = {
  pass: pc.green("pass"),
  fail: pc.red("FAIL"),
  skip: pc.yellow("skip"),
};
const ORDER = Object.keys(CHECKS) as CheckName[];

/** How many have which status. */
export function counts(results: readonly Result[]): Record<Status, number> {
  const many = (status: Status): number => results.filter((result) => result.status === status).length;
  return { pass: many("pass"), fail: many("fail"), skip: many("skip") };
}

interface Layout {
  /** Columns of the terminal. */
  width: number;
  /** Leaves out what passes. */
  quiet: boolean;
}

/** @param results printable ones */
export function resultsText(
  stack: string,
  where: string,
  results: readonly Result[],
  { width, quiet }: Layout,
): string {
  const subjects = [...new Set(results.map(({ subject }) => subject))];
  const shown = subjects
    .flatMap((subject) => results.filter((result) => result.subject === subject).sort(byCheck))
    .filter(({ status }) => !quiet || status !== "pass");
  const rows = shown.map(({ name, subject, status, found }) => [WORDS[status], subject, name, found]);
  const failed = shown.filter(({ status }) => status === "fail");
  return [
    pc.bold(printable(stack)) + pc.dim(printable(`  ${where}`)),
    ...(rows.length === 0 ? [] : [fittingTable(["", "OF", "CHECK", "FOUND"], rows, { right: [], title: 3, width })]),
    ...(failed.length === 0 ? [] : ["", pc.bold("To look further:")]),
    ...failed.map(({ subject, name, next }) => `  ${subject} ${name}: ${next}`),
    "",
    summary(results),
  ].join("\n");
}

function byCheck(one: Result, other: Result): number {
  return ORDER.indexOf(one.name) - ORDER.indexOf(other.name);
}

function summary(results: readonly Result[]): string {
  const { pass, fail, skip } = counts(results);
  const text = `${counted(results.length, "check")}: ${pass} passed, ${fail} failed, ${skip} skipped`;
  if (pass === 0 && fail === 0) return pc.red(`${text}: nothing could be verified`);
  return fail > 0 ? pc.red(text) : pc.green(text);
}
