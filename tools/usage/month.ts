/** A month in UTC, as the usage report takes it. */
import { error, quote } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";

export interface Month {
  /** Such as 2026-10. */
  name: string;
  start: Date;
  /** The end of the month, or now. */
  end: Date;
}

/** @throws BadInput for a text that names no month, or one that has not begun */
export function monthOf(text: string, now: Date): Month {
  const [, year, month] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text) ?? [];
  if (year === undefined || month === undefined) {
    throw new BadInput([error("--month", `${quote(text)} is no month: use a form such as 2026-10`)]);
  }
  const start = new Date(Date.UTC(Number(year), Number(month) - 1, 1));
  if (start >= now) throw new BadInput([error("--month", `${quote(text)} has not begun: use one that has`)]);
  const next = new Date(Date.UTC(Number(year), Number(month), 1));
  return { name: text, start, end: next < now ? next : now };
}

/** The month that was last whole. */
export function lastMonth(now: Date): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1)).toISOString().slice(0, 7);
}
