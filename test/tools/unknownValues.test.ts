import assert from "node:assert/strict";
import * as proxy from "@pulumi/policy/proxy";
import { isUnknownValue } from "../../policies/read/unknown.js";
import { guarded } from "../../tools/unknownValues.js";

/** The SDK's own, which its types leave out. */
const sdk = proxy as unknown as Record<string, unknown> & {
  unknownCheckingProxy: (props: object) => { image: string };
};
const MARKS = Object.entries(sdk).filter((entry): entry is [string, string] => /^unknown.*Value$/.test(entry[0]));

describe("values that a preview does not know yet", () => {
  it("are those that the SDK marks", () => {
    assert.ok(MARKS.length > 5);
    for (const [name, mark] of MARKS) {
      const kind = /^unknown(.*)Value$/.exec(name)![1]!.toLowerCase();
      const props = guarded({ spec: { list: ["known", mark] } }) as { spec: { list: string[] } };
      assert.equal(props.spec.list[0], "known");
      assert.throws(
        () => props.spec.list[1],
        (thrown: Error) =>
          isUnknownValue(thrown) && thrown.message.toLowerCase() === `${kind} value at .spec.list.1 is not known yet`,
      );
    }
  });

  it("throw what is told from other errors, as the engine's do", () => {
    const props = sdk.unknownCheckingProxy({ image: MARKS[0]![1] });
    assert.throws(() => props.image, isUnknownValue);
    assert.ok(!isUnknownValue(new Error("boom")));
  });

  it("leave properties alone in which everything is known", () => {
    const props = { spec: { image: "a" } };
    assert.equal(guarded(props), props);
  });
});
