/** `vllm:tenantKeys`: keys of tenants, taken out of the config before anything else reads it. */
import { joinPath, typeName } from "../components/config/parse.js";
import { error, type Problem } from "../components/config/problems.js";
import type { TenantKeys } from "../components/derive/gateway/keys.js";
import { NAMESPACE } from "./namespace.js";

/** Key of the section, without `vllm:`. */
export const TENANT_KEYS = "tenantKeys";
const PATH = `${NAMESPACE}:${TENANT_KEYS}`;

/** As many letters and digits as make a key that nobody guesses. */
const SHORTEST = 24;
/** What a JSON Web Token begins with: the gateway would take such a key for one. */
const TOKEN_START = "eyJ";
/** What goes into a header as it is. */
const HEADER_TEXT = /^[\x21-\x7e]+$/;

/** A section whose keys have been taken out. */
export interface TakenKeys {
  /** The section with the mask in the place of each key; `undefined` where there is none. */
  masked: Record<string, string[]> | undefined;
  keys: TenantKeys | undefined;
  problems: Problem[];
}

/** Whether a path without `vllm:` is the section's, or within it. */
export function isTenantKey(path: string): boolean {
  return path === TENANT_KEYS || path.startsWith(`${TENANT_KEYS}.`) || path.startsWith(`${TENANT_KEYS}[`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * Takes the section apart. No message quotes a value of it.
 *
 * @param encrypted paths of encrypted values, without `vllm:`
 * @param mask what stands for a secret that nobody can decrypt here
 */
export function takeTenantKeys(section: unknown, encrypted: readonly string[], mask: string): TakenKeys {
  if (section === undefined || section === null || (isObject(section) && Object.keys(section).length === 0)) {
    return { masked: undefined, keys: undefined, problems: [] };
  }
  if (!isObject(section)) {
    const how = `set each key by itself: pulumi config set --secret --path '${PATH}.acme[0]'`;
    const problem = error(PATH, `is ${typeName(section)}, which is not shown: use tenants with their keys, and ${how}`);
    return { masked: undefined, keys: undefined, problems: [problem] };
  }
  const problems: Problem[] = [];
  const seen = new Map<string, string>();
  const keys: Record<string, string[]> = {};
  for (const [tenant, given] of Object.entries(section)) {
    const at = joinPath(TENANT_KEYS, [tenant]);
    const items: [path: string, value: unknown][] = Array.isArray(given)
      ? given.map((value: unknown, index) => [joinPath(at, [index]), value])
      : [[at, given]];
    if (items.length === 0)
      problems.push(error(`${NAMESPACE}:${at}`, "is empty: leave the tenant out, or give it a key"));
    keys[tenant] = [];
    for (const [path, value] of items) {
      const isEncrypted = [path, at, TENANT_KEYS].some((known) => encrypted.includes(known));
      const problem = problemOf(value, isEncrypted, path, mask) ?? repeatedOf(value, path, seen, mask);
      if (problem !== undefined) problems.push(error(`${NAMESPACE}:${path}`, problem));
      else keys[tenant].push(value as string);
    }
  }
  // Whatever is wrong with a key has been said.
  const masked = Object.fromEntries(Object.keys(keys).map((tenant) => [tenant, [mask]]));
  return { masked, keys, problems };
}

function problemOf(value: unknown, isEncrypted: boolean, path: string, mask: string): string | undefined {
  if (typeof value !== "string") return `is ${typeName(value)}, which is not shown: use text`;
  if (!isEncrypted) {
    return `is in plain text in the stack file: pulumi config set --secret --path '${NAMESPACE}:${path}', and give the tenant another key`;
  }
  if (value === mask) return undefined;
  if (value.length < SHORTEST) return `has ${value.length} characters: use at least ${SHORTEST}, at random`;
  if (!HEADER_TEXT.test(value))
    return "holds what a header cannot, such as a space: use letters, digits and punctuation";
  if (value.startsWith(TOKEN_START)) {
    return `begins with ${TOKEN_START} as tokens do, so that the gateway would take it for one: use another`;
  }
  return undefined;
}

function repeatedOf(value: unknown, path: string, seen: Map<string, string>, mask: string): string | undefined {
  if (typeof value !== "string" || value === mask) return undefined;
  const before = seen.get(value);
  seen.set(value, before ?? path);
  return before === undefined
    ? undefined
    : `is the same key as ${NAMESPACE}:${before}: each key has to be one tenant's`;
}
