/** How many requests of each length a model holds, over GPUs. */
import type { Candidate } from "../../components/fit/candidates.js";
import { planned, type Question } from "../../components/fit/planner.js";
import { lineChart, type Series } from "./svg.js";

/** Shortest context that is drawn, in tokens. */
const LEAST_CONTEXT = 1024;

/**
 * Full-length requests against the context, a line for each pair of GPU type and count that holds any; `undefined` where none does.
 *
 * @param question whose context is the longest that is drawn
 */
export function fitPlot(name: string, question: Question, candidates: readonly Candidate[]): string | undefined {
  const pairs = new Map(candidates.map((candidate) => [`${candidate.gpus} × ${candidate.gpu.type}`, candidate]));
  const series = [...pairs]
    .map(([pair, candidate]) => ({ name: pair, points: pointsOf(question, candidate) }))
    // One point is no line.
    .filter(({ points }) => points.length > 1);
  if (series.length === 0) return undefined;
  return lineChart({
    title: `${name} in ${question.precision}: requests that fit at once`,
    x: "tokens a request",
    y: "requests of that length",
    series,
  });
}

function pointsOf(question: Question, candidate: Candidate): Series["points"] {
  return contexts(question.context).flatMap((context) => {
    const { fit, reasons } = planned({ ...question, context }, candidate);
    return fit !== undefined && reasons.length === 0 ? [[context, fit.fullLengthRequests] as const] : [];
  });
}

/** Each twice the one before, and the longest. */
function contexts(longest: number): number[] {
  const doubled: number[] = [];
  for (let context = LEAST_CONTEXT; context < longest; context *= 2) doubled.push(context);
  return [...doubled, longest];
}
