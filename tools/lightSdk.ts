/**
 * Keeps unused parts of Pulumi's SDK from being loaded: half of the time that a command takes to start.
 *
 * The SDK's index loads its automation API, the TypeScript compiler and npm's dependency tree. No command here uses them: they
 * drive Pulumi's CLI and serialise functions. Each is loaded when something does use it. Import this file before the SDK.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const SDK = dirname(require.resolve("@pulumi/pulumi/package.json"));
const requireOfSdk = createRequire(join(SDK, "index.js"));

const UNUSED = ["./automation", "./typescript-shim", "@npmcli/arborist"];

/** Puts a stand-in into the module cache that loads the module at the first access to a property. */
function loadLater(name: string): void {
  const file = requireOfSdk.resolve(name);
  // Loaded already, as in tests: nothing to gain.
  if (requireOfSdk.cache[file] !== undefined) return;
  let loaded: object | undefined;
  const load = (): object => {
    if (loaded === undefined) {
      delete requireOfSdk.cache[file];
      loaded = requireOfSdk(file) as object;
    }
    return loaded;
  };
  const exports = new Proxy(
    {},
    {
      // The SDK's import helper asks for this, and copies all properties where it is not set.
      get: (_, key) => (key === "__esModule" ? true : (Reflect.get(load(), key) as unknown)),
      has: (_, key) => Reflect.has(load(), key),
    },
  );
  requireOfSdk.cache[file] = { exports, loaded: true, id: file, filename: file } as NodeModule;
}

UNUSED.forEach(loadLater);
