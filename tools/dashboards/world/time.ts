/** Series over time: what a simulated exporter would have answered. */
import type { Range } from "../prometheus.js";
import type { Series } from "../remoteWrite.js";

/** A number at each time, in seconds since the range began. */
export type OverTime = (seconds: number) => number;

/** Makes series over one range. */
export class Clock {
  readonly times: readonly number[];

  constructor(readonly range: Range) {
    const { start, end, step } = range;
    this.times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  }

  /** @param from when the series begins, in seconds since the range began @default with the range */
  gauge(name: string, labels: Record<string, string>, value: OverTime | number, from = 0): Series {
    const at = typeof value === "number" ? () => value : value;
    return {
      labels: { ...labels, __name__: name },
      samples: this.times
        .map((time) => [time * 1000, at(time - this.range.start), time - this.range.start] as const)
        .filter(([, , since]) => since >= from)
        .map(([time, sample]) => [time, sample]),
    };
  }

  /** A counter from its rate a second. */
  counter(name: string, labels: Record<string, string>, rate: OverTime, from = 0): Series {
    let total = 0;
    return this.gauge(name, labels, (since) => (total += Math.max(0, rate(since)) * this.range.step), from);
  }

  /** A histogram whose values are spread around a median; edges as the exporter writes them. */
  histogram(
    name: string,
    labels: Record<string, string>,
    edges: readonly string[],
    { rate, median }: { rate: OverTime; median: OverTime },
    from = 0,
  ): Series[] {
    // Log-logistic: a long tail, and a distribution that needs no table.
    const below = (edge: number, since: number): number => 1 / (1 + (median(since) / edge) ** SPREAD);
    return [...edges, "+Inf"].map((le) =>
      this.counter(
        `${name}_bucket`,
        { ...labels, le },
        (since) => rate(since) * (le === "+Inf" ? 1 : below(Number(le), since)),
        from,
      ),
    );
  }
}

/** The p99 is six times the median. */
const SPREAD = 2.6;

/** A day's load, faster: a slow wave with a small one on it. @param phase where it begins, 0 to 1 */
export function wave(middle: number, height: number, phase = 0, period = 7200): OverTime {
  const turn = 2 * Math.PI;
  return (since) =>
    middle +
    height * Math.sin(turn * (since / period + phase)) +
    height * 0.12 * Math.sin(turn * (since / 410 + phase * 3)) +
    height * 0.06 * Math.sin(turn * (since / 130 + phase * 5));
}
