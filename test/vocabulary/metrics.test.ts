/** The table of vLLM's metrics against what real servers have answered; test/vocabulary/fixtures says of which versions. */
import assert from "node:assert/strict";

import { isBefore } from "../../components/facts/vllm/version.js";
import { BUCKETS } from "../../components/facts/vllm/histogramBuckets.js";
import { leOf } from "../../components/derive/observability/buckets.js";
import type { Metric } from "../../components/vocabulary/metrics/metric.js";
import { VLLM } from "../../components/vocabulary/metrics/vllm.js";
import { recorded, RECORDED_VERSIONS, seriesNames } from "../promql/catalogue.js";

describe("VLLM", () => {
  for (const version of RECORDED_VERSIONS) {
    const series = recorded(version);
    for (const metric of Object.values<Metric>(VLLM)) {
      const isThere = metric.since === undefined || !isBefore(version, metric.since);
      const labels = metric.labels.join(", ") || "no labels";

      it(
        isThere
          ? `has with ${metric.name} a ${metric.kind} of vLLM ${version} with ${labels}`
          : `says that vLLM ${version} lacks ${metric.name}`,
        () => {
          for (const name of seriesNames(metric)) {
            const found = series.get(name);
            assert.equal(found !== undefined, isThere, name);
            for (const one of found ?? []) {
              assert.equal(one.type, metric.kind);
              const own = Object.keys(one.labels).filter((label) => label !== "le");
              assert.deepEqual(own.toSorted(), metric.labels.toSorted());
            }
          }
        },
      );
    }
  }
});

describe("BUCKETS", () => {
  const families = [
    ["time_to_first_token", VLLM.timeToFirstToken.name],
    ["inter_token_latency", VLLM.interTokenLatency.name],
  ] as const;
  for (const version of RECORDED_VERSIONS) {
    for (const [family, name] of families) {
      it(`has the edges of ${name} as vLLM ${version} writes them`, () => {
        const edges = recorded(version)
          .get(`${name}_bucket`)!
          .map(({ labels }) => labels["le"]);
        assert.deepEqual(edges, [...BUCKETS[family].map(leOf), "+Inf"]);
      });
    }
  }
});
