import assert from "node:assert/strict";
import { join } from "node:path";
import { markdownFiles, projectAt } from "../../../tools/docs/project.js";
import { folderWith, PROJECT, removeFolders } from "../folders.js";

describe("this repository, as the check of its docs sees it", function () {
  this.timeout(60_000);
  after(removeFolders);
  let project: ReturnType<typeof projectAt>;
  before(() => (project = projectAt(PROJECT)));

  it("has every Markdown file of the repository", () => {
    const folder = folderWith({ "a.md": "", "b/c.md": "", "b/c.txt": "", "node_modules/d.md": "", ".local/e.md": "" });
    assert.deepEqual(markdownFiles(folder).sort(), ["a.md", "b/c.md"]);
    for (const page of ["README.md", "SECURITY.md", "docs/local.md"]) assert.ok(project.pages.has(page), page);
  });

  it("knows what the npm package has", () => {
    for (const file of ["README.md", "SECURITY.md", "docs/local.md"]) assert.ok(project.packed.has(file), file);
    assert.ok(!project.packed.has("bench/README.md"));
    assert.ok(project.exists("bench/README.md") && !project.exists("bench/none.md"));
  });

  it("has the real help of a command, and none of a command that does not exist", () => {
    assert.match(project.scripts.help("local", ["up"])!, /--kubeconfig/);
    assert.equal(project.scripts.help("local", ["start"]), undefined);
  });

  it("runs a command with a stack file in place of staging's, and says how it ends", () => {
    const { text, exitCode } = project.run(
      "npm run --silent preview",
      join("test", "tools", "docs", "fixtures", "Pulumi.broken.yaml"),
    );
    assert.match(text, /^5 problems, nothing was done:$/m);
    assert.equal(exitCode, 2);
  });

  it("reads files, and none that is not there", () => {
    assert.match(project.read("Pulumi.yaml")!, /^name: vllm$/m);
    assert.equal(project.read("Pulumi.none.yaml"), undefined);
  });

  it("reads policy levels as the tools do", () => {
    project.readLevels('{ "limits-stated": "mandatory" }');
    assert.throws(() => project.readLevels('{ "limits-statd": "mandatory" }'), /did you mean limits-stated/);
  });

  it("has no TypeScript to check where no page shows any", () => assert.deepEqual(project.checkTypeScript([]), []));
});
