import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BOARDS } from "../../../components/observability/dashboards/names.js";
import { clock, format } from "../../../tools/dashboards/svg/format.js";
import { coloursOf } from "../../../tools/dashboards/svg/theme.js";
import { PROJECT } from "../folders.js";

const MOST_BYTES = 150_000;

describe("pictures of dashboards", () => {
  it("write numbers in their units", () => {
    assert.deepEqual(
      [
        format(0.0421, "s"),
        format(7.255, "s"),
        format(480, "s"),
        format(0.456, "percentunit", 0),
        format(12_345, "cps"),
        format(0.32, "reqps", 2),
        format(18.338, "currencyUSD"),
        format(2370, "watt"),
        format(0, "dateTimeAsIso"),
        clock(54_300),
      ],
      ["42 ms", "7.25 s", "8 min", "46%", "12.3 K c/s", "0.32 req/s", "$18.34", "2.37 kW", "1970-01-01 00:00", "15:05"],
    );
  });

  it("give each of a few names a colour of its own", () => {
    const names = ["chat", "code", "summaries", "trial"];
    assert.equal(new Set(coloursOf(names).values()).size, names.length);
  });

  for (const board of Object.keys(BOARDS)) {
    it(`show ${board} in docs/dashboards.md, small and without scripts`, () => {
      const file = join(PROJECT, "docs/dashboards", `${board}.svg`);
      assert.ok(statSync(file).size < MOST_BYTES);
      assert.doesNotMatch(readFileSync(file, "utf8"), /<script|https?:\/\/(?!www\.w3\.org)/);
      assert.ok(readFileSync(join(PROJECT, "docs/dashboards.md"), "utf8").includes(`(dashboards/${board}.svg)`));
    });
  }
});
