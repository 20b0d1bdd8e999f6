/**
 * The properties that the engine gives to a remedy, with lists that can be read. Around these properties alone it has a guard for
 * secrets, behind which `map` and its like throw: they ask the list for its constructor, and get one that makes no lists.
 * Source: @pulumi/policy 1.21.0, secret.ts; proxy.ts has the same case and says why. Read 2026-11-26.
 */
export function readable<T extends object>(properties: T): T {
  return new Proxy(properties, {
    get: (target, key): unknown => {
      if (key === "constructor" && Array.isArray(target)) return Array;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "object" && value !== null ? readable(value) : value;
    },
  });
}
