import assert from "node:assert/strict";
import { batchLines, batchReport } from "../../../tools/preview/batches.js";
import { batchConfig, planOf } from "../../batch/fixtures.js";

const CLUSTER = {
  cluster: { existing: { name: "llm", gpuNodes: {} } },
  observability: { prices: { hourlyUsd: {} } },
} as never;

describe("batches in the preview", () => {
  it("say what they run, on what, and what all their pods cost while a run goes on", () => {
    const report = batchReport(planOf(batchConfig()), CLUSTER);
    assert.equal(report.batch, "docs");
    assert.deepEqual(Object.keys(report.runs), ["weights", "revision"]);
    assert.ok(report.gpu !== undefined && report.hourlyUsd !== undefined);
    const { minUsd, maxUsd } = report.hourlyUsd;
    assert.ok(Math.abs(maxUsd - minUsd * report.pods) < 1e-3, `${minUsd} × ${report.pods} = ${maxUsd}`);
    const [, table] = batchLines([report], 120);
    assert.match(table!, /docs +batch .*@[0-9a-f]{8} +\/v1\//);
  });
});
