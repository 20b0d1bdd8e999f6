import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BadInput } from "../../../tools/failure.js";
import type { ManifestFile } from "../../../tools/render/manifests.js";
import { writeManifests } from "../../../tools/render/write.js";
import { folderWith, removeFolders } from "../folders.js";

const HEADER = "# Rendered by pulumi-vllm; do not edit.\n";

describe("writeManifests", () => {
  after(removeFolders);
  const file = (name: string, text = "kind: X\n"): ManifestFile => ({ name, content: HEADER + text });

  it("makes the folder and leaves only whole files in it", () => {
    const folder = join(folderWith(), "deep", "out");
    writeManifests(folder, "staging", [file("a.yaml"), file("b.yaml", "kind: Y\n")]);
    assert.deepEqual(readdirSync(folder).sort(), ["a.yaml", "b.yaml"]);
    assert.equal(readFileSync(join(folder, "b.yaml"), "utf8"), `${HEADER}kind: Y\n`);
  });

  it("replaces its files and removes those that are no longer made", () => {
    const folder = folderWith();
    writeManifests(folder, "staging", [file("a.yaml"), file("b.yaml"), file("SECRETS.md")]);
    writeManifests(folder, "staging", [file("a.yaml", "kind: Z\n"), file("c.yaml")]);
    assert.deepEqual(readdirSync(folder).sort(), ["a.yaml", "c.yaml"]);
    assert.equal(readFileSync(join(folder, "a.yaml"), "utf8"), `${HEADER}kind: Z\n`);
  });

  it("refuses the folder of another stack, and takes one that does not say whose it is", () => {
    const folder = folderWith();
    const of = (stack: string) => [{ name: `${stack}.yaml`, content: `${HEADER}# Stack: ${stack}\nkind: X\n` }];
    writeManifests(folder, "old", [file("a.yaml")]);
    writeManifests(folder, "prod", of("prod"));
    assert.throws(
      () => writeManifests(folder, "staging", of("staging")),
      (thrown) => {
        assert.ok(thrown instanceof BadInput);
        assert.match(
          thrown.message,
          /: has the rendering of stack "prod", and this is "staging": name a folder of its own, or empty this one$/,
        );
        return true;
      },
    );
    assert.deepEqual(readdirSync(folder), ["prod.yaml"]);
  });

  it("leaves foreign files alone", () => {
    const others = { "kustomization.yaml": "resources: []\n", "README.md": "# Ours\n", "notes.txt": HEADER };
    const folder = folderWith(others);
    writeManifests(folder, "staging", [file("a.yaml")]);
    for (const [name, content] of Object.entries(others))
      assert.equal(readFileSync(join(folder, name), "utf8"), content);
  });

  it("does not overwrite a foreign file that has the name of a manifest", () => {
    const folder = folderWith({ "SECRETS.md": "# How we make ours\n" });
    try {
      writeManifests(folder, "staging", [file("a.yaml"), file("SECRETS.md")]);
    } catch (thrown) {
      assert.ok(thrown instanceof BadInput);
    }
    assert.equal(readFileSync(join(folder, "SECRETS.md"), "utf8"), "# How we make ours\n");
  });

  it("takes no notice of a folder that is named like a manifest", () => {
    const folder = folderWith({ "charts.yaml/values.txt": "" });
    writeManifests(folder, "staging", [file("a.yaml")]);
    assert.ok(existsSync(join(folder, "charts.yaml", "values.txt")));
  });

  it("follows no link: neither of a file, nor of one half-written, nor of the folder", () => {
    const elsewhere = folderWith({ "a.yaml": HEADER, "kept.txt": "theirs" });
    const folder = folderWith();
    symlinkSync(join(elsewhere, "kept.txt"), join(folder, "a.yaml.partial"));
    symlinkSync(join(elsewhere, "a.yaml"), join(folder, "b.yaml"));
    symlinkSync(join(elsewhere, "none"), join(folder, "c.yaml"));
    writeManifests(folder, "staging", [file("a.yaml")]);
    assert.equal(readFileSync(join(elsewhere, "kept.txt"), "utf8"), "theirs");
    assert.deepEqual(readdirSync(folder).sort(), ["a.yaml", "a.yaml.partial", "b.yaml", "c.yaml"]);
    for (const name of ["b.yaml", "c.yaml"]) {
      assert.throws(
        () => writeManifests(folder, "staging", [file(name, "kind: Y\n")]),
        /is there already and not of a rendering/,
      );
    }
    const link = join(folder, "out");
    symlinkSync(elsewhere, link);
    assert.throws(() => writeManifests(link, "staging", [file("b.yaml")]), {
      name: "BadInput",
      message: `${link}: is a link: give the folder that it leads to`,
    });
    assert.deepEqual(readdirSync(elsewhere).sort(), ["a.yaml", "kept.txt"]);
    assert.equal(readFileSync(join(elsewhere, "a.yaml"), "utf8"), HEADER);
  });

  it("follows no link of the project on the way to the folder", () => {
    const [project, elsewhere] = [folderWith(), folderWith()];
    symlinkSync(elsewhere, join(project, "out"));
    const before = process.cwd();
    process.chdir(project);
    try {
      const folder = join(process.cwd(), "out", "staging");
      assert.throws(() => writeManifests(folder, "staging", [file("a.yaml")]), {
        message: /out: is a link: give the folder/,
      });
    } finally {
      process.chdir(before);
    }
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  it("names a folder that cannot be written, and why", () => {
    const folder = folderWith();
    writeFileSync(join(folder, "taken"), "");
    const out = join(folder, "taken", "out");
    assert.throws(() => writeManifests(out, "staging", [file("a.yaml")]), {
      name: "BadInput",
      message: `${out}: cannot be written: ENOTDIR: not a directory, mkdir '${out}'`,
    });
  });
});
