/** Pure rooms load no Pulumi package: a contract is reviewed text, and checking it must not need an SDK. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";

const PROJECT = resolve(__dirname, "../..");
const ROOMS = ["facts", "vocabulary", "config", "fit", "contract", "derive", "checks"];

/** Pulumi's packages that are in the module cache once a program has run, in a process of its own. */
function loadedBy(program: string): string[] {
  const script = `${program}
    const loaded = Object.keys(require.cache).map((file) => /node_modules\\/(@pulumi\\/[^/]+)/.exec(file)?.[1]);
    console.log(JSON.stringify([...new Set(loaded.filter(Boolean))]));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", "tsx/cjs", "--eval", script], {
    cwd: PROJECT,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as string[];
}

describe("the rooms without Pulumi", function () {
  this.timeout(60_000);

  it("load none of its packages to parse a whole stack config, the cluster's cost included", () => {
    const program = `
      const { loadStack } = require("./tools/loadStack.ts");
      const { config } = loadStack(${JSON.stringify(PROJECT)}, "prod");
      if (config.models.length === 0) throw new Error("no models");
      const { clusterCost } = require("./components/cluster/cost.ts");
      if (config.cluster.built !== undefined) clusterCost(config.cluster.built);`;
    assert.deepEqual(loadedBy(program), []);
  });

  it("load none of its packages, whichever of their files is loaded", () => {
    const files = ROOMS.flatMap((room) =>
      readdirSync(join(PROJECT, "components", room), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `./components/${room}/${file}`),
    );
    assert.ok(files.length > 50, String(files.length));
    assert.deepEqual(loadedBy(files.map((file) => `require(${JSON.stringify(file)});`).join("\n")), []);
  });
});
