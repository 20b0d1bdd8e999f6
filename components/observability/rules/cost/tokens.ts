/**
 * Dollars a million tokens. Dollars are split by tokens, an output token counted as several input tokens, and not by the time that
 * vLLM measures for the two phases: the sequences of a batch write at the same time, so that `vllm:request_decode_time_seconds` counts
 * one second of the GPU once for each of them, while few prompts are read at a time.
 */
import { type Phase, PHASES } from "../../../vocabulary/metrics/recorded.js";

/** Tokens of a level by phase. */
export interface PhasedTokens {
  /** Labels of the level. */
  level: string;
  /** Input tokens that an output token costs as much as. */
  weight: number;
  /** The series of a phase. */
  tokens: (phase: Phase) => string;
}

/** Absent while there are no tokens of a phase: nothing is divided by zero. */
export function million(dollars: string, { level, weight, tokens }: PhasedTokens): string {
  const input = tokens(PHASES.input);
  const output = tokens(PHASES.output);
  return `1000000
* ((${input} > 0) * 0 + 1 or (${output} > 0) * 0 + ${weight})
* on (${level}) group_left ()
(
  ${dollars}
  / on (${level})
  sum by (${level}) (${input} or ${weight} * ${output})
)`;
}
