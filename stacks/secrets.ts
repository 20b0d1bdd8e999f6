/** The one place that decides where the config may hold a secret. Everywhere else an encrypted value is an error. */
import { joinPath, typeName } from "../components/config/parse.js";
import { WRONG } from "../components/config/parts.js";
import { looksLikeSecretRef } from "../components/config/secretRef.js";
import { error, listOr, type Problem } from "../components/config/problems.js";
import type { TenantKeys } from "../components/derive/gateway/keys.js";
import { NAMESPACE } from "./namespace.js";
import { isTenantKey, takeTenantKeys, TENANT_KEYS } from "./tenantKeys.js";

/** Stands for every secret value. */
export const SECRET_MASK = "[secret]";

/**
 * Where a secret may stand, by path without `vllm:`; each goes into a resource as a secret, and nowhere else. A place that may name
 * a Secret instead holds a reference, which is plain text.
 */
const SECRET_PLACES = {
  huggingFaceToken: { keys: ["huggingFaceToken"], once: "revoke the token", mayRefer: true },
  "cluster.existing.kubeconfig": {
    keys: ["cluster", "existing", "kubeconfig"],
    once: "renew its credentials",
    mayRefer: false,
  },
} as const;

type TextPath = keyof typeof SECRET_PLACES;
const TEXT_PATHS = Object.keys(SECRET_PLACES) as TextPath[];

/** Places of secrets: of texts, and the section with the tenants' keys. */
export type SecretPath = TextPath | typeof TENANT_KEYS;
export const SECRET_PATHS: readonly SecretPath[] = [...TEXT_PATHS, TENANT_KEYS];

/** The secrets of a config. */
export type Secrets = Partial<Record<TextPath, string>> & { tenantKeys?: TenantKeys };

/** Whether a secret may stand at a path without `vllm:`. */
export function mayHoldSecret(path: string): boolean {
  return (TEXT_PATHS as string[]).includes(path) || isTenantKey(path);
}

type Values = Readonly<Record<string, unknown>>;

/** A config whose secrets have been taken out, so that no message and no resource made of the rest can hold one. */
export interface WithoutSecrets {
  /** A placeholder for a secret that may stand where it does, nothing for any other. */
  values: Values;
  secrets: Secrets;
  problems: Problem[];
  /** Problems of the rest as they may be told: what was taken out does not seem to be missing, no decrypted value is quoted. */
  review: (problems: readonly Problem[]) => Problem[];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}

/** Path of a key at the top, which may hold any characters. */
export function topPath(key: string): string {
  return joinPath("", [key]).replace(/^\./, "");
}

/** Masks `{ secure: … }`, Pulumi's form of an encrypted value, wherever it stands, and says where that is. */
export function maskEncrypted(value: unknown, path: string): { value: unknown; paths: string[] } {
  if (!isObject(value)) return { value, paths: [] };
  if (Array.isArray(value)) {
    const items = value.map((item, index) => maskEncrypted(item, joinPath(path, [index])));
    return { value: items.map((item) => item.value), paths: items.flatMap(({ paths }) => paths) };
  }
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === "secure" && typeof entries[0]![1] === "string") {
    return { value: SECRET_MASK, paths: [path] };
  }
  const masked = entries.map(([key, inner]) => [key, maskEncrypted(inner, joinPath(path, [key]))] as const);
  return {
    value: Object.fromEntries(masked.map(([key, inner]) => [key, inner.value])),
    paths: masked.flatMap(([, { paths }]) => paths),
  };
}

/** What stands at a path; `undefined` where nothing does. */
function at(values: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), values);
}

/** A copy with another value at an existing path. */
function withValue(values: Values, [key, ...rest]: readonly string[], value: unknown): Values {
  return { ...values, [key!]: rest.length === 0 ? value : withValue(values[key!] as Values, rest, value) };
}

/** A copy with {@link WRONG} at these paths: what rests on a value that may not be told is not checked. */
function without(value: unknown, paths: ReadonlySet<string>, path: string): unknown {
  if (paths.has(path)) return WRONG;
  if (Array.isArray(value)) return value.map((item, index) => without(item, paths, joinPath(path, [index])));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, without(inner, paths, joinPath(path, [key]))]),
  );
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}

