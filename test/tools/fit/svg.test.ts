import assert from "node:assert/strict";

import fc from "fast-check";

import { lineChart, type Series } from "../../../tools/fit/svg.js";

function chart(series: readonly Series[], title = "Title"): string {
  return lineChart({ title, x: "tokens", y: "requests", series });
}

/** Points of the lines that are drawn, those of the legend left out. */
function linesOf(svg: string): number[][][] {
  const all = [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) =>
    points!.split(" ").map((point) => point.split(",").map(Number)),
  );
  return all.slice(0, all.length / 2);
}

describe("lineChart", () => {
  it("puts powers on lines at equal distances, and names them", () => {
    const svg = chart([{ name: "1 × l4", points: [[1024, 100], [2048, 10], [4096, 1]] }]); // prettier-ignore
    assert.deepEqual(linesOf(svg), [[[70, 46], [370, 225], [670, 404]]]); // prettier-ignore
    const texts = [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
    assert.deepEqual(texts, ["Title", "1Ki", "2Ki", "4Ki", "1", "10", "100", "tokens", "requests", "1 × l4"]);
  });

  it("tells lines apart by colour, and by dashes after the last colour", () => {
    const series = Array.from({ length: 18 }, (_, index) => ({ name: `${index}`, points: [[1, 1], [2, index + 1]] as const })); // prettier-ignore
    const strokes = [...chart(series).matchAll(/stroke="(#[0-9a-f]+)" stroke-width="2"( stroke-dasharray="[\d ]+")?/g)];
    assert.equal(new Set(strokes.map(([stroke]) => stroke)).size, 18);
  });

  it("shows texts as they are", () => {
    const svg = chart([{ name: "a", points: [[1, 1], [2, 2]] }], `<script>&"\n`); // prettier-ignore
    assert.ok(!svg.includes("<script>"));
    assert.match(svg, />&lt;script&gt;&amp;&quot;\\n<\/text>/);
  });

  it("keeps every point within the axes, for any numbers above 0", () => {
    const value = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
    const points = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.array(points, { minLength: 1, maxLength: 4 }), (lines) => {
        const svg = chart(lines.map((line, index) => ({ name: `${index}`, points: line })));
        for (const [x, y] of linesOf(svg).flat()) assert.ok(x! >= 70 && x! <= 670 && y! >= 46 && y! <= 404);
      }),
    );
  });
});
