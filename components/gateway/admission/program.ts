/** The Lua program that Envoy runs at the gateway, as one text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CLIENT_HEADERS,
  CLIENT_PATHS,
  GATEWAY_HEADERS,
  METADATA_NAMESPACE,
  MODELS_PATH,
  RESPONSE_HEADERS,
} from "../../vocabulary/gateway.js";
import { REFUSED_PARAMETERS, STRIPPED_HEADERS } from "./parameters.js";

/** Modules by name, each after those that it uses. */
const MODULES = [
  "writing",
  "scalars",
  "json",
  "refusals",
  "tenants",
  "models",
  "protection",
  "usage",
  "contents",
  "streams",
  "admission",
  "answers",
] as const;

/** Paths whose body is a form. */
const FORMS: readonly string[] = CLIENT_PATHS.transcribe;

const text = (name: string): string => readFileSync(join(__dirname, "lua", `${name}.lua`), "utf8").trimEnd();

const quoted = (value: string): string => `"${value.replace(/[\\"]/g, "\\$&")}"`;

const luaTable = (entries: Record<string, string>): string =>
  `{ ${Object.entries(entries)
    .map(([key, value]) => `[${quoted(key)}] = ${value}`)
    .join(", ")} }`;

const quotedTable = (entries: Record<string, string>): string =>
  luaTable(Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, quoted(value)])));

const stripped = [...Object.values(GATEWAY_HEADERS), ...STRIPPED_HEADERS];

/** The names that the modules share with the rest of the gateway. */
const constants = (): string =>
  [
    `local NAMESPACE = ${quoted(METADATA_NAMESPACE)}`,
    `local STATE = ${quoted(`${METADATA_NAMESPACE}.state`)}`,
    `local MODELS_PATH = ${quoted(MODELS_PATH)}`,
    `local SERVED_BY = ${quoted(RESPONSE_HEADERS.servedBy)}`,
    `local FALLBACK_FROM = ${quoted(RESPONSE_HEADERS.fallbackFrom)}`,
    `local HEADERS = ${quotedTable(GATEWAY_HEADERS)}`,
    `local CLIENT = ${quotedTable(CLIENT_HEADERS)}`,
    `local CLIENT_PATHS = ${quotedTable(
      Object.fromEntries(
        Object.values(CLIENT_PATHS)
          .flat()
          .map((path) => [path, FORMS.includes(path) ? "form" : "json"]),
      ),
    )}`,
    `local REFUSED_PARAMETERS = ${luaTable(Object.fromEntries(Object.keys(REFUSED_PARAMETERS).map((name) => [name, "true"])))}`,
    `local STRIPPED_HEADERS = { ${stripped.map(quoted).join(", ")} }`,
  ].join("\n");

/** Lua's modules as locals of one chunk: Envoy loads one text, and `require` is closed. */
export const admissionModules = (...names: readonly string[]): string =>
  [constants(), ...names.map((name) => `local ${name} = (function()\n${text(name)}\nend)()`)].join("\n\n");

/**
 * @returns the program, for `lua.inline` or the ConfigMap of an EnvoyExtensionPolicy, with {@link admissionContext} as its `filterContext`. It is
 *   the same for every config
 */
export const admissionProgram = (): string => `${admissionModules(...MODULES)}\n\n${text("main")}\n`;
