/** Sources of weights and config besides the model itself, and what pins them. */
import { quote } from "../../components/config/problems.js";
import { jsonOf, lastFlag, type SpelledFlag } from "./flags.js";
import { at, fields, text, textEntries } from "../read/values.js";

export const COMMIT = /^[0-9a-f]{40}$/;
/** A directory or a URI: a revision has no effect on it, so the path itself has to name the commit, or an artifact's digest. */
export const PATH = /^(\/|\.{1,2}\/|[a-z][a-z0-9+.-]*:\/\/)/;
export const COMMIT_IN_PATH = /(^|[^0-9a-f])[0-9a-f]{40}([^0-9a-f]|$)|^oci:\/\/.+@sha256:[0-9a-f]{64}$/;

/** Speculation that downloads nothing. Source: vllm/config/speculative.py, 0.30.0 to 0.33.0. */
const NO_DOWNLOAD = /^(\[ngram\]|ngram|ngram_gpu|suffix|extract_hidden_states)$/;
/** A name with a dot and no slash is imported as Python (`_is_custom_proposer_path`, same file). */
const PYTHON_NAME = /^[^/.:]+(\.[^/.:]+)+$/;

/** A message for each source that may change under the same arguments. @param model what the server is told to serve */
export function unpinnedSources(flags: readonly SpelledFlag[], model: string | undefined): string[] {
  return [
    ...unpinnedTokenizer(flags, model),
    ...unpinnedDraft(flags),
    ...adaptersOf(flags).flatMap((path) => unpinnedPath("--lora-modules", path)),
    ...[...textEntries(jsonOf(flags, "default-mm-loras")).values()].flatMap((path) =>
      unpinnedPath("--default-mm-loras", path),
    ),
    ...unpinnedPath("--hf-config-path", lastFlag(flags, "hf-config-path")?.values[0]),
    ...unpinnedPath("--generation-config", lastFlag(flags, "generation-config")?.values[0], /^(auto|vllm)$/),
  ];
}

function unpinnedTokenizer(flags: readonly SpelledFlag[], model: string | undefined): string[] {
  const tokenizer = lastFlag(flags, "tokenizer")?.values[0];
  if (tokenizer === undefined || tokenizer === model || lastFlag(flags, "tokenizer-revision") !== undefined) return [];
  if (PATH.test(tokenizer)) return unpinnedPath("--tokenizer", tokenizer);
  return [`--tokenizer ${quote(tokenizer)} has no --tokenizer-revision: give its commit, 40 hex digits`];
}

/** The draft of speculative decoding; `--spec-…` flags are other spellings of its keys. */
function unpinnedDraft(flags: readonly SpelledFlag[]): string[] {
  const given = jsonOf(flags, "speculative-config");
  const config = Object.fromEntries(
    Object.entries(fields(given)).map(([key, value]) => [key.replaceAll("-", "_"), value]),
  );
  const model = text(config["model"]) ?? lastFlag(flags, "spec-model")?.values[0];
  const method = text(config["method"]) ?? lastFlag(flags, "spec-method")?.values[0];
  const moved = ["revision", "code_revision"].flatMap((key) => {
    const value = config[key];
    if (value === undefined || value === null || COMMIT.test(text(value) ?? "")) return [];
    return [`--speculative-config: ${key} ${quote(value)} can move: use the commit, 40 hex digits`];
  });
  if (method === "custom_class" || (method === undefined && model !== undefined && PYTHON_NAME.test(model))) {
    return [
      ...moved,
      "--speculative-config imports Python by name: use a method of vLLM's own, such as ngram or eagle3",
    ];
  }
  if (NO_DOWNLOAD.test(method ?? model ?? "ngram")) return moved;
  if (model !== undefined && PATH.test(model)) return [...moved, ...unpinnedPath("--speculative-config", model)];
  if (at(config, "revision") !== undefined && at(config, "revision") !== null) return moved;
  const what = model === undefined ? "the model's own draft layers" : `draft ${quote(model)}`;
  return [...moved, `--speculative-config: ${what} would come from the main branch: give its commit as revision`];
}

/** The paths of `name=path` and `{"name": …, "path": …}`. */
function adaptersOf(flags: readonly SpelledFlag[]): string[] {
  const words = flags.filter(({ name }) => name === "lora-modules").flatMap(({ values }) => values);
  return words.flatMap((word) => {
    if (!/^\s*[[{]/.test(word)) return [word.slice(word.indexOf("=") + 1)];
    return [...word.matchAll(/"path"\s*:\s*"(?<path>[^"]*)"/g)].flatMap(({ groups }) => groups?.["path"] ?? []);
  });
}

function unpinnedPath(flag: string, path: string | undefined, harmless?: RegExp): string[] {
  if (path === undefined || path === "" || harmless?.test(path) === true) return [];
  if (PATH.test(path) && COMMIT_IN_PATH.test(path)) return [];
  return [`${flag} ${quote(path)} names no commit: give a path that has the 40-digit commit in it`];
}
