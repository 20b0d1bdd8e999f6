import assert from "node:assert/strict";
import fc from "fast-check";
import { missingLines } from "../../../tools/docs/outputs.js";

const PRINTED = "first\nsecond  column\nthird\nlast\n";

describe("what a page shows of an output", () => {
  const passes: Array<[why: string, shown: string[]]> = [
    ["all of it", ["first", "second  column", "third", "last"]],
    ["columns of another width", ["first", "second column", "third", "last"]],
    ["its start", ["first", "…"]],
    ["its end", ["…", "third", "last"]],
    ["its middle", ["…", "second column", "…"]],
    ["both ends", ["first", "…", "last"]],
    ["nothing left out where an ellipsis is", ["first", "…", "second column", "…", "third", "last"]],
  ];
  for (const [why, shown] of passes) {
    it(`may be ${why}`, () => assert.equal(missingLines(shown, PRINTED), undefined));
  }

  const fails: Array<[why: string, shown: string[], missing: string[]]> = [
    ["a line that is not printed", ["…", "other", "…"], ["other"]],
    ["lines left out without a mark", ["first", "last"], ["first", "last"]],
    ["an end left out without a mark", ["first"], ["first"]],
    ["a start left out without a mark", ["last"], ["last"]],
    ["another order", ["…", "third", "…", "second column", "…"], ["second column"]],
    ["another end", ["…", "third"], ["third"]],
    ["a line shown twice", ["first", "…", "first", "…"], ["first"]],
  ];
  for (const [why, shown, missing] of fails) {
    it(`may not have ${why}`, () => assert.deepEqual(missingLines(shown, PRINTED), missing));
  }

  it("may differ in times, ports and the borders of tables, and in no other number", () => {
    const printed = "┌────┬──┐\n│ up after 12.5 s at 127.0.0.1:40123\n3 nodes";
    assert.equal(missingLines(["┌──┬───────┐", "│ up after 3 s at 127.0.0.1:80", "3 nodes"], printed), undefined);
    assert.notEqual(missingLines(["…", "4 nodes"], printed), undefined);
  });

  it("matches output from which lines were left out", () => {
    const line = fc.constantFrom("a", "b", "c d", "");
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.nat(), fc.nat(), (lines, from, length) => {
        const start = from % lines.length;
        const shown = [...lines.slice(0, start), "…", ...lines.slice(start + (length % (lines.length - start + 1)))];
        // Empty lines at the ends are of no account.
        if (lines[0] === "" || lines.at(-1) === "") return;
        assert.equal(missingLines(shown, lines.join("\n")), undefined);
      }),
    );
  });
});
