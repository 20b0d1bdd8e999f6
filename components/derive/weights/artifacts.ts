/** What a release loads: its model, and a tokenizer, a draft and adapters of their own. */
import { isHubId } from "../../config/schemas.js";
import type { ReleaseConfig } from "../../contract/schema.js";
import type { Source } from "../../contract/source.js";
import type { Flags } from "../../contract/contract.js";
import { decoded } from "../../facts/vllm/jsonValues.js";
import { isGated } from "../model.js";

/** Files at one revision that a release loads. */
export interface Artifact {
  use: "model" | "tokenizer" | "draft" | "adapter";
  /** The use; an adapter's name. */
  name: string;
  /** `organisation/name`. */
  id: string;
  /** 40 hex digits: see {@link Source}. */
  revision: string;
  /** @default the hub */
  source?: Source;
  /** The hub asks for a token. */
  gated: boolean;
}

/** The parts of a release that name files. @param flags with the draft that the release states */
export interface Named {
  model: Pick<
    ReleaseConfig["model"],
    "id" | "revision" | "source" | "tokenizer" | "tokenizerRevision" | "tokenizerSource" | "gated"
  >;
  draft: ReleaseConfig["draft"];
  adapters: ReleaseConfig["adapters"];
  flags: Flags;
}

export function artifactsOf({ model, draft, adapters, flags }: Named): Artifact[] {
  const { id, revision, source, tokenizer, tokenizerRevision, tokenizerSource } = model;
  const own = artifact("model", "model", { id, revision, source }, isGated(model));
  const isOwnTokenizer =
    tokenizerSource === undefined &&
    (tokenizer === undefined || tokenizer === id) &&
    (tokenizerRevision === undefined || tokenizerRevision === revision);
  const tokens = {
    id: tokenizer ?? id,
    revision: tokenizerRevision ?? revision,
    // A tokenizer of the same name comes from where the model does.
    source: tokenizerSource ?? (tokenizer === undefined || tokenizer === id ? source : undefined),
  };
  const drafted = draft ?? draftInFlags(flags);
  return [
    own,
    ...(isOwnTokenizer ? [] : [artifact("tokenizer", "tokenizer", tokens)]),
    ...(drafted === undefined ? [] : [artifact("draft", "draft", drafted)]),
    ...Object.entries(adapters ?? {}).map(([name, adapter]) => artifact("adapter", name, adapter)),
  ];
}

function artifact(
  use: Artifact["use"],
  name: string,
  { id, revision, source }: { id: string; revision: string; source?: Source | undefined },
  gated = isGated({ id }),
): Artifact {
  return { use, name, id, revision, ...(source !== undefined && { source }), gated: source === undefined && gated };
}

/** A draft of the hub that the flag itself names, at its commit. */
function draftInFlags(flags: Flags): { id: string; revision: string } | undefined {
  const config = decoded(flags["speculative-config"]?.value);
  if (config === null || typeof config !== "object" || Array.isArray(config)) return undefined;
  const { model: id, revision } = config as Record<string, unknown>;
  return typeof id === "string" && isHubId(id) && typeof revision === "string" ? { id, revision } : undefined;
}
