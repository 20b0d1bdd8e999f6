import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { type Outcome, resultsText, type VerifiedList } from "../../../tools/verifyFlags/text.js";

function verified(model: string, outcome: Outcome, version?: string): VerifiedList {
  return {
    ...{ stack: "prod", model, release: "r1", image: "i", args: ["m"] },
    ...(version !== undefined && { version }),
    outcome,
  };
}

describe("resultsText", () => {
  it("has a row for each list, then each refusal, then each reason for not verifying once", () => {
    const reason = "installing: it failed\n    ERROR: down";
    const text = resultsText([
      verified("chat", { result: "parses" }, "0.30.0"),
      verified("embed", { result: "fails", message: "argument --port: invalid int value: 'x'" }, "0.30.0"),
      verified("new", { result: "not verified", message: reason }, "0.33.0"),
      verified("newer", { result: "not verified", message: reason }, "0.33.0"),
      verified("own", { result: "not verified", message: "no version" }),
    ]);
    const lines = stripVTControlCharacters(text).split("\n");
    assert.deepEqual(
      lines.map((line) => line.trimEnd()),
      [
        "STACK  MODEL  RELEASE  VLLM     RESULT",
        "prod   chat   r1       0.30.0   parses",
        "prod   embed  r1       0.30.0   fails",
        "prod   new    r1       0.33.0   not verified",
        "prod   newer  r1       0.33.0   not verified",
        "prod   own    r1       unknown  not verified",
        "",
        "fails prod: embed r1, vLLM 0.30.0",
        "  argument --port: invalid int value: 'x'",
        "not verified prod: new r1, prod: newer r1",
        "  installing: it failed",
        "      ERROR: down",
        "not verified prod: own r1",
        "  no version",
        "",
        "5 argument lists: 1 parsed by vLLM itself, 1 refused, 3 not verified",
      ],
    );
  });

  it("says so when there is nothing to verify", () => {
    assert.equal(resultsText([]), "The stacks run no vLLM: nothing to verify.");
  });
});
