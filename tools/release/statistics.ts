/** Whether a canary is worse than the stable release by more than a bound, and how many requests it takes to tell. */

/** What was counted: how many of how many. */
export interface Count {
  hits: number;
  of: number;
}

/** What a comparison says. */
export interface Judgement {
  verdict:
    | "within"
    | "beyond"
    /** Too few requests to tell. */
    | "open";
  /** Requests of the canary that are still needed, if both go on as they are; `undefined` where no number would do. */
  needed?: number;
}

/** The value that a standard normal variable stays below with this probability (Acklam's approximation, 1.15e-9). */
export function quantileOfNormal(probability: number): number {
  const a = [
    -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
    2.506628277459239,
  ];
  const b = [
    -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1,
  ];
  const c = [
    -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1];
  const polynomial = (parts: readonly number[], x: number): number => parts.reduce((sum, part) => sum * x + part, 0);
  if (probability < 0.02425) {
    const x = Math.sqrt(-2 * Math.log(probability));
    return polynomial(c, x) / polynomial(d, x);
  }
  if (probability > 1 - 0.02425) return -quantileOfNormal(1 - probability);
  const x = probability - 0.5;
  return (polynomial(a, x * x) * x) / polynomial(b, x * x);
}

/** Wilson's interval of a share: bounds that hold where a share is near 0, too. */
export function wilson({ hits, of }: Count, z: number): { lower: number; upper: number } {
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return { lower: Math.max(0, middle - half), upper: Math.min(1, middle + half) };
}

/**
 * Bounds of the difference of two shares, canary less stable, each of one side: Newcombe's hybrid score interval (Statistics in
 * Medicine 17, 1998, 873–890, method 10).
 */
export function differenceBounds(canary: Count, stable: Count, z: number): { lower: number; upper: number } {
  const [one, other] = [canary.hits / canary.of, stable.hits / stable.of];
  const [mine, theirs] = [wilson(canary, z), wilson(stable, z)];
  const difference = one - other;
  return {
    lower: difference - Math.hypot(one - mine.lower, theirs.upper - other),
    upper: difference + Math.hypot(mine.upper - one, other - theirs.lower),
  };
}

/** Beyond this nobody waits. */
const MOST_NEEDED = 10_000_000;

/**
 * How many more of the canary's requests bring a verdict, if all go on as they are.
 *
 * @param isTold whether `times` as many requests are enough
 */
function neededOf(requests: number, isTold: (times: number) => boolean): number | undefined {
  const most = Math.max(2, MOST_NEEDED / Math.max(1, requests));
  if (!isTold(most)) return undefined;
  let [low, high] = [1, most];
  for (let step = 0; step < 60; step += 1) {
    const middle = Math.sqrt(low * high);
    if (isTold(middle)) high = middle;
    else low = middle;
  }
  return Math.max(1, Math.ceil(requests * (high - 1)));
}

/**
 * Whether the canary's share is at most `margin` above the stable one's: within where the interval is below it, beyond where it is above.
 *
 * @param confidence of one side, such as 0.95
 */
export function judgeShares(canary: Count, stable: Count, margin: number, confidence: number): Judgement {
  if (canary.of === 0 || stable.of === 0) return { verdict: "open" };
  const z = quantileOfNormal(confidence);
  const times = ({ hits, of }: Count, factor: number): Count => ({ hits: hits * factor, of: of * factor });
  const at = (factor: number) => differenceBounds(times(canary, factor), times(stable, factor), z);
  const { lower, upper } = at(1);
  if (upper <= margin) return { verdict: "within" };
  if (lower > margin) return { verdict: "beyond" };
  const needed = neededOf(canary.of, (factor) => at(factor).upper <= margin);
  return { verdict: "open", ...(needed !== undefined && { needed }) };
}

/** A histogram: upper bounds of its buckets with the observations up to each; the last bound is infinite. */
export type Buckets = readonly (readonly [le: number, count: number])[];

