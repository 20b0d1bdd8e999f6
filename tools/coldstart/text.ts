/** Starts of replicas as text. */
import { printableData } from "../../components/config/printable.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "../preview/table.js";
import { PARTS } from "./parts.js";
import type { PodStart } from "./podStart.js";

/** `2 min 05 s`, `41.2 s`. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** @param width columns of the terminal, which tables keep to */
export function startsText(given: readonly PodStart[], width: number): string {
  return given.map((start) => startText(printableData(start), width)).join("\n\n");
}

function startText(start: PodStart, width: number): string {
  const { parts, totalSeconds } = start;
  const most = parts.find(({ part }) => part === start.longest?.part);
  const state = start.ready
    ? pc.green(`Ready after ${duration(totalSeconds)}`)
    : pc.yellow(`not Ready for ${duration(totalSeconds)}`);
  const rows = parts.map(({ part, seconds, from }) => [
    PARTS[part].title,
    duration(seconds),
    `${((100 * seconds) / totalSeconds).toFixed(0)} %`,
    from,
  ]);
  const answer =
    start.firstAnswerSeconds === undefined ? "not measured" : `${duration(start.firstAnswerSeconds)} after Ready`;
  return [
    `${pc.bold(start.pod)} ${state}`,
    pc.dim(
      `release ${start.release}, revision ${start.revision.slice(0, 8)}, ${start.node ?? "no node"}, created ${start.createdAt}`,
    ),
    ...(rows.length === 0
      ? []
      : [fittingTable(["PART", "TOOK", "SHARE", "FROM"], rows, { right: [1, 2], title: 1, width })]),
    ...(start.ready ? [`First answer: ${answer}`] : []),
    ...(most === undefined ? [] : [`Longest: ${PARTS[most.part].title}, ${duration(most.seconds)}${fix(start)}`]),
    ...start.notes.map((note) => pc.yellow(`note: ${note}`)),
  ].join("\n");
}

function fix({ longest }: PodStart): string {
  return longest?.lever === undefined ? "" : `: ${longest.lever}`;
}
