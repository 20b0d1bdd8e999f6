import { GPU_TYPES, GPUS } from "../../components/facts/gpus.js";
import { machinesWith } from "../../components/facts/machines/index.js";
import { familyParsers } from "../../components/facts/models/parsers.js";
import { GUARDED_FLAGS } from "../../components/facts/guarded/flags.js";
import { GUARDED_KEYS } from "../../components/facts/guarded/keys.js";
import type { GuardedSetting } from "../../components/facts/guarded/setting.js";
import { GUARDED_VARIABLES } from "../../components/facts/guarded/variables.js";
import { OWNED_FLAGS } from "../../components/facts/vllm/ownFlags.js";
import { KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";
import { NAMESPACE } from "../../stacks/namespace.js";
import type { Rows } from "../models/catalogue.js";
import { configSchema, type JsonSchema } from "./schema.js";
import { table } from "./table.js";

const code = (text: string): string => `\`${text}\``;

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  if (schema.oneOf !== undefined) return "objects of a kind";
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(" or ");
  if (schema.properties?.["secure"] !== undefined) return "secret";
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  const range = [
    schema.minimum !== undefined ? `≥ ${schema.minimum}` : "",
    schema.exclusiveMinimum !== undefined ? `> ${schema.exclusiveMinimum}` : "",
    schema.maximum !== undefined ? `≤ ${schema.maximum}` : "",
  ].filter(Boolean);
  const name = { integer: "whole number", string: "text", boolean: "true or false" }[schema.type ?? ""] ?? schema.type;
  return [name ?? "any", ...range].join(" ");
}

/** One row per value, depth first; `<…>` stands for a key that the user chooses. */
function rows(path: string, whole: JsonSchema, required: string): string[][] {
  const schema = merged(whole);
  const children = Object.entries(schema.properties ?? {});
  const own = [
    code(path),
    children.length > 0 ? "object" : typeOf(schema),
    presence(schema, required),
    schema.description ?? "",
  ];
  const nested = children.flatMap(([key, child]) => rows(`${path}.${key}`, child, presenceOf(schema, key)));
  const entry = schema.additionalProperties;
  if (typeof entry === "object") {
    return [[own[0]!, "object", own[2]!, own[3]!], ...nested, ...entryRows(`${path}.<${entryName(path)}>`, entry)];
  }
  return [own, ...nested];
}

type Merged = JsonSchema & { requiredByOne?: string[] };

/** One object with the keys of all alternatives; keys that one of them requires are marked. */
function merged(schema: JsonSchema): Merged {
  const alternatives = schema.anyOf ?? [];
  if (alternatives.length === 0 || !alternatives.every(({ properties }) => properties !== undefined)) return schema;
  const { anyOf, ...rest } = schema;
  return {
    ...rest,
    type: "object",
    properties: Object.fromEntries(alternatives.flatMap(({ properties }) => Object.entries(properties ?? {}))),
    requiredByOne: alternatives.flatMap(({ required }) => required ?? []),
  };
}

/** Whether a key of an object has to be given. */
function presenceOf({ required, requiredByOne }: Merged, key: string): string {
  if (required?.includes(key)) return "required";
  return requiredByOne?.includes(key) ? "required for this kind" : "";
}

/** The keys of a map, without their own presence: a map may have any. */
function entryRows(path: string, schema: JsonSchema): string[][] {
  return rows(path, schema, "").map((row, index) => (index === 0 ? [row[0]!, row[1]!, "", row[3]!] : row));
}

function entryName(path: string): string {
  const names: Record<string, string> = {
    models: "model",
    releases: "release",
    flags: "flag",
    env: "name",
    gpuNodes: "group",
  };
  return names[path.split(/[.:]/).at(-1)!] ?? "key";
}

