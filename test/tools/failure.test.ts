/** What the command line makes of each error: its text and its exit code. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { ContractError, error, warning } from "../../components/config/problems.js";
import { saidOf } from "../../tools/commandLine.js";
import { BadInput, Failure } from "../../tools/failure.js";
import { ApiError } from "../../tools/local/client.js";
import { LocalFailure } from "../../tools/local/processes.js";
import { PolicyConfigError } from "../../tools/policyConfig.js";
import { PolicyRuleError } from "../../tools/policyRunner.js";
import { NotVerified } from "../../tools/verifyFlags/notVerified.js";

const PROBLEMS = [error("vllm:models", "is empty: name a model"), warning("vllm:access", "is open")];
const AS_LIST = "1 problem, nothing was done:\n  vllm:models: is empty: name a model\n  warning: vllm:access: is open";

describe("an error", () => {
  for (const [thrown, text, exitCode] of [
    [new ContractError(PROBLEMS), AS_LIST, 2],
    [new PolicyConfigError(PROBLEMS), AS_LIST, 2],
    [new BadInput(PROBLEMS), AS_LIST, 2],
    [new BadInput("nothing is up"), "nothing is up", 2],
    [new Failure("etcd: could not be built"), "etcd: could not be built", 1],
    [new LocalFailure("etcd", "not there after 60 s"), "etcd: not there after 60 s", 1],
    [new ApiError(422, "Pod a", "is invalid"), "Pod a: is invalid (HTTP 422)", 1],
    [new NotVerified("there is no uv"), "there is no uv", 1],
    [
      new PolicyRuleError("image-pinned", "chat-r1", new TypeError("x is undefined")),
      'rule "image-pinned" failed on chat-r1: x is undefined',
      1,
    ],
  ] as const) {
    it(`${thrown.name} of ${JSON.stringify(thrown.message)} is said and exits with ${exitCode}`, () => {
      assert.deepEqual(saidOf(thrown), { text, exitCode });
      assert.equal(String(thrown), `${thrown.name}: ${thrown.message}`);
    });
  }

  it("of the file system is bad input: a folder that cannot be made", () => {
    let thrown: unknown;
    try {
      mkdirSync("/dev/null/folder");
    } catch (caught) {
      thrown = caught;
    }
    assert.equal(saidOf(thrown)?.exitCode, 2);
    assert.match(saidOf(thrown)!.text, /^ENOTDIR: not a directory, mkdir '\/dev\/null\/folder'$/);
  });

  it("is printed as text: no sequence for the terminal passes", () => {
    assert.ok(!saidOf(new Failure("a\u001b[31mb"))!.text.includes("\u001b[31m"));
  });

  it("that is a bug has no text: it is shown with its stack trace", () => {
    assert.equal(saidOf(new TypeError("x is undefined")), undefined);
    assert.equal(saidOf("x"), undefined);
  });
});
