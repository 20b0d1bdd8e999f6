/** Manifests: one text for the same files, and no file that leaves its folder. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runModule } from "../../tools/standIns/programs.js";
import { folderWith, removeFolders } from "../tools/folders.js";
import { FILES, manifestOf } from "./model.js";
import { needsPython } from "./needs.js";
import { python, raised } from "./python.js";

const PARSE = `
import manifest
result = [list(file) for file in manifest.parse(given["body"].encode(), "m.json")]
`;

const row = (more: object): object => ({ path: "a", size: 1, sha256: "0".repeat(64), ...more });

const parse = (...rows: object[]): Promise<unknown> => raised(PARSE, { body: JSON.stringify({ files: rows }) });

describe("a manifest", () => {
  needsPython();
  after(removeFolders);

  it("is canonical JSON, and its hash begins with the revision", async () => {
    const text = Object.fromEntries(Object.entries(FILES).filter(([path]) => !path.endsWith(".safetensors")));
    const folder = folderWith(Object.fromEntries(Object.entries(text).map(([path, body]) => [path, body.toString()])));
    const printed = await runModule("manifest.py", [folder]);
    const { body, revision } = manifestOf(text);
    assert.equal(readFileSync(join(folder, "manifest.json"), "utf8"), body.toString());
    assert.equal(printed.output.trim(), revision);
    // A second time, with a manifest in the folder, the same.
    assert.equal((await runModule("manifest.py", [folder])).output.trim(), revision);
  });

  it("is read back as it was written", async () => {
    const { body } = manifestOf(FILES);
    const code = 'import manifest\nresult = manifest.dump(manifest.parse(given["body"].encode(), "m")).decode()';
    assert.equal(await python(code, { body: body.toString() }), body.toString());
  });

  it("knows git's name of a file's content", async () => {
    const folder = folderWith({ file: "what is up, doc?" });
    const code = 'import manifest\nresult = list(manifest.hash_file(given["path"]))';
    // https://git-scm.com/book/en/v2/Git-Internals-Git-Objects has this one.
    assert.deepEqual(await python(code, { path: join(folder, "file") }), [
      16,
      createHash("sha256").update("what is up, doc?").digest("hex"),
      "bd9dbf5aae1a3862dd1526723246b20206e5fc37",
    ]);
  });

  for (const path of ["../a", "/a", "a/../b", "a//b", "a/", ".", "", "a\\b", ".complete", ".manifest.json", ".used"]) {
    it(`refuses the path ${JSON.stringify(path)}`, async () => {
      const [kind, text] = (await parse(row({ path }))) as [string, string];
      assert.equal(kind, "Wrong");
      assert.match(text, /^m\.json: files\[0\]\.path: got .*, a relative path without `\.\.` is wanted$/);
    });
  }

  it("says all its problems at once", async () => {
    const [kind, text] = (await parse(row({ size: -1 }), row({ sha256: "x" }), row({ size: true }))) as [
      string,
      string,
    ];
    assert.equal(kind, "Wrong");
    for (const where of ["files[0].size", "files[1].sha256", "files[2].size", "'a' is there twice"]) {
      assert.ok(text.includes(where), `${where} in ${text}`);
    }
  });

  for (const body of ["", "[]", "{}", '{"files":{}}', '{"files":[]}', '{"files":[1]}']) {
    it(`refuses ${JSON.stringify(body)}`, async () => {
      const [kind, text] = (await raised(PARSE, { body })) as [string, string];
      assert.equal(kind, "Wrong");
      assert.match(text, /^m\.json: /);
    });
  }
});
