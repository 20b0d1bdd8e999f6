import {
  DERIVED_FLAGS,
  KEPT_OUT_FLAGS,
  OBSERVING_FLAGS,
  OWNED_FLAGS,
} from "../../../components/facts/vllm/ownFlags.js";
import { ANNOTATIONS } from "../../../components/vocabulary/labels.js";
import { contractOf } from "../../engine/contract.js";
import { type Flag, flagsOf, nameOf } from "../../engine/flags.js";
import { each } from "../../read/unknown.js";
import { at, fields, text } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { runtimesOf } from "../../engine/runtimes.js";

export const flagReason = wholePodRule(
  {
    name: "flag-reason",
    description: "Every vLLM flag beyond those of the contract itself has a written reason.",
    why: "Flags outlive the people who set them; without a reason nobody dares to remove one at the next upgrade.",
    remediationSteps: `Write the flag in the release's \`flags\` with its reason; other programs: in the annotation ${ANNOTATIONS.contract} as {"flags": {"<name>": {"value": …, "reason": "…"}}}.`,
    equalForms:
      "Flags are read in every spelling of vLLM's parser: `_` for `-`, `--no-…`, short names, abbreviations, `--name.key`, after `=` or as the next word, in shell scripts and `vllm serve` behind other programs. Good: the flags of the contract itself, those of logs and traces, and those with a reason that says something. A file of flags (`--config`) is refused, since nothing sees what it sets.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    each(runtimesOf(workload), ({ container, args }) => {
      const reasons = reasonsIn(contractOf(workload));
      const flags = flagsOf(args).filter((flag) => !isStreamer(flag));
      for (const name of new Set(flags.map((flag) => flag.name))) {
        // A file of flags has no one reason: nothing here sees what it sets.
        if (name === "config") report(`${container.where}: --config reads flags from a file: write them as arguments`);
        if (isStated(name) || reasons.has(name)) continue;
        report(
          `${container.where}: --${name} has no reason: give one in flags.${name}.reason of ${ANNOTATIONS.contract}`,
        );
      }
    });
  },
);

/** The loader that an address in S3 asks for: where the files are is its reason. */
function isStreamer(flag: Flag): boolean {
  return flag.name === "load-format" && flag.values.at(-1) === "runai_streamer";
}

/** Flags whose values are the contract itself or its platform's logs and traces, or which another rule refuses. */
function isStated(name: string): boolean {
  return (
    name === "config" ||
    DERIVED_FLAGS.includes(name) ||
    OBSERVING_FLAGS.includes(name) ||
    (Object.hasOwn(OWNED_FLAGS, name) && !KEPT_OUT_FLAGS.includes(name))
  );
}

/** The flags that have a reason which says something; a chat template that the contract carries has it beside its text. */
function reasonsIn(contract: unknown): ReadonlySet<string> {
  const flags = Object.entries({ "chat-template": at(contract, "chatTemplate"), ...fields(at(contract, "flags")) });
  const explained = flags.filter(([, flag]) => (text(at(flag, "reason")) ?? "").trim() !== "");
  return new Set(explained.map(([name]) => nameOf(name).name));
}
