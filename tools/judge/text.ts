/** A report for a terminal. */
import { printableData } from "../../components/config/printable.js";
import { counted } from "../../components/config/problems.js";
import { colours as pc } from "../colours.js";
import { exceptionsLine } from "../exceptions.js";
import { fittingTable } from "../preview/table.js";
import type { JudgeReport } from "./report.js";

/** @param levels name of the file of levels; @param width columns of the terminal */
export function judgeText(given: JudgeReport, levels: string | undefined, width: number): string {
  // Names and messages quote what others wrote.
  const { violations, notJudged, exceptions, resources } = printableData(given);
  const mandatory = violations.filter(({ level }) => level === "mandatory").length;
  const broken =
    violations.length === 0
      ? pc.green("no rule is broken")
      : `${mandatory} mandatory and ${counted(violations.length - mandatory, "advisory violation")}`;
  const sections = [
    `${counted(resources, "resource")}: ${broken} ${pc.dim(`(${levels ?? "each rule's own levels"})`)}`,
  ];
  if (violations.length > 0) {
    const rows = violations.map(({ rule, level, resource, message, fix }) => {
      return [level === "mandatory" ? pc.red(level) : pc.yellow(level), rule, resource, message, fix];
    });
    sections.push(fittingTable(["LEVEL", "RULE", "RESOURCE", "MESSAGE", "FIX"], rows, { right: [], title: 3, width }));
  }
  if (notJudged.length > 0) {
    const rows = notJudged.map(({ rule, resource, reason }) => [rule, resource, reason]);
    const table = fittingTable(["RULE", "RESOURCE", "WHY"], rows, { right: [], title: 2, width });
    sections.push(`${pc.yellow("Not judged")}\n${table}`);
  }
  const line = exceptionsLine(exceptions);
  return [...sections, ...(line === undefined ? [] : [line])].join("\n\n");
}
