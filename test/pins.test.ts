/** What the project is built of: everything that is fetched has a version and a hash. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const PROJECT = join(__dirname, "..");

interface Lock {
  packages: Record<string, { version?: string; resolved?: string; integrity?: string; link?: boolean }>;
}

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = <T>(...path: string[]): T => JSON.parse(readFileSync(join(PROJECT, ...path), "utf8")) as T;

describe("what is fetched", () => {
  it("from npm has a hash in the lock files, and no other source", () => {
    for (const lock of ["package-lock.json", "components/plugin/package-lock.json"]) {
      const packages = Object.entries(read<Lock>(lock).packages).filter(([name, { link }]) => name !== "" && !link);
      // The plugin has no packages of its own: what it needs is the project's.
      if (lock === "package-lock.json") assert.ok(packages.length > 100);
      for (const [name, { resolved, integrity }] of packages) {
        // Left out where it is the registry that npm is set to (.npmrc).
        if (resolved !== undefined) assert.match(resolved, /^https:\/\/registry\.npmjs\.org\//, `${lock}: ${name}`);
        assert.match(integrity ?? "", /^sha(512|256)-/, `${lock}: ${name}`);
      }
    }
  });

  it("from npm is asked for at one version", () => {
    const { dependencies = {}, devDependencies = {} } = read<Manifest>("package.json");
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    }
  });

  it("from Go's proxy has a go.sum beside its go.mod", () => {
    const families = readdirSync(join(PROJECT, "tools", "local", "go"));
    assert.ok(families.includes("kubernetes"));
    for (const family of families) {
      for (const file of ["go.mod", "go.sum"]) {
        assert.ok(existsSync(join(PROJECT, "tools", "local", "go", family, file)), `${family}/${file}`);
      }
    }
  });
});
