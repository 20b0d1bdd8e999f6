import assert from "node:assert/strict";
import { MAX_DEPTH, MAX_ENTRIES, MAX_VALUES, tooDeep, tooLarge } from "../../components/config/size.js";

/** A value within this many lists. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

/** As many lists of as many values as may stand in one. */
function lists(count: number): number[][] {
  return Array.from({ length: count }, () => Array.from({ length: MAX_ENTRIES }, () => 0));
}

describe("tooLarge", () => {
  it("lets pass what people write", () => {
    assert.equal(tooLarge({ a: [1, { b: null }], c: undefined }), undefined);
    assert.equal(tooLarge(nested(MAX_DEPTH)), undefined);
    assert.equal(tooLarge(lists(MAX_VALUES / MAX_ENTRIES - 1)), undefined);
  });

  it("says how much is allowed", () => {
    assert.equal(tooLarge(nested(MAX_DEPTH + 1)), "is nested more than 64 levels deep: use fewer");
    assert.equal(
      tooLarge(lists(MAX_VALUES / MAX_ENTRIES)),
      "has more than 300,000 values, those that YAML aliases repeat included: use fewer, or several stacks",
    );
    assert.equal(
      tooLarge({ a: Array.from({ length: MAX_ENTRIES + 1 }, () => 0) }),
      "has a list or an object with 2,001 entries, and 2,000 are the most: use fewer, or several stacks",
    );
  });

  it("counts a part as often as it stands somewhere, without a copy of it", () => {
    let value: unknown = "x";
    for (let level = 0; level < 30; level += 1) value = [value, value];
    assert.match(tooLarge(value)!, /^has more than 300,000 values/);
  });

  it("comes to an end on what holds itself, and on a hundred thousand levels", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    assert.match(tooLarge(loop)!, /^is nested more than 64 levels deep/);
    assert.match(tooLarge(nested(100_000))!, /^is nested more than 64 levels deep/);
  });
});

describe("tooDeep", () => {
  it("lets pass what is long, and not what is deep", () => {
    assert.equal(tooDeep(lists(MAX_VALUES / MAX_ENTRIES)), undefined);
    assert.match(tooDeep(nested(100_000))!, /^is nested more than 64 levels deep/);
  });
});
