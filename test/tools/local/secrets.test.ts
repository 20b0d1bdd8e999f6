import assert from "node:assert/strict";
import { chmodSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { makePrivateFolder, writePrivate } from "../../../tools/local/folders.js";
import { secretFile, secretOf } from "../../../tools/local/secrets.js";
import { folderWith, removeFolders } from "../folders.js";

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe("secrets of a run", () => {
  after(removeFolders);

  it("are random, one for each purpose and run, and stay the same in it", () => {
    const runs = [1, 2].map(() => ({ bin: "/bin", run: folderWith() }));
    const all = runs.flatMap((run) => [secretOf(run, "prometheus-password"), secretOf(run, "simulator-token")]);
    assert.equal(new Set(all).size, 4);
    for (const secret of all) assert.match(secret, /^[0-9a-f]{48}$/);
    assert.equal(secretOf(runs[0]!, "simulator-token"), all[1]);
  });

  it("are in files that only their user can read", () => {
    const folders = { bin: "/bin", run: folderWith() };
    secretOf(folders, "simulator-token");
    assert.equal(modeOf(secretFile(folders, "simulator-token")), 0o600);
  });
});

describe("private files", () => {
  after(removeFolders);

  it("are for their user alone, also where one that others may read was there, and are written as a whole", () => {
    const folder = folderWith({ old: "x" });
    chmodSync(join(folder, "old"), 0o666);
    for (const name of ["old", "new"]) {
      writePrivate(join(folder, name), "content");
      assert.equal(modeOf(join(folder, name)), 0o600);
    }
    assert.deepEqual(readdirSync(folder).sort(), ["new", "old"]);
  });

  it("are in folders that only their user can enter, even if others could before", () => {
    const folder = folderWith({ "open/x": "" });
    chmodSync(join(folder, "open"), 0o777);
    for (const name of ["open", "deep/new"]) {
      makePrivateFolder(join(folder, name));
      assert.equal(modeOf(join(folder, name)), 0o700);
    }
  });
});
