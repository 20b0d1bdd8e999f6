/** A thread's share of judging a stack: it takes batches of models until none is left. */
import { rules } from "../../policies/rules/index.js";
import type { StackConfig } from "../../stacks/config.js";
import { batchesOf } from "../collect/batches.js";
import type { CollectedResource } from "../collect/resource.js";
import type { StackValues } from "../collect/run.js";
import { collectBatch } from "../collect.js";
import { type Finding, judgeEach, type PolicyConfig, remediated } from "../policyRunner.js";
import { policyInput } from "./policyInput.js";

/** What threads share out among them; goes to a worker as it is. */
export interface Job {
  values: StackValues;
  config: StackConfig;
  /** Levels of the policies. */
  levels: PolicyConfig;
  /** One 32-bit integer: the next batch to take. */
  next: SharedArrayBuffer;
}

/** A registered resource, with what the rules for single resources found on it. */
export interface Judged {
  resource: CollectedResource;
  findings: Finding[];
}

export interface JudgedBatch {
  index: number;
  judged: Judged[];
}

/**
 * Collects and judges batches that no other thread has taken.
 *
 * @throws PolicyRuleError when a rule throws
 */
export async function takeBatches(
  { values, config, levels, next }: Job,
  done: (batch: JudgedBatch) => void,
): Promise<void> {
  const batches = batchesOf(config);
  const taken = new Int32Array(next);
  for (;;) {
    const index = Atomics.add(taken, 0, 1);
    const batch = batches[index];
    if (batch === undefined) return;
    const registered = await collectBatch(values, batch);
    const mended = await remediated(registered.map(policyInput), rules, levels);
    const findings = await judgeEach(mended, rules, levels);
    const judged = registered.map((resource, place) => {
      return { resource: { ...resource, inputs: mended[place]!.props }, findings: findings[place]! };
    });
    done({ index, judged });
  }
}
