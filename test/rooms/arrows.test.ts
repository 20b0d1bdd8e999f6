/** The arrows of docs/architecture.md, as the linter's rule has them: for every room, also for one that nobody has listed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const PROJECT = resolve(__dirname, "../..");

/** Names of the rules that a project of these files breaks. */
function broken(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-arrows-"));
  try {
    for (const file of [".dependency-cruiser.cjs", "tsconfig.json", "package.json"]) {
      copyFileSync(join(PROJECT, file), join(folder, file));
    }
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const cruise = join(PROJECT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
    const folders = [...new Set(Object.keys(files).map((file) => file.split("/")[0]!))];
    const { stdout, stderr } = spawnSync(process.execPath, [cruise, "--output-type", "json", ...folders], {
      cwd: folder,
      encoding: "utf8",
    });
    assert.ok(stdout.startsWith("{"), stderr);
    const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
    return [...new Set(summary.violations.map(({ rule }) => rule.name))].sort();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const imports = (path: string): string => `import { x } from "${path}";\nexport const y = x;\n`;
const LEAF = "export const x = 1;\n";

describe("the arrows between rooms", function () {
  this.timeout(120_000);

  const refused: Array<[name: string, from: string, to: string, path: string, rule: string]> = [
    [
      "a room of tomorrow that imports a sibling",
      "components/batch/a.ts",
      "components/serving/b.ts",
      "../serving/b.js",
      "other-components-imports-what-is-below",
    ],
    [
      "a room of tomorrow that imports another of tomorrow",
      "components/batch/a.ts",
      "components/cache/b.ts",
      "../cache/b.js",
      "other-components-imports-what-is-below",
    ],
    [
      "a room that imports one of tomorrow beside it",
      "components/serving/a.ts",
      "components/batch/b.ts",
      "../batch/b.js",
      "serving-imports-what-is-below",
    ],
    [
      "an arrow up",
      "components/derive/a.ts",
      "components/checks/b.ts",
      "../checks/b.js",
      "derive-imports-what-is-below",
    ],
    [
      "rooms of the ground floor that import each other",
      "components/facts/a.ts",
      "components/config/b.ts",
      "../config/b.js",
      "facts-imports-what-is-below",
    ],
    [
      "a policy that shares the code that it judges",
      "policies/a.ts",
      "components/derive/b.ts",
      "../components/derive/b.js",
      "policies-judge-from-outside",
    ],
  ];
  for (const [name, from, to, path, rule] of refused) {
    it(`refuse ${name}`, () => assert.deepEqual(broken({ [from]: imports(path), [to]: LEAF }), [rule]));
  }

  it("let a room of tomorrow import its own files and what is below it", () => {
    const files = {
      "components/batch/a.ts": `${imports("./b.js")}export { x } from "../engine/c.js";\n`,
      "components/batch/b.ts": LEAF,
      "components/engine/c.ts": LEAF,
    };
    assert.deepEqual(broken(files), []);
  });
});