const PLACES = SECRET_PATHS.map((path) => `${NAMESPACE}:${path}`);

function misplaced(path: string): Problem {
  const full = `${NAMESPACE}:${path}`;
  return error(
    full,
    `is encrypted, in whole or in part, and would be plain text in the deployment and in Pulumi's state: only ${listOr(PLACES)} ` +
      `may hold a secret. Keep a secret in a Kubernetes Secret; set what is none with pulumi config set --plaintext --path '${full}'`,
  );
}

/**
 * Takes the secrets out of a config.
 *
 * @param encrypted paths without `vllm:` of encrypted values; a key of the top with structured values says that there is one
 *   somewhere below it, which is all that Pulumi's engine tells
 */
export function takeSecrets(given: Values, encrypted: readonly string[]): WithoutSecrets {
  const problems: Problem[] = [];
  const secrets: Secrets = {};
  const hidden = new Set<string>();
  /** What is said of a value that is no text, in place of what the schema would say of what stands in for it. */
  const told = new Map<string, string>();
  // Somewhere below these keys a value is encrypted, and it may be the one that is allowed to.
  const unsure: string[] = [];
  const tenants = takeTenantKeys(given[TENANT_KEYS], encrypted, SECRET_MASK);
  problems.push(...tenants.problems);
  const { [TENANT_KEYS]: _, ...others } = given;
  if (tenants.keys !== undefined) secrets.tenantKeys = tenants.keys;
  let values: Values = tenants.masked === undefined ? others : { ...others, [TENANT_KEYS]: tenants.masked };
  for (const path of TEXT_PATHS) {
    const { keys, once, mayRefer } = SECRET_PLACES[path];
    const value = at(given, keys);
    // Empty or not there: the schema says what is missing, and there is nothing to hide.
    if (value === undefined || value === null || value === "") continue;
    if (mayRefer && !encrypted.includes(path) && looksLikeSecretRef(value)) continue;
    const below = isObject(given[keys[0]]) && encrypted.includes(keys[0]);
    if (below) unsure.push(keys[0]);
    if (typeof value !== "string") {
      told.set(`${NAMESPACE}:${path}`, `is ${typeName(value)}, which is not shown: use text`);
      values = withValue(values, keys, Array.isArray(value) ? [SECRET_MASK] : {});
      continue;
    }
    if (!below && !encrypted.includes(path)) {
      const command = `pulumi config set --secret ${keys.length > 1 ? `--path '${NAMESPACE}:${path}'` : `${NAMESPACE}:${path}`}`;
      problems.push(error(`${NAMESPACE}:${path}`, `is in plain text in the stack file: ${command}, and ${once}`));
    } else {
      secrets[path] = value;
    }
    values = withValue(values, keys, SECRET_MASK);
  }
  for (const path of encrypted) {
    if (mayHoldSecret(path) || unsure.includes(path)) continue;
    problems.push(misplaced(path));
    hidden.add(path);
  }
  const isAbout = (problem: Problem, path: string) => isWithin(problem.path, `${NAMESPACE}:${path}`);
  return {
    values: hidden.size === 0 ? values : withoutSections(values, hidden),
    secrets,
    problems,
    review: (found) =>
      found
        .filter((problem) => ![...hidden].some((path) => isAbout(problem, path)))
        .map((problem) => ({ ...problem, message: told.get(problem.path) ?? problem.message }))
        .map((problem) => (unsure.some((key) => isAbout(problem, key)) ? withoutValue(problem) : problem)),
  };
}

/** Where any value may be the encrypted one, none is shown. */
function withoutValue({ path, severity }: Problem): Problem {
  const key = path.split(/[.[]/, 1)[0]!;
  const message = `is wrong; what was got is not shown, since ${key} holds an encrypted value and Pulumi does not say which`;
  return { path, severity, message };
}

function withoutSections(values: Values, paths: ReadonlySet<string>): Values {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, without(value, paths, topPath(key))]));
}
