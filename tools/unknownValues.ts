/** Values that a preview does not know yet, guarded as the engine guards them: reading one throws. */

/**
 * What stands for them in a resource's properties, by kind.
 * Source: @pulumi/policy 1.21.0, proxy.ts, and pulumi 3.248.0, sdk/go/common/resource/plugin/rpc.go; `preview --json` writes the
 * text's. Read 2026-11-26.
 */
const UNKNOWN: ReadonlyMap<unknown, string> = new Map([
  ["1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "boolean"],
  ["3eeb2bf0-c639-47a8-9e75-3b44932eb421", "number"],
  ["04da6b54-80e4-46f7-96ec-b56ff0331ba9", "string"],
  ["6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", "Array"],
  ["030794c1-ac77-496b-92df-f27374a8bd58", "asset"],
  ["e48ece36-62e2-4504-bad9-02848725956a", "archive"],
  ["dd056dcd-154b-4c76-9bd3-c8f88648b5ff", "Object"],
]);

/** The engine's error has the same fields; its class is no part of the SDK's types. */
class UnknownValueError extends Error {
  override readonly name = "UnknownValueError";

  constructor(
    readonly unknownTypeSentinel: unknown,
    path: string,
  ) {
    super(`${UNKNOWN.get(unknownTypeSentinel)} value at ${path} is not known yet`);
  }
}

/** The properties themselves where everything in them is known; else behind a guard that throws on reading what is not. */
export function guarded(props: Record<string, unknown>): Record<string, unknown> {
  const text = JSON.stringify(props);
  const isKnown = ![...UNKNOWN.keys()].some((mark) => text.includes(`"${String(mark)}"`));
  return isKnown ? props : (guard(props, "") as Record<string, unknown>);
}

function guard(value: unknown, path: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get: (target, key) => {
      const inner: unknown = Reflect.get(target, key);
      const place = `${path}.${String(key)}`;
      if (UNKNOWN.has(inner)) throw new UnknownValueError(inner, place);
      return guard(inner, place);
    },
  });
}
