/** A canary against the stable release: what is compared, and whether the next step may be taken. */
import type { ReleaseBounds } from "../../components/contract/route.js";
import type { Task } from "../../components/facts/models/task.js";
import { isPoolingTask } from "../../components/facts/models/task.js";
import type { Measured, Sides } from "./measure.js";
import {
  type Buckets,
  type Count,
  judgeMeans,
  judgeQuantile,
  judgeShares,
  type Judgement,
  type Mean,
  quantile,
} from "./statistics.js";

/** A line of the comparison. */
export interface Row {
  key: "errors" | "refusals" | "ttft" | "itl" | "tokens" | "json";
  title: string;
  /** Values, in the unit of the title; `undefined` where there is none. */
  stable?: number;
  canary?: number;
  /** What the canary's may be at most, or with tokens at least. */
  bound?: number;
  unit: "%" | "s" | "tokens/s" | "";
  verdict: Judgement["verdict"] | "unknown";
  /** More requests of the canary that it takes to tell. */
  needed?: number;
  /** Why nobody knows. */
  why?: string;
}

const P95 = 0.95;

const UNCOUNTED = "vLLM counts them since 0.32, and the gateway has counted none";

export function compare({ stable, canary }: Sides, bounds: ReleaseBounds, task: Task): Row[] {
  const requests = { stable: stable.ended, canary: canary.ended };
  const latency = (key: "ttft" | "itl", title: string, of: (side: Measured) => Buckets): Row => {
    const [theirs, mine] = [quantile(of(stable), P95), quantile(of(canary), P95)];
    const ratio = bounds[`${key}Ratio`];
    return {
      ...{ key, title, unit: "s" },
      ...values(theirs, mine, theirs === undefined ? undefined : theirs * ratio),
      ...judgeQuantile(of(canary), of(stable), { share: P95, ratio, confidence: bounds.confidence, requests }),
    };
  };
  return [
    shares("errors", "failed requests", stable.failed, canary.failed, bounds.errorShare, bounds.confidence),
    shares("refusals", "refused requests", stable.refused, canary.refused, bounds.refusalShare, bounds.confidence),
    ...(isPoolingTask(task)
      ? []
      : [
          latency("ttft", "time to first token, p95", ({ timeToFirstToken }) => timeToFirstToken),
          latency("itl", "time between tokens, p95", ({ interTokenLatency }) => interTokenLatency),
          tokens(stable.timePerToken, canary.timePerToken, bounds),
          json(stable.invalidJson, canary.invalidJson, bounds),
        ]),
  ];
}

function values(stable: number | undefined, canary: number | undefined, bound: number | undefined) {
  return {
    ...(stable !== undefined && { stable }),
    ...(canary !== undefined && { canary }),
    ...(bound !== undefined && { bound }),
  };
}

/** Where no client asks for JSON there is nothing to compare, and nothing to wait for. */
function json(stable: Count | undefined, canary: Count | undefined, bounds: ReleaseBounds): Row {
  const title = "answers that are no JSON";
  if (stable === undefined || canary === undefined || stable.of + canary.of === 0) {
    const why =
      stable === undefined || canary === undefined
        ? "only the gateway counts them: --evaluate may check it"
        : "nobody asked for JSON: --evaluate may check it";
    return { key: "json", title, unit: "%", verdict: "unknown", why };
  }
  return shares("json", title, stable, canary, bounds.invalidJsonShare, bounds.confidence);
}

function shares(
  key: "errors" | "refusals" | "json",
  title: string,
  stable: Count | undefined,
  canary: Count | undefined,
  margin: number,
  confidence: number,
): Row {
  const row = { key, title, unit: "%" } as const;
  if (stable === undefined || canary === undefined) {
    return { ...row, verdict: "unknown", why: UNCOUNTED };
  }
  const percent = ({ hits, of }: Count): number | undefined => (of === 0 ? undefined : (100 * hits) / of);
  const theirs = percent(stable);
  return {
    ...row,
    ...values(theirs, percent(canary), theirs === undefined ? undefined : theirs + 100 * margin),
    ...judgeShares(canary, stable, margin, confidence),
  };
}

function tokens(stable: Mean, canary: Mean, { tokensRatio, confidence }: ReleaseBounds): Row {
  const rate = ({ sum, count }: Mean): number | undefined => (sum === 0 ? undefined : count / sum);
  const theirs = rate(stable);
  return {
    ...{ key: "tokens", title: "tokens a second, of a request", unit: "tokens/s" },
    ...values(theirs, rate(canary), theirs === undefined ? undefined : theirs * tokensRatio),
    ...judgeMeans(canary, stable, 1 / tokensRatio, confidence),
  };
}

/** Whether nothing stands against the next step; what nobody knows stands against none. */
export function isWithin(rows: readonly Row[]): boolean {
  return rows.every(({ verdict }) => verdict === "within" || verdict === "unknown");
}
