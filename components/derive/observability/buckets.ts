/** Edges of a release's histograms. */
import { type BucketFamily, BUCKETS, CUSTOM_BUCKETS } from "../../facts/vllm/histogramBuckets.js";
import { decoded, objectOf } from "../../facts/vllm/jsonValues.js";
import { isBefore } from "../../facts/vllm/version.js";
import type { RuntimePlan } from "../plan.js";

type Release = Pick<RuntimePlan, "flags" | "vllmVersion">;

function isList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((edge) => typeof edge === "number");
}

/** Upper edges in seconds, lowest first: those of the release's flag, else vLLM's own; none where the flag states no list of numbers. */
export function edgesOf({ flags }: Pick<Release, "flags">, family: BucketFamily): readonly number[] {
  const own = objectOf(decoded(flags[CUSTOM_BUCKETS.flag]?.value))[family];
  if (own === undefined) return BUCKETS[family];
  return isList(own) ? own : [];
}

/** Whether the release's vLLM takes edges by flag; of an unknown version nobody can tell. */
export function takesEdges({ vllmVersion }: Pick<Release, "vllmVersion">): boolean {
  return vllmVersion !== undefined && !isBefore(vllmVersion, CUSTOM_BUCKETS.since);
}

/** The value of the flag that adds an edge to a release's, keeping whatever else it states. */
export function withEdge(release: Pick<Release, "flags">, family: BucketFamily, edge: number): Record<string, unknown> {
  const stated = objectOf(decoded(release.flags[CUSTOM_BUCKETS.flag]?.value));
  return { ...stated, [family]: [...edgesOf(release, family), edge].toSorted((a, b) => a - b) };
}

/**
 * An edge as the label `le` has it: Python's text of a float, which Prometheus gives all edges since its version 3. Source:
 * `floatToGoString` of prometheus_client/utils.py, read 2026-11-26.
 */
export function leOf(seconds: number): string {
  const [digits, exponent] = seconds.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power >= 6 || power < -4) return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
}