function presence(schema: JsonSchema, required: string): string {
  return schema.default !== undefined && !isEmptyObject(schema.default)
    ? code(JSON.stringify(schema.default))
    : required;
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

/** A row of the tables of guarded settings. */
function guardedRow(names: readonly string[], { danger, why, instead, since }: GuardedSetting): string[] {
  const version = since === undefined ? "" : `, from ${since} on`;
  return [names.map(code).join(", ") + version, danger, `${why}: ${instead}`];
}

/** The parsers of a model's family, as the table of models shows them. */
function parserNames(id: string): string {
  const { tool: [tool] = [], reasoning: [reasoning] = [] } = familyParsers(id) ?? {};
  return [tool, reasoning].map((name) => (name === undefined ? "–" : code(name))).join(" / ");
}

const REQUIRED = ["cluster", "models"];

/** docs/configuration.md. @param models the rows of the catalogue */
export function configurationReference(models: Rows): string {
  const schema = configSchema();
  const gpuRows = GPU_TYPES.map((type) => [type, GPUS[type]] as const).map(
    ([type, { name, cudaGiB, computeCapability }]) => [
      code(type),
      name,
      String(cudaGiB),
      computeCapability.toFixed(1),
      machinesWith(type)
        .map(({ name, gpus, hourlyUsd }) => `${name} (${gpus}${hourlyUsd === undefined ? "" : `, $${hourlyUsd}`})`)
        .join(", "),
    ],
  );
  return [
    "# Configuration",
    "Generated by `npm run generate` from the schemas and tables in `stacks/schema.ts` and `components`; do not edit.",
    "All settings of an environment are in `Pulumi.<stack>.yaml`, under `config`. Editors read the same from " +
      "[`stack-config.schema.json`](stack-config.schema.json), which the first line of a stack file names. " +
      "`vllm:cluster` is of two kinds, an existing cluster or one to build; a key that only one kind requires says so.",
    ...Object.entries(schema).flatMap(([key, value]) => [
      `## ${code(`${NAMESPACE}:${key}`)}`,
      table(
        ["Key", "Value", "Default", "What it is"],
        rows(`${NAMESPACE}:${key}`, value, REQUIRED.includes(key) ? "required" : ""),
      ),
    ]),
    "## Secrets",
    "`pulumi config set --secret vllm:huggingFaceToken` keeps the token encrypted in the stack file, " +
      "`pulumi config set --secret --path 'vllm:cluster.existing.kubeconfig'` does so for a kubeconfig, and " +
      "`pulumi config set --secret --path 'vllm:tenantKeys.acme[0]'` for a key of the tenant acme. " +
      "Without a kubeconfig the provider uses `KUBECONFIG` or `~/.kube/config`. No other key may hold a secret: " +
      "all other values are plain text in the state and in previews.",
    "## Flags",
    `Flags of \`vllm serve\` are checked against the table of the image's version (${KNOWN_VERSIONS.join(", ")}), made by ` +
      "`tools/flags/vllm_flags.py` from vLLM's own parser. For other versions a warning says that they are not checked; " +
      "[architecture.md](architecture.md#a-vllm-version) says how to add a table. The contract sets these flags itself and refuses them under `flags`:",
    table(
      ["Flag", "Instead"],
      Object.entries(OWNED_FLAGS).map(([flag, instead]) => [code(`--${flag}`), instead]),
    ),
    "## Settings that open, redirect or extend the engine",
    "The contract refuses these, and the policies `engine-closed`, `engine-not-redirected` and `no-injected-code` find them in " +
      "any program; values that do nothing of it, such as `false`, are taken. A draft (`speculative-config`) needs its " +
      "`revision`, an adapter (`lora-modules`) a path that names its commit.",
    table(
      ["Flag", "Kind", "What it does, and what to do instead"],
      [
        ...GUARDED_FLAGS.filter(({ flags }) => !flags.some((flag) => flag in OWNED_FLAGS)).map((row) =>
          guardedRow(
            row.flags.map((flag) => `--${flag}`),
            row,
          ),
        ),
        ...GUARDED_KEYS.map((row) =>
          guardedRow(
            row.keys.map((key) => `--${row.flag}.${key}`),
            row,
          ),
        ),
      ],
    ),
    table(
      ["Variable", "Kind", "What it does, and what to do instead"],
      GUARDED_VARIABLES.map((row) => guardedRow(row.names, row)),
    ),
    "## GPUs",
    "Memory is what CUDA reports. Machines are shown with their number of GPUs and their on-demand price per hour, for AWS that of " +
      "us-east-1 on 2026-07-20.",
    table(["Type", "GPU", "GiB", "Compute capability", "Machines"], gpuRows),
    "## Models of the catalogue",
    "Any other model needs `model.architecture`, from its `config.json`. The repository keeps each model's `config.json` and where it and the other " +
      "facts are from, as `<organisation>--<name>` in `tools/models/configs` and `tools/models/models`.",
    table(
      [
        "Hugging Face id",
        "Parameters",
        "Layers",
        "Heads / KV heads × size",
        "Context",
        "Precision",
        "Tool / reasoning parser",
        "Gated",
      ],
      Object.entries(models).map(([id, model]) => [
        code(id),
        `${(model.parameters / 1e9).toFixed(2)} B`,
        String(model.layers),
        `${model.attentionHeads} / ${model.kvHeads} × ${model.headSize}`,
        String(model.maxContext),
        model.precision,
        parserNames(id),
        model.gated ? "yes" : "",
      ]),
    ),
    "",
  ].join("\n\n");
}
