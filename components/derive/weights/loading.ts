/** How vLLM is told what to load and from where. */
import type { Flags } from "../../contract/contract.js";
import { withDraftAt, withOwnDraftPinned } from "../memory/draft.js";
import type { RuntimePlan } from "../plan.js";
import type { Artifact } from "./artifacts.js";
import { deliveryOf, locationOf } from "./delivery.js";

/** The loader that takes S3 addresses: vllm/config/load.py, 0.29.0 to 0.33.0. */
const STREAMER = { value: "runai_streamer", reason: "weights are streamed from the cache's bucket" };

/** The model with its tokenizer: by name and revision where vLLM downloads it, by its path where it is there. */
export function modelArguments(plan: Pick<RuntimePlan, "model" | "flags" | "artifacts" | "cache">): string[] {
  const { model, flags } = plan;
  const location = locationFor("model", plan);
  const tokenizer = locationFor("tokenizer", plan);
  // The folder names the revision, and code beside the model is at it.
  if (location !== undefined) return [location, ...(tokenizer === undefined ? [] : [`--tokenizer=${tokenizer}`])];
  return [
    model.id,
    `--revision=${model.revision}`,
    ...(tokenizer === undefined
      ? [
          ...(model.tokenizer === model.id ? [] : [`--tokenizer=${model.tokenizer}`]),
          `--tokenizer-revision=${model.tokenizerRevision}`,
        ]
      : [`--tokenizer=${tokenizer}`]),
    // Code of another repository is not at this commit: the start fails, and does not run its main branch.
    ...(flags["trust-remote-code"]?.value === true ? [`--code-revision=${model.revision}`] : []),
  ];
}

function locationFor(
  use: Artifact["use"],
  { artifacts, cache }: Pick<RuntimePlan, "artifacts" | "cache">,
): string | undefined {
  const artifact = artifacts.find((one) => one.use === use);
  return artifact && locationOf(artifact, cache);
}

/** The contract's flags, with drafts and adapters at the places where they are. */
export function loadedFlags(plan: Pick<RuntimePlan, "model" | "flags" | "artifacts" | "cache">): Flags {
  const { model, flags, artifacts, cache } = plan;
  // Of a model in a folder the draft's layers are read from there.
  const pinned = locationFor("model", plan) === undefined ? withOwnDraftPinned(flags, model.revision) : flags;
  const adapters = artifacts.filter(({ use }) => use === "adapter");
  const isStreamed = artifacts.some((artifact) => deliveryOf(artifact, cache) === "stream");
  const modules = adapters.map((adapter) => ({ name: adapter.name, path: locationOf(adapter, cache)! }));
  return {
    ...withDraftAt(pinned, locationFor("draft", plan)),
    ...(isStreamed && flags["load-format"] === undefined && { "load-format": STREAMER }),
    ...(modules.length > 0 && {
      "lora-modules": { value: modules.map((module) => JSON.stringify(module)), reason: "the contract's adapters" },
    }),
  };
}
