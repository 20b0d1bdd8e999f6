import assert from "node:assert/strict";

import { CHART_KEYS } from "../../components/facts/charts/index.js";
import { CHARTS } from "../../components/platform/charts.js";
import { checkChartValues, unknownValues } from "../../components/platform/chartValues.js";
import { lines } from "../contract/fixtures.js";
import chartKeys from "./fixtures/chart-keys.json";

const TABLE = { version: "1.0.0", keys: { image: { tag: null }, extra: null }, commented: ["hidden"] };

describe("unknownValues", () => {
  it("names keys that the table lacks, at any depth, and what there is", () => {
    assert.deepEqual(unknownValues(TABLE, { imag: {}, image: { tga: 1, tag: 2 } }), [
      { path: ["imag"], known: ["image", "extra"] },
      { path: ["image", "tga"], known: ["tag"] },
    ]);
  });

  it("takes anything below an open key, in global, and at a key of a comment", () => {
    assert.deepEqual(unknownValues(TABLE, { extra: { a: { b: 1 } }, global: { c: 1 }, hidden: { d: 1 } }), []);
  });

  it("takes no key of every object for one of the table", () => {
    assert.deepEqual(
      unknownValues(TABLE, { constructor: 1 }).map(({ path }) => path),
      [["constructor"]],
    );
  });
});

describe("checkChartValues", () => {
  it("warns with the whole path, the version and the nearest key", () => {
    assert.deepEqual(lines(checkChartValues(CHARTS.keda, { watchNamespce: "x" }, "vllm:platform.keda.values")), [
      'warning vllm:platform.keda.values.watchNamespce: "watchNamespce" is no key of values.yaml of chart keda 2.20.2, ' +
        "and Helm passes over a key that no template reads; did you mean watchNamespace?",
    ]);
  });

  it("says that it checks nothing where the version has no table", () => {
    const newer = { name: "keda", version: "99.0.0" };
    assert.deepEqual(lines(checkChartValues(newer, { a: 1 }, "values")), [
      "warning values: not checked: the keys of chart keda 99.0.0 are not known here",
    ]);
    assert.deepEqual(checkChartValues(newer, {}, "values"), []);
  });

  const verified: Record<string, { paths: string[] }> = chartKeys;
  for (const chart of Object.values(CHARTS)) {
    it(`has a table of ${chart.name} at its version, which knows all that the platform gives it`, () => {
      assert.equal(CHART_KEYS[chart.name]?.version, chart.version);
      for (const path of verified[chart.name]!.paths) {
        // Keys with dots in them are labels, and stand below keys that take anything.
        const values = path.split(".").reduceRight<unknown>((below, key) => ({ [key]: below }), 1);
        assert.deepEqual(checkChartValues(chart, values, "values"), [], path);
      }
    });
  }
});
