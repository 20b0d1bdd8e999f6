/** The expected cold starts of a stack's releases. */
import { type ExpectedParts, type ExpectedStart, expectedStart } from "../../components/derive/coldStart.js";
import { type FromZero, fromZeroOf, WAKING_SECONDS } from "../../components/derive/gateway/fromZero.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { holdingCache } from "../../components/derive/weights/delivery.js";
import { readRate } from "../../components/derive/weights/rate.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "./table.js";

/** Whole seconds. */
export interface ColdStartReport extends ExpectedStart {
  /** Absent where each start downloads its weights. */
  cache?: { kind: string; source: string; withoutSeconds: number };
}

export function coldStartReport(plan: RuntimePlan): ColdStartReport {
  const { parts, totalSeconds, fillSeconds } = expectedStart(plan, plan.cache);
  const cache = holdingCache(plan.cache);
  const { image, process, weights, compile, graphs, engine } = parts;
  const whole = Math.round;
  return {
    parts: {
      image: whole(image),
      process: whole(process),
      weights: whole(weights),
      compile: whole(compile),
      graphs: whole(graphs),
      engine: whole(engine),
    },
    totalSeconds: whole(totalSeconds),
    ...(fillSeconds !== undefined && { fillSeconds: whole(fillSeconds) }),
    ...(cache !== undefined && {
      cache: {
        kind: cache.kind,
        source: readRate(cache).source,
        withoutSeconds: whole(expectedStart(plan, undefined).totalSeconds),
      },
    }),
  };
}

/** How the gateway answers a model at zero replicas. */
export type WakeReport = Pick<FromZero, "answer" | "expectedSeconds"> & { answerSeconds: number };

export function wakeReport({ gateway, route }: ServedModel, plan: RuntimePlan): { fromZero?: WakeReport } {
  const wake = route.stable === plan.release ? fromZeroOf(gateway, plan) : undefined;
  if (wake === undefined) return {};
  const { answer, expectedSeconds, holdSeconds, retryAfterSeconds } = wake;
  return { fromZero: { answer, expectedSeconds, answerSeconds: answer === "hold" ? holdSeconds : retryAfterSeconds } };
}

/** One line for a model that the gateway wakes. */
export function wakeLine({ model, fromZero }: Pick<Started, "model" | "fromZero">): string[] {
  if (fromZero === undefined) return [];
  const { answer, expectedSeconds, answerSeconds } = fromZero;
  const meanwhile =
    answer === "hold"
      ? `the first requests wait up to ${answerSeconds} s`
      : `503 with Retry-After: ${answerSeconds} meanwhile`;
  return [
    `From zero: ${model} answers ${expectedSeconds} s after its first request (${WAKING_SECONDS} s to notice it); ${meanwhile}.`,
  ];
}

interface Started {
  model: string;
  release: string;
  coldStart: ColdStartReport;
  fromZero?: WakeReport;
}

const COLUMNS: Readonly<Record<keyof ExpectedParts, string>> = {
  image: "IMAGE",
  process: "PROCESS",
  weights: "WEIGHTS",
  compile: "COMPILE",
  graphs: "GRAPHS",
  engine: "ENGINE",
};

/** @param width columns of the terminal, which the table keeps to */
export function coldStartLines(releases: readonly Started[], width: number): string[] {
  const parts = Object.entries(COLUMNS) as [keyof ExpectedParts, string][];
  const caches = releases.flatMap(({ coldStart }) => (coldStart.cache === undefined ? [] : [coldStart.cache]));
  const withCache = caches.length === 0 ? [] : ["WITHOUT CACHE", "FIRST FILL"];
  const rows = releases.map(({ model, release, coldStart }) => [
    model,
    release,
    ...parts.map(([part]) => String(coldStart.parts[part])),
    String(coldStart.totalSeconds),
    ...[coldStart.cache?.withoutSeconds, coldStart.fillSeconds]
      .slice(0, withCache.length)
      .map((value) => String(value ?? "")),
  ]);
  const read = new Set(caches.map(({ kind, source }) => `${kind} (${source})`));
  return [
    pc.bold("Expected starts") +
      pc.dim("  in seconds, on a node that is there, by published figures; npm run coldstart measures a cluster's"),
    fittingTable(["MODEL", "RELEASE", ...parts.map(([, title]) => title), "TOTAL", ...withCache], rows, {
      right: [2, 3, 4, 5, 6, 7, 8, 9, 10],
      title: 2,
      width,
    }),
    ...(read.size === 0
      ? [pc.dim("Each start downloads its weights: docs/cache.md says what keeps them.")]
      : [pc.dim(`Weights from ${[...read].join(", ")}.`)]),
    ...releases.flatMap(wakeLine),
  ];
}
