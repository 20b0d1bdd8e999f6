import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { all, each, isUnknownValue, known, knownTexts } from "../../../policies/read/unknown.js";

/** Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: <T>(props: T) => T;
  unknownStringValue: string;
};

const guarded = unknownCheckingProxy({ later: unknownStringValue, words: ["a", unknownStringValue, 1, {}] });

describe("each", () => {
  it("judges the rest first, then lets the first unknown value through", () => {
    const judged: string[] = [];
    const read = (key: "later" | "words") => void judged.push(String(guarded[key].length));
    assert.throws(() => each(["words", "later", "words"] as const, read), isUnknownValue);
    assert.equal(judged.length, 2);
  });

  it("takes items that end with an unknown value", () => {
    const judged: number[] = [];
    function* items() {
      yield 1;
      void guarded.later;
    }
    assert.throws(() => each(items(), (item) => judged.push(item)), isUnknownValue);
    assert.deepEqual(judged, [1]);
  });

  it("stops at any other error", () => {
    const fail = () => {
      throw new Error("fault");
    };
    assert.throws(() => all(fail, () => assert.fail("judged")), { message: "fault" });
    assert.doesNotThrow(() => all());
  });
});

describe("knownTexts", () => {
  it("keeps the place of a text that is not known, and does not let it pass as known", () => {
    const texts = knownTexts(guarded.words);
    assert.equal(texts.length, 3);
    assert.deepEqual([texts[0], texts[2]], ["a", "1"]);
    assert.deepEqual(known([texts[0]!]), ["a"]);
    assert.throws(() => known(texts), isUnknownValue);
    assert.throws(() => known([`--model=${texts[1]}`]), isUnknownValue);
  });
});
