import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GATEWAY } from "../../components/vocabulary/metrics/gateway.js";
import { labelsIn, seriesOf } from "../promql/exposition.js";

/** Of Envoy 1.39.1 with the loggers of components/gateway/telemetry.ts, after five requests: what `/stats/prometheus` had of them. */
const RECORDED = seriesOf(readFileSync(join(__dirname, "fixtures", "envoy-1.39.1-gateway.prom"), "utf8"));

describe("series of the gateway", () => {
  for (const { name, kind, labels } of Object.values(GATEWAY)) {
    // No request of the recording ended so, or asked for JSON.
    if ([GATEWAY.quotaErrors, GATEWAY.broken, GATEWAY.json].some((other) => other.name === name)) continue;
    it(`${name} has the labels that rules read`, () => {
      const recorded = labelsIn(RECORDED, kind === "histogram" ? `${name}_count` : name);
      assert.deepEqual([...recorded!].sort(), [...labels].sort());
    });
  }
});
