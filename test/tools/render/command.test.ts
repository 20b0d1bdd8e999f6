import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { render } from "../../../tools/render/command.js";
import { projectCopy, removeFolders } from "../folders.js";

describe("render", function () {
  this.timeout(30_000);
  after(removeFolders);

  it("says how many files it wrote and where, and what it left out", async () => {
    const folder = projectCopy();
    const warnings: string[] = [];
    const { text, exitCode } = await render(folder, "prod", "out", (line) => warnings.push(line));
    const files = readdirSync(join(folder, "out"));
    assert.equal(exitCode, 0);
    assert.equal(text, `${files.length} files in ${join(folder, "out")}; kubectl apply --server-side -k out`);
    assert.ok(files.some((name) => name.endsWith("-deployment-chat-r1.yaml")) && files.includes("SECRETS.md"));
    assert.deepEqual(warnings, []);
  });

  it("writes nothing when no folder is named or the config is wrong", async () => {
    const folder = projectCopy();
    const before = readdirSync(folder);
    const warn = (): void => assert.fail("no warning");
    await assert.rejects(render(folder, "prod", " ", warn), { name: "BadInput", exitCode: 2 });
    await assert.rejects(render(folder, "prd", "out", warn), /there is no stack "prd"/);
    assert.deepEqual(readdirSync(folder), before);
  });
});
