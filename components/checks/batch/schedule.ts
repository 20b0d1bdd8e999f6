/** Schedules of cron as Kubernetes reads them. */
import { given, type Parts } from "../../config/parts.js";
import { error, type Problem, quote } from "../../config/problems.js";
import type { BatchConfig } from "../../contract/batch.js";

interface Field {
  name: string;
  least: number;
  most: number;
  /** Words for its numbers, the first for the least one. */
  words?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** In their order. Bounds: github.com/robfig/cron/v3 spec.go, which Kubernetes parses by; Sunday is 0 and not 7. Read 2026-11-26. */
const FIELDS: readonly Field[] = [
  { name: "minute", least: 0, most: 59 },
  { name: "hour", least: 0, most: 23 },
  { name: "day of the month", least: 1, most: 31 },
  { name: "month", least: 1, most: 12, words: MONTHS },
  { name: "day of the week", least: 0, most: 6, words: DAYS },
];

/** Names of the IANA database; Kubernetes reads them with their capitals. */
const ZONE = /^[A-Z][\w+-]*(\/[A-Z][\w+-]*)*$/;

/** @param path of the batch */
export function checkSchedule(
  { schedule, timeZone, suspend, input }: Pick<Parts<BatchConfig>, "schedule" | "timeZone" | "suspend" | "input">,
  path: string,
): Problem[] {
  return [
    ...given([schedule], (line) => (line === undefined ? [] : checkLine(line, `${path}.schedule`))),
    ...given([timeZone], (zone) => (zone === undefined ? [] : checkZone(zone, `${path}.timeZone`))),
    ...given([schedule, timeZone, suspend], (line, zone, rests) => {
      if (line !== undefined) return [];
      const unused = { timeZone: zone !== undefined, suspend: rests };
      return Object.entries(unused)
        .filter(([, isGiven]) => isGiven)
        .map(([key]) =>
          error(`${path}.${key}`, "is for a schedule, and there is none: leave it out, or give schedule"),
        );
    }),
    ...(schedule !== undefined && input === undefined
      ? [error(`${path}.input`, "is missing: a run that starts by schedule has nobody to give it one")]
      : []),
  ];
}

function checkLine(line: string, path: string): Problem[] {
  const form = "use five fields, such as 0 2 * * * for two o'clock every night";
  if (/^(CRON_)?TZ=/.test(line)) return [error(path, `${quote(line)} holds a time zone: give it as timeZone`)];
  const fields = line.trim().split(/\s+/);
  if (line.startsWith("@") || fields.length !== FIELDS.length)
    return [error(path, `${quote(line)} is not a line of cron: ${form}`)];
  return FIELDS.flatMap((field, index) => {
    const text = fields[index]!;
    if (text.split(",").every((part) => isRange(part, field))) return [];
    const { name, least, most } = field;
    return [
      error(
        path,
        `${quote(text)} is no ${name}: use *, numbers from ${least} to ${most}, a-b, */n, or a list of those`,
      ),
    ];
  });
}

function isRange(text: string, field: Field): boolean {
  const [range = "", step, ...more] = text.split("/");
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step))) return false;
  if (range === "*" || range === "?") return true;
  const ends = range.split("-").map((end) => numberOf(end, field));
  if (ends.length > 2 || ends.some((end) => end === undefined)) return false;
  return ends.length === 1 || ends[0]! <= ends[1]!;
}

function numberOf(text: string, { least, most, words = [] }: Field): number | undefined {
  const word = words.indexOf(text.toLowerCase());
  const value = word >= 0 ? least + word : /^\d+$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : undefined;
}

function checkZone(zone: string, path: string): Problem[] {
  if (ZONE.test(zone) && isZone(zone)) return [];
  return [error(path, `${quote(zone)} is no time zone: use a name such as Europe/Berlin or Etc/UTC`)];
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
