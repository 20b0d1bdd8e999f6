import assert from "node:assert/strict";

import { chartKeys, commentedKeys, keysOf } from "../../../tools/charts/valuesKeys.js";

describe("the keys of a chart's values.yaml", () => {
  it("are those of maps; lists, scalars and empty maps take anything", () => {
    assert.deepEqual(keysOf({ image: { tag: "1", pullSecrets: [] }, extra: {}, none: null }), {
      image: { tag: null, pullSecrets: null },
      extra: null,
      none: null,
    });
  });

  it("are the user's own in labels, resources and the like", () => {
    assert.deepEqual(
      keysOf({ podLabels: { app: "x" }, resources: { limits: { cpu: 1 } }, nodeSelector: { os: "linux" } }),
      {
        podLabels: null,
        resources: null,
        nodeSelector: null,
      },
    );
  });

  it("may stand in comments only", () => {
    assert.deepEqual(commentedKeys("a: 1\n# b: 2\n  # - c: 3\n# some words: no, a sentence\n# d:\n"), ["b", "c", "d"]);
  });

  it("have a subchart's below its key, and the chart's own beside them", () => {
    const table = chartKeys("1.0.0", "grafana:\n  enabled: true\nname: x\n", {
      grafana: "replicas: 1\n",
      nfd: undefined,
    });
    assert.deepEqual(table, {
      version: "1.0.0",
      keys: { grafana: { enabled: null, replicas: null }, name: null, nfd: null },
      commented: [],
    });
  });
});
