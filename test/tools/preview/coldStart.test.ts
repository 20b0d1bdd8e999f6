import assert from "node:assert/strict";
import { coldStartLines, coldStartReport } from "../../../tools/preview/coldStart.js";
import { cacheOf, contract } from "../../contract/fixtures.js";

const plan = contract();
const EFS = { ...plan, cache: cacheOf({ kind: "efs", compile: true }) };
const shown = (given: typeof plan, width = 120): string[] =>
  coldStartLines([{ model: "chat", release: "r1", coldStart: coldStartReport(given) }], width).flatMap((line) =>
    line.split("\n"),
  );

describe("expected starts in the preview", () => {
  it("are in whole seconds, and of a cached release with what it would take without", () => {
    const { parts, totalSeconds, fillSeconds, cache } = coldStartReport(EFS);
    for (const seconds of [...(Object.values(parts) as number[]), totalSeconds, fillSeconds!, cache!.withoutSeconds])
      assert.ok(Number.isInteger(seconds), String(seconds));
    assert.equal(cache!.kind, "efs");
    assert.equal(cache!.withoutSeconds, coldStartReport(plan).totalSeconds);
    assert.equal(coldStartReport(plan).cache, undefined);
  });

  it("are a table of 120 columns at most", () => {
    const lines = shown(EFS);
    assert.match(
      lines[1]!,
      /^MODEL +RELEASE +IMAGE +PROCESS +WEIGHTS +COMPILE +GRAPHS +ENGINE +TOTAL +WITHOUT CACHE +FIRST FILL$/,
    );
    assert.match(lines[2]!, /^chat +r1 +170 +24 +\d+ +6 +17 +10 +\d+ +\d+ +\d+$/);
    assert.equal(lines[3], "Weights from efs (AWS: 500 MiB/s a client; modelplane#204).");
    assert.ok(Math.max(...lines.slice(1).map((line) => line.length)) <= 120);
  });

  it("point to the page on caches where there is none", () => {
    assert.equal(shown(plan).at(-1), "Each start downloads its weights: docs/cache.md says what keeps them.");
  });
});
