/** Series in the notation of promtool's tests: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series */
import type { InputSeries } from "../../promtool.js";

/** A sample: a number, nothing scraped, or the mark that Prometheus writes when a target or a series is gone. */
export type Sample = number | "missing" | "gone";

/** Samples as text; runs that rise by the same step are one word, such as `0+5x100`. */
export function notation(samples: readonly Sample[]): string {
  const words: string[] = [];
  for (let at = 0; at < samples.length;) {
    const length = runFrom(samples, at);
    words.push(word(samples[at]!, samples[at + 1], length));
    at += length;
  }
  return words.join(" ");
}

/** How many samples from here on are one run. */
function runFrom(samples: readonly Sample[], at: number): number {
  const first = samples[at]!;
  const step = stepOf(first, samples[at + 1]);
  let end = at + 1;
  while (end < samples.length && continues(samples[end - 1]!, samples[end]!, step)) end += 1;
  return end - at;
}

function stepOf(first: Sample, second: Sample | undefined): number | undefined {
  return typeof first === "number" && typeof second === "number" ? rounded(second - first) : undefined;
}

function continues(before: Sample, sample: Sample, step: number | undefined): boolean {
  if (sample === "gone") return false;
  return step === undefined ? before === "missing" && sample === "missing" : stepOf(before, sample) === step;
}

function word(first: Sample, second: Sample | undefined, length: number): string {
  if (first === "gone") return "stale";
  if (first === "missing") return length === 1 ? "_" : `_x${length}`;
  const step = length === 1 ? undefined : stepOf(first, second);
  if (step === undefined) return String(first);
  return step < 0 ? `${first}-${-step}x${length - 1}` : `${first}+${step}x${length - 1}`;
}

/** Promtool adds up steps as they are written: more digits would only be noise. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** A series by its name, its labels and its samples. */
export function inputSeries(
  name: string,
  labels: Readonly<Record<string, string>>,
  samples: readonly Sample[],
): InputSeries {
  const matchers = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return { series: `${name}{${matchers.join(",")}}`, values: notation(samples) };
}
