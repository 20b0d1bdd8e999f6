import assert from "node:assert/strict";
import fc from "fast-check";
import { annotatedExceptions } from "../../../policies/exceptions/annotation.js";

const of = (annotation: string) =>
  annotatedExceptions({ props: { metadata: { annotations: { "pulumi-vllm.dev/exceptions": annotation } } } });
const RIGHT = { rule: "image-pinned", reason: "LLM-1", until: "2027-03-31" };

describe("annotatedExceptions", () => {
  it("reads JSON and YAML", () => {
    const expected = { exceptions: [RIGHT], problems: [] };
    assert.deepEqual(of(JSON.stringify([RIGHT])), expected);
    assert.deepEqual(of("- rule: image-pinned\n  reason: LLM-1\n  until: 2027-03-31\n"), expected);
    assert.deepEqual(annotatedExceptions({ props: {} }), { exceptions: [], problems: [] });
  });

  it("says what each lacks, and keeps those that are right", () => {
    const wrong = [{ rule: "", until: "soon" }, { ...RIGHT, until: "2027-02-30" }, RIGHT, { ...RIGHT, untill: 1 }, 3];
    assert.deepEqual(of(JSON.stringify(wrong)), {
      exceptions: [RIGHT],
      problems: [
        "[0] names no rule: give rule",
        "[0] gives no reason: give reason",
        '[0] until "soon" is no date: give the last day, YYYY-MM-DD',
        '[1] until "2027-02-30" is no date: give the last day, YYYY-MM-DD',
        '[3] has an unknown key "untill": leave it out; did you mean until?',
        "[4] names no rule: give rule",
        "[4] gives no reason: give reason",
        "[4] until nothing is no date: give the last day, YYYY-MM-DD",
      ],
    });
  });

  it("grants nothing for what is no list, and throws for no text", () => {
    for (const text of ["", "a: b", "[", "{", "- a: *b", "image-pinned"]) {
      assert.deepEqual(of(text).exceptions, [], text);
      assert.match(of(text).problems.join(), /^is no list: write \[/, text);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.deepEqual(of(text).exceptions, []);
      }),
    );
  });
});