function countOf(buckets: Buckets): number {
  return buckets.at(-1)?.[1] ?? 0;
}

/** As `histogram_quantile` has it: straight lines within buckets. `undefined` without observations. */
export function quantile(buckets: Buckets, share: number): number | undefined {
  const all = countOf(buckets);
  if (all === 0) return undefined;
  const rank = share * all;
  const index = buckets.findIndex(([, count]) => count >= rank);
  const [le, count] = buckets[index]!;
  const [from, before] = buckets[index - 1] ?? [0, 0];
  if (!Number.isFinite(le)) return from;
  return count === before ? le : from + ((le - from) * (rank - before)) / (count - before);
}

/** Share of the observations above a value, by the same straight lines; of the last bucket nobody knows more than that it is above. */
export function shareAbove(buckets: Buckets, value: number): number {
  const all = countOf(buckets);
  if (all === 0) return 0;
  const index = buckets.findIndex(([le]) => le >= value);
  const [le, count] = buckets[index]!;
  const [from, before] = buckets[index - 1] ?? [0, 0];
  const below = Number.isFinite(le) && le > from ? before + ((count - before) * (value - from)) / (le - from) : before;
  return 1 - below / all;
}

/**
 * Whether the canary's quantile is at most `ratio` times the stable one's: its share above that threshold is compared with the stable
 * one's share above its own quantile, as any two shares are.
 *
 * @param requests that the observations are of: what happens within a request, such as the times between its tokens, is no new evidence
 */
export function judgeQuantile(
  canary: Buckets,
  stable: Buckets,
  options: { share: number; ratio: number; confidence: number; requests: { canary: number; stable: number } },
): Judgement {
  const { share, ratio, confidence, requests } = options;
  const threshold = quantile(stable, share);
  if (threshold === undefined || countOf(canary) === 0) return { verdict: "open" };
  const of = (buckets: Buckets, asked: number): number => Math.min(countOf(buckets), asked);
  const [mine, theirs] = [of(canary, requests.canary), of(stable, requests.stable)];
  return judgeShares(
    { hits: shareAbove(canary, threshold * ratio) * mine, of: mine },
    { hits: (1 - share) * theirs, of: theirs },
    0,
    confidence,
  );
}

/** Mean of observations, and their variance as the buckets' middles have it. */
export interface Mean {
  sum: number;
  count: number;
  variance: number;
}

export function meanOf(sum: number, buckets: Buckets): Mean {
  const count = countOf(buckets);
  const mean = sum / count;
  const squares = buckets.reduce((all, [le, upTo], index) => {
    const [from, before] = buckets[index - 1] ?? [0, 0];
    const middle = Number.isFinite(le) ? (from + le) / 2 : from;
    return all + (upTo - before) * (middle - mean) ** 2;
  }, 0);
  return { sum, count, variance: count === 0 ? 0 : squares / count };
}

/** Whether the canary's mean is at most `ratio` times the stable one's: a normal interval of the ratio's logarithm (delta method). */
export function judgeMeans(canary: Mean, stable: Mean, ratio: number, confidence: number): Judgement {
  if (canary.count < 2 || stable.count < 2 || canary.sum === 0 || stable.sum === 0) return { verdict: "open" };
  const z = quantileOfNormal(confidence);
  const relative = ({ sum, count, variance }: Mean): number => variance / count / (sum / count) ** 2;
  const difference = Math.log(canary.sum / canary.count) - Math.log(stable.sum / stable.count);
  const half = (factor: number): number => z * Math.sqrt((relative(canary) + relative(stable)) / factor);
  const margin = Math.log(ratio);
  if (difference + half(1) <= margin) return { verdict: "within" };
  if (difference - half(1) > margin) return { verdict: "beyond" };
  const needed = neededOf(canary.count, (factor) => difference + half(factor) <= margin);
  return { verdict: "open", ...(needed !== undefined && { needed }) };
}
