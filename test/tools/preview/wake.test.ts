import assert from "node:assert/strict";

import { previewMarkdown } from "../../../tools/preview/markdown.js";
import type { StackReport } from "../../../tools/preview/report.js";
import { stackText } from "../../../tools/preview/text.js";
import { gatewayValues } from "../../gateway/fixtures.js";
import { reportOf } from "../reports.js";

const reportWith = (fromZero: object): Promise<StackReport> =>
  reportOf(gatewayValues({}, { models: { chat: { autoscaling: { min: 0 }, gateway: { fromZero } } } }));

/** Said at both places, as the terminal and the comment have it. */
const SAID = [
  [
    { answer: "retry" },
    "From zero: chat answers 336 s after its first request (30 s to notice it); 503 with Retry-After: 336 meanwhile.",
  ],
  [
    { answer: "hold", holdSeconds: 400 },
    "From zero: chat answers 336 s after its first request (30 s to notice it); the first requests wait up to 400 s.",
  ],
] as const;

describe("the preview of a model that the gateway wakes", () => {
  for (const [fromZero, line] of SAID) {
    it(`says how long it takes where the answer is ${fromZero.answer}`, async () => {
      const report = await reportWith(fromZero);
      assert.ok(stackText(report).split("\n").includes(line), stackText(report));
      const comment = previewMarkdown([report], undefined);
      assert.ok(
        comment.slice(0, comment.indexOf("| Release |")).includes("From zero&#58; chat answers 336 s"),
        comment,
      );
    });
  }

  it("says nothing of others", async () => {
    const report = await reportOf(gatewayValues());
    assert.equal(report.releases[0]!.fromZero, undefined);
    assert.doesNotMatch(stackText(report), /From zero/);
  });
});
