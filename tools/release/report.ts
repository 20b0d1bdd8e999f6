/** What a command has found and done. */
import type { Row } from "./compare.js";
import type { Evaluation } from "./evaluate.js";
import type { Replicas, Seen } from "./look.js";
import type { Sides } from "./measure.js";
import type { Rollout } from "./rollout.js";
import type { Step } from "./steps.js";

/** A comparison, with what it is made of. */
export interface Comparison {
  rows: Row[];
  sides: Sides;
  minutes: number;
}

/** Everything that a command has found and done. */
export interface Report {
  rollout: Rollout;
  replicas?: Seen<Map<string, Replicas>>;
  comparison?: Seen<Comparison>;
  evaluation?: Evaluation;
  step?: Pick<Step, "text"> & Partial<Pick<Step, "skipped">>;
  diff?: string;
  warnings?: string[];
  /** Whether the step is in the file. */
  isWritten?: boolean;
  /** Why not. */
  refused?: string[];
}
