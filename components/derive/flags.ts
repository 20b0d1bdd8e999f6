/** Flags as words of a command line. */
import type { Flags, FlagValue } from "../contract/contract.js";
import type { FlagFacts, FlagTable } from "../facts/vllm/version.js";

/** True for lists that become words of their own after the flag. */
export function rendersAsWords(value: FlagValue, facts: FlagFacts | undefined): value is Array<string | number> {
  return Array.isArray(value) && (facts === undefined || (facts.repeated === true && facts.appended !== true));
}

/** Renders flags as arguments, sorted by name: `--flag=value`, `--flag` and `--no-flag`, and `--flag a b` for lists. */
export function renderFlags(flags: Flags, table: FlagTable | undefined): string[] {
  return Object.keys(flags)
    .sort()
    .flatMap((name) => {
      const value = flags[name]!.value;
      if (typeof value === "boolean") return [value ? `--${name}` : `--no-${name}`];
      const facts = table?.get(name);
      if (Array.isArray(value) && facts?.appended) return value.map((item) => `--${name}=${item}`);
      if (rendersAsWords(value, facts)) return [`--${name}`, ...value.map(String)];
      return [`--${name}=${typeof value === "object" ? JSON.stringify(value) : value}`];
    });
}
