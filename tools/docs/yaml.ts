/** Stack config that a page shows, through the parser of real stack files. */
import { parse as parseYaml } from "yaml";
import { error, formatProblem, listOr, type Problem } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import { NAMESPACE } from "../../stacks/namespace.js";
import type { Block } from "./markdown.js";

/** Values of a whole stack config by key without `vllm:`; what a block leaves out is taken from it. */
export type Whole = Readonly<Record<string, unknown>>;
type Mapping = Record<string, unknown>;

/** How a block is completed, by its mark `check: <frame>`. A block without a mark holds keys such as `vllm:cluster`. */
const FRAMES: Readonly<Record<string, (content: Mapping, whole: Whole) => Mapping>> = {
  config: (content, whole) => {
    const own = Object.fromEntries(
      Object.entries(content)
        .filter(([key]) => key.startsWith(`${NAMESPACE}:`))
        .map(([key, value]) => [key.slice(NAMESPACE.length + 1), value]),
    );
    return { ...whole, ...own, ...("models" in own && { models: withShown(own["models"] as Mapping, whole) }) };
  },
  models: (content, whole) => ({ ...whole, models: content }),
  model: (content, whole) => {
    const [name, model] = firstModel(whole);
    return { ...whole, models: { [name]: { ...model, ...content } } };
  },
  release: (content, whole) => {
    const [name, model] = firstModel(whole);
    const [release, stated] = Object.entries(model["releases"] as Record<string, Mapping>)[0]!;
    return { ...whole, models: { [name]: { ...model, releases: { [release]: { ...stated, ...content } } } } };
  },
};

function firstModel({ models }: Whole): [string, Mapping] {
  return Object.entries(models as Record<string, Mapping>)[0]!;
}

/** A model without releases has what a page shows of it, and is else one of the whole config's. */
function withShown(models: Mapping, whole: Whole): Mapping {
  const [, first] = firstModel(whole);
  return Object.fromEntries(
    Object.entries(models).map(([name, shown]) => {
      const isPart = typeof shown === "object" && shown !== null && !("releases" in shown);
      return [name, isPart ? { ...first, ...shown } : shown];
    }),
  );
}

/** `{ … }` in place of a release stands for one of the whole config's. */
function withReleases(models: unknown, whole: Whole): unknown {
  const [, { releases: known }] = firstModel(whole);
  const [release] = Object.values(known as Mapping);
  const isLeftOut = (value: unknown): boolean => typeof value === "object" && value !== null && "…" in value;
  return JSON.parse(JSON.stringify(models), (key, value: unknown) =>
    key === "releases" && typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, isLeftOut(one) ? release : one]))
      : value,
  );
}

export function checkYaml({ at, lines, mark = "check: config" }: Block, whole: Whole): Problem[] {
  const frame = FRAMES[/^check: (\w+)$/.exec(mark)?.[1] ?? ""];
  if (frame === undefined) {
    const known = [...Object.keys(FRAMES).map((name) => `check: ${name}`), "check: manifests", "part of <file>"];
    const marks = listOr(known.map((name) => `"${name}"`));
    return [error(at, `the mark "${mark}" does not say how this YAML is checked: use ${marks}`)];
  }
  let content: unknown;
  try {
    content = parseYaml(lines.join("\n"));
  } catch (thrown) {
    return [error(at, `is no YAML: ${(thrown as Error).message}`)];
  }
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    return [error(at, "is no YAML mapping of config keys")];
  }
  if (frame === FRAMES["config"] && !Object.keys(content).some((key) => key.startsWith(`${NAMESPACE}:`))) {
    return [error(at, `has no key such as "${NAMESPACE}:cluster" at its top, so nothing of it would be checked`)];
  }
  const values = frame(content as Mapping, whole);
  const { problems } = parseStackConfig({ ...values, models: withReleases(values["models"], whole) });
  return problems.filter(({ severity }) => severity === "error").map((problem) => error(at, formatProblem(problem)));
}
