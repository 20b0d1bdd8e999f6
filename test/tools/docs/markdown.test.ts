import assert from "node:assert/strict";
import { anchorsOf, blocksOf, inlineCode, linksOf } from "../../../tools/docs/markdown.js";

const PAGE = `# First: \`code\` & more

Text with [a link](other.md#part), [a page](https://example.com), [\`x\`](#here) and \`npm test\`.

<!-- check: models -->

\`\`\`yaml
# no heading
a: "[no](link.md)"
\`\`\`

Text between the comment and the block.

\`\`\`
plain
\`\`\`

## Here

## Here
`;

describe("a Markdown page", () => {
  it("has its fenced blocks with place, language and the mark right before them", () => {
    assert.deepEqual(blocksOf("a.md", PAGE), [
      { at: "a.md:7", language: "yaml", lines: ["# no heading", 'a: "[no](link.md)"'], mark: "check: models" },
      { at: "a.md:14", language: "", lines: ["plain"], mark: undefined },
    ]);
  });

  it("has links within the project, but none of blocks and code", () => {
    assert.deepEqual(linksOf("a.md", PAGE), [
      { at: "a.md:3", path: "other.md", anchor: "part" },
      { at: "a.md:3", path: "", anchor: "here" },
    ]);
    assert.deepEqual(linksOf("a.md", "`[no](link.md)`"), []);
  });

  it("has code in its text", () => {
    assert.deepEqual(
      inlineCode("a.md", PAGE).map(({ code }) => code),
      ["code", "x", "npm test"],
    );
  });

  it("has an anchor for each heading as GitHub makes it, repeats numbered", () => {
    assert.deepEqual([...anchorsOf(PAGE)], ["first-code--more", "here", "here-1"]);
  });
});
