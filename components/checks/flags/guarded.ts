/** What a contract's flags and variables may not do to the engine, by the tables of this folder. */
import { OWNED_FLAGS } from "../../facts/vllm/ownFlags.js";
import { joinPath } from "../../config/parse.js";
import { error, type Problem } from "../../config/problems.js";
import type { KnownFlags } from "./knownFlags.js";
import { CREDENTIAL_FORMS } from "../../facts/guarded/credentials.js";
import { GUARDED_FLAGS } from "../../facts/guarded/flags.js";
import { GUARDED_KEYS } from "../../facts/guarded/keys.js";
import type { GuardedSetting } from "../../facts/guarded/setting.js";
import { decoded, entriesOf, isHarmless, textsOf } from "../../facts/vllm/jsonValues.js";
import { GUARDED_VARIABLES, namesMatcher } from "../../facts/guarded/variables.js";

/** Flags of the tables, and keys of their JSON. @param path of the release's flags */
export function checkGuardedFlags(flags: KnownFlags, path: string): Problem[] {
  return Object.entries(flags).flatMap(([name, { value }]) => {
    if (Object.hasOwn(OWNED_FLAGS, name)) return [];
    const at = joinPath(path, [name]);
    const given = decoded(value);
    const row = GUARDED_FLAGS.find(({ flags: names }) => names.includes(name));
    if (row !== undefined && !isHarmless(given, row.harmless)) return [error(at, said(`--${name}`, row))];
    const rows = GUARDED_KEYS.filter(({ flag }) => flag === name);
    return entriesOf(given).flatMap(({ path: inner, key, value: set }) => {
      const found = rows.find(({ keys }) => keys.includes(key));
      if (found === undefined || isHarmless(set, found.harmless)) return [];
      return [error(joinPath(`${at}.value`, inner), said(key, found))];
    });
  });
}

const VARIABLES = GUARDED_VARIABLES.map((row) => ({ row, matcher: namesMatcher(row.names) }));

/** What a variable does to the engine, whatever its value; `undefined` where nothing is known against it. */
export function guardedVariable(name: string): GuardedSetting | undefined {
  return VARIABLES.find(({ matcher }) => matcher.test(name))?.row;
}

/** One environment variable of a contract. */
export function checkGuardedVariable(name: string, value: string, at: string): Problem[] {
  const found = VARIABLES.find(({ matcher }) => matcher.test(name))?.row;
  if (found === undefined || found.harmless?.test(value)) return [];
  if (value === "" && found.emptyCounts === undefined) return [];
  return [error(at, said(name, found))];
}

function said(name: string, { why, instead }: GuardedSetting): string {
  return `${name} ${why}: ${instead}`;
}

/** What a credential in one of the texts looks like; `undefined` where there is none. */
export function credentialIn(texts: readonly string[]): string | undefined {
  return [...CREDENTIAL_FORMS].find(([, pattern]) => texts.some((text) => pattern.test(text)))?.[0];
}

/** Kubernetes puts the variable's value in the place of `$(NAME)`, unless the dollar is doubled. */
const REFERENCE = /(?<!\$)(?:\$\$)*\$\([A-Za-z_][\w.-]*\)/;

/**
 * Credentials in a reasoned value, and references by which Kubernetes would put one there. Messages name the place alone.
 *
 * @param way what to do with the credential
 */
export function checkPlainText(
  { value, reason }: { value?: unknown; reason?: unknown },
  at: string,
  way: string,
): Problem[] {
  const texts = { value: textsOf(value), reason: textsOf(reason) };
  return Object.entries(texts).flatMap(([key, found]) => {
    const form = credentialIn(found);
    if (form !== undefined) {
      return [error(`${at}.${key}`, `holds what looks like ${form}, and a contract is plain text: ${way}`)];
    }
    if (key === "reason" || !found.some((text) => REFERENCE.test(text))) return [];
    return [error(`${at}.${key}`, "has $(…), where Kubernetes would put a variable's value: write the value itself")];
  });
}
