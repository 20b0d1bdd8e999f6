/** Every query names only what there is: metrics and labels of recorded servers, of the programs around, and of our own rules. */
import assert from "node:assert/strict";

import { catalogue, RECORDED_VERSIONS } from "../promql/catalogue.js";
import { unknownNames } from "../promql/labels.js";
import { panels, rules, scaling } from "./queries.js";

describe("queries", () => {
  for (const version of RECORDED_VERSIONS) {
    const all = rules();
    const known = catalogue(version, all);

    for (const [what, queries] of Object.entries({ rules: all, "the autoscaler": scaling(), dashboards: panels() })) {
      it(`of ${what} name only metrics and labels that there are with vLLM ${version}`, () => {
        assert.ok(queries.length > 0);
        const wrong = queries.flatMap(({ at, expr }) =>
          unknownNames(expr, known).map((problem) => `${at}: ${problem}`),
        );
        assert.deepEqual(wrong, []);
      });
    }
  }
});
