/**
 * Flags that name a further source of weights or of the model's config. vLLM takes a name that is no path for a repository of
 * the hub, at its main branch unless a revision stands beside it; a path has to name the commit itself.
 */
import { isCommit } from "../../config/schemas.js";
import type { KnownFlags } from "./knownFlags.js";
import { WITHOUT_DRAFT } from "../../derive/memory/draft.js";
import { joinPath } from "../../config/parse.js";
import { error, type Problem, quote } from "../../config/problems.js";
import { decoded, entriesOf } from "../../facts/vllm/jsonValues.js";

const IS_PATH = /^(\/|[a-z][a-z0-9+.-]*:\/\/)/;
const COMMIT_IN_PATH = /(^|[^0-9a-f])[0-9a-f]{40}([^0-9a-f]|$)/;

/** `pkg.Proposer`: a name with a dot and no slash is imported, by `_is_custom_proposer_path` of the same file. */
const PYTHON_NAME = /^[^/.:]+(\.[^/.:]+)+$/;

/** Every source that has no revision, and speculation that is code. @param path of the release's flags */
export function checkSources(flags: KnownFlags, path: string): Problem[] {
  return Object.entries(flags).flatMap(([name, { value }]) => {
    const at = `${joinPath(path, [name])}.value`;
    const given = decoded(value);
    switch (name) {
      case "speculative-config":
        return checkDraft(given, at);
      case "spec-model":
        return [error(at, "names a draft without its revision: set model and revision in speculative-config")];
      case "spec-method":
        if (given === "custom_class") return [error(at, CUSTOM_CLASS)];
        return typeof given === "string" && WITHOUT_DRAFT.test(given)
          ? []
          : [error(at, "names a draft without its revision: set method and revision in speculative-config")];
      case "lora-modules":
        return (Array.isArray(given) ? given : [given]).flatMap((item) => checkAdapter(item, at));
      case "default-mm-loras":
        return entriesOf(given).flatMap(({ value: item }) => checkPath(item, at, "adapter"));
      case "hf-config-path":
        return checkPath(given, at, "config");
      case "generation-config":
        return given === "auto" || given === "vllm" ? [] : checkPath(given, at, "generation config");
      default:
        return [];
    }
  });
}

const CUSTOM_CLASS = '"custom_class" imports Python by name: use a method of vLLM\'s own, such as ngram or eagle3';

function checkDraft(config: unknown, at: string): Problem[] {
  if (config === null || typeof config !== "object" || Array.isArray(config)) return [];
  const top = new Map(entriesOf(config).flatMap(({ path, key, value }) => (path.length === 1 ? [[key, value]] : [])));
  const [model, method, revision] = ["model", "method", "revision"].map((key) => top.get(key));
  const problems = ["revision", "code_revision"].flatMap((key) => {
    const value = top.get(key);
    if (value === undefined || value === null || (typeof value === "string" && isCommit(value))) return [];
    return [error(`${at}.${key}`, `${quote(value)} is not a commit: use the draft's 40 lower-case hex digits`)];
  });
  if (method === "custom_class") return [...problems, error(`${at}.method`, CUSTOM_CLASS)];
  if (typeof model !== "string" || model === "" || WITHOUT_DRAFT.test(model)) return problems;
  if (typeof method === "string" && WITHOUT_DRAFT.test(method)) return problems;
  if (method === undefined && PYTHON_NAME.test(model)) {
    return [...problems, error(`${at}.model`, `${quote(model)} is imported as Python: name a draft model`)];
  }
  if (IS_PATH.test(model)) return [...problems, ...checkPath(model, `${at}.model`, "draft")];
  if (revision === undefined || revision === null) {
    problems.push(
      error(
        `${at}.revision`,
        `is missing: ${quote(model)} is a repository of its own, so give its commit, 40 lower-case hex digits`,
      ),
    );
  }
  return problems;
}

/** `name=path`, or an object with `path`. */
function checkAdapter(item: unknown, at: string): Problem[] {
  const given = decoded(item);
  if (Array.isArray(given)) return given.flatMap((inner) => checkAdapter(inner, at));
  const path =
    typeof given === "string"
      ? given.slice(given.indexOf("=") + 1)
      : entriesOf(given).find(({ key }) => key === "path")?.value;
  return checkPath(path, at, "adapter");
}

function checkPath(value: unknown, at: string, what: string): Problem[] {
  if (typeof value !== "string" || (IS_PATH.test(value) && COMMIT_IN_PATH.test(value))) return [];
  return [
    error(
      at,
      `${quote(value)} has no revision: give an absolute path that names the ${what}'s commit, ` +
        "as a repository of the hub would be taken from its main branch",
    ),
  ];
}
