import { flagsOf, throwUnknownFlag } from "../../engine/flags.js";
import { lacksFlag } from "../../engine/versions.js";
import { each } from "../../read/unknown.js";
import { wholePodRule } from "../../rule.js";
import { runtimesOf } from "../../engine/runtimes.js";

/** What each limit bounds, as the message says it. */
const LIMITS: Readonly<Record<string, string>> = {
  "max-model-len": "the context is the model's longest, which may not fit the KV cache",
  "max-num-seqs": "the batch is vLLM's default for the GPU, which changes between versions",
  "max-num-queued-reqs": "the queue is unbounded and overload becomes timeouts instead of HTTP 503",
};

export const limitsStated = wholePodRule(
  {
    name: "limits-stated",
    description: "A vLLM runtime states its context, batch and queue limits.",
    why: "Without a stated limit a default of the model or of vLLM applies: it can change with either, and memory and autoscaling are not sized for it.",
    remediationSteps: "Give --max-model-len, --max-num-seqs and, from vLLM 0.29 on, --max-num-queued-reqs.",
    equalForms:
      "The limits may be given in any spelling of the flags, also abbreviated. Any value is good: whether it fits is not judged here. Not seen: limits in a file of flags, which `flag-reason` refuses.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  (workload, report) => {
    each(runtimesOf(workload), ({ container, args }) => {
      const given = new Set(flagsOf(args).map(({ name }) => name));
      for (const [name, effect] of Object.entries(LIMITS)) {
        if (given.has(name) || lacksFlag(container, name)) continue;
        throwUnknownFlag(args);
        report(`${container.where}: no --${name}, so ${effect}: state it`);
      }
    });
  },
);
