import assert from "node:assert/strict";
import fc from "fast-check";
import {
  isVisible,
  printable,
  printableData,
  printableJson,
  printableLines,
} from "../../components/config/printable.js";

/** Everything that a terminal would act on or a reader would not see. */
const INVISIBLE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("\n", "\r", "\u001b[31m", ":", "#", "[", "`", "a", "\u202e", "\u200b", "\u0085") }),
);

describe("printable", () => {
  it("says what would not be seen, or would be acted on", () => {
    assert.equal(printable("a\nb\tc\r"), "a\\nb\\tc\\r");
    assert.equal(printable("\u001b[31mred\u001b]8;;x\u0007"), "\\u001b[31mred\\u001b]8;;x\\u0007");
    assert.equal(printable("\u009b2J\u007f"), "\\u009b2J\\u007f");
    assert.equal(printable("user\u202e\u2066gnp.exe\u200b\ufeff"), "user\\u202e\\u2066gnp.exe\\u200b\\ufeff");
    assert.equal(printable("\u{e0041}"), "\\u{e0041}");
  });

  it("leaves text of every language as it is", () => {
    for (const word of ["grün", "日本語", "עברית", "हिन्दी", "🚀", "a × b – c…"]) assert.equal(printable(word), word);
  });

  it("writes no command for the runners of CI systems", () => {
    assert.equal(printable("::error::forged"), "\\::error::forged");
    assert.equal(printable("  ::set-output name=x::y"), "  \\::set-output name=x::y");
    assert.equal(printable("x ##[error]forged ##vso[task]"), "x #\\#[error]forged #\\#vso[task]");
    assert.equal(printable("aws::eks and ## heading"), "aws::eks and ## heading");
  });

  it("is one line without anything invisible, whatever it is given", () => {
    fc.assert(
      fc.property(text, (given) => {
        const shown = printable(given);
        assert.doesNotMatch(shown, INVISIBLE);
        assert.doesNotMatch(shown, /^\s*::|##(\[|vso\[)/);
        assert.equal(printable(shown), shown);
      }),
    );
  });
});

describe("isVisible", () => {
  it("holds for text of every language, its lines and tabs, and for nothing that is hidden", () => {
    for (const word of ["", "a\n\tb", "日本語 🚀"]) assert.equal(isVisible(word), true, word);
    for (const word of ["\r", "\u0000", "\u202e", "\u200b", "\u2028", "\ud800"]) assert.equal(isVisible(word), false);
  });
});

describe("printableLines", () => {
  it("keeps line ends alone", () => {
    assert.equal(printableLines("a\r\n::error::b\n\u001bc"), "a\n\\::error::b\n\\u001bc");
  });
});

describe("printableJson", () => {
  it("is the same data without anything invisible", () => {
    fc.assert(
      fc.property(fc.dictionary(text, text), (given) => {
        const json = printableJson(JSON.stringify(given, null, 2));
        assert.doesNotMatch(json.replaceAll("\n", ""), INVISIBLE);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(given)));
      }),
    );
  });
});

describe("printableData", () => {
  it("reaches every text, keys included", () => {
    assert.deepEqual(printableData({ "a\n": ["\u001b", 1, null, { b: "\n" }], c: undefined, d: true }), {
      "a\\n": ["\\u001b", 1, null, { b: "\\n" }],
      c: undefined,
      d: true,
    });
  });
});
