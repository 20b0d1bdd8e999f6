import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../../../tools/failure.js";
import { readResources } from "../../../tools/judge/inputs.js";
import { folderWith, removeFolders } from "../folders.js";

const POD = "apiVersion: v1\nkind: Pod\nmetadata: { name: web }\n";
const nothing = (): Promise<string> => Promise.resolve("");

/** What is said, without the folder. */
async function said(folder: string, names: string[], input = ""): Promise<string[]> {
  try {
    await readResources(names, () => Promise.resolve(input));
  } catch (thrown) {
    assert.ok(thrown instanceof BadInput);
    return thrown.message.replaceAll(`${folder}/`, "").split("\n");
  }
  return [];
}

describe("readResources", () => {
  after(removeFolders);

  it("reads the manifests of a folder and of those in it; a kustomization and links are none", async () => {
    const folder = folderWith({
      "b.yaml": POD,
      "a/c.yml": POD,
      "a/d.JSON": '{ "apiVersion": "v1", "kind": "Pod" }',
      "kustomization.yaml": "resources: [b.yaml]\n",
      "SECRETS.md": "no manifest",
    });
    symlinkSync(folder, join(folder, "round"));
    symlinkSync("/etc/hosts", join(folder, "hosts.yaml"));
    const found = await readResources([folder], nothing);
    assert.deepEqual(
      found.map(({ file }) => file),
      ["a/c.yml", "a/d.JSON", "b.yaml"].map((name) => join(folder, name)),
    );
  });

  it("gives each resource a URN of its own, though files repeat names; a file that is named twice is read once", async () => {
    const folder = folderWith({ "a.yaml": POD, "b.yaml": POD });
    const [a, b] = [join(folder, "a.yaml"), join(folder, "b.yaml")];
    const found = await readResources([a, b, a], nothing);
    assert.deepEqual(
      found.map(({ urn }) => urn),
      [0, 1].map((index) => `urn:pulumi:judge::${index}::kubernetes:core/v1:Pod::web`),
    );
  });

  it("reads standard input for -", async () => {
    const [pod] = await readResources(["-"], () => Promise.resolve(`\n${POD}`));
    assert.deepEqual([pod?.file, pod?.line, pod?.name], ["standard input", 2, "web"]);
  });

  it("tells everything that is wrong at once, whatever can be read", async () => {
    const folder = folderWith({
      "good.yaml": POD,
      "bad.yaml": "a: 1\na: 2\n",
      "other.json": "{}",
      "empty/README.md": "",
    });
    const names = ["good.yaml", "bad.yaml", "other.json", "empty", "none.yaml", "-"].map((name) =>
      name === "-" ? name : join(folder, name),
    );
    const lines = await said(folder, names, "---\n# nothing\n");
    assert.deepEqual(
      lines.map((line) => line.replace(/: give .*|ENOENT.*/, "")),
      [
        'bad.yaml:2:1: the key "a" is on line 1 already: leave one out',
        "other.json:1: is nothing that can be judged",
        "empty: has no resource in it: was the command that made it successful?",
        "none.yaml: cannot be read: ",
        "standard input: has no resource in it: was the command that made it successful?",
      ],
    );
  });
});
