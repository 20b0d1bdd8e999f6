import assert from "node:assert/strict";

import { contractHash } from "../../../components/contract/contract.js";
import type { Violation } from "../../../tools/policyRunner.js";
import { isRefused } from "../../../tools/preview/report.js";
import { COMMIT, type Config, contractOf, IMAGE, modelConfig, releaseConfig } from "../../serving/fixtures.js";
import { clusterValues, onDay, TODAY } from "../../cluster/fixtures.js";
import { reportOf } from "../reports.js";

/** us-east-1, on demand: g6.xlarge, g6.2xlarge and g6.4xlarge. */
const [SMALL, MIDDLE, LARGE] = [0.8048, 0.9776, 1.3232];

/** A group of l4 nodes. */
const pool = (instanceTypes: string[], changes: Config = {}): Config => ({
  cluster: {
    existing: { gpuNodes: { pool: { purpose: "inference", gpu: "l4", instanceTypes, max: 20, ...changes } } },
  },
});

describe("stackReport", () => {
  it("describes a release and what it needs", async () => {
    const flags = { "enable-prefix-caching": { value: true, reason: "shared prompt" } };
    const env = { VLLM_LOGGING_LEVEL: { value: "DEBUG", reason: "a hunt" } };
    const model = { autoscaling: { min: 1, max: 3 }, releases: { r1: { flags, env } } };
    const { releases } = await reportOf({ models: { chat: model } });
    const { fit, coldStart, arguments: given, ...rest } = releases[0]!;
    assert.deepEqual(rest, {
      model: "chat",
      release: "r1",
      routed: true,
      class: "interactive",
      weights: "Qwen/Qwen3-8B",
      revision: COMMIT,
      image: IMAGE,
      gpu: { type: "l4", count: 1 },
      context: 8192,
      replicas: { min: 1, max: 3 },
      hourlyUsd: { minUsd: SMALL, maxUsd: 2.4144 },
      contractHash: contractHash(contractOf({ flags, env }).contract),
      reasons: { "enable-prefix-caching": "shared prompt", VLLM_LOGGING_LEVEL: "a hunt" },
    });
    assert.deepEqual([given[0], given.at(-1)], ["Qwen/Qwen3-8B", "--enable-prefix-caching"]);
    // 8,190,735,360 parameters of two bytes.
    assert.equal(fit.weightsGiB, 15.26);
    assert.ok(fit.fullLengthRequests >= 1 && fit.kvCacheTokens >= 8192);
    assert.deepEqual(coldStart, {
      parts: { image: 170, process: 24, weights: 32, compile: 53, graphs: 17, engine: 10 },
      totalSeconds: 306,
    });
  });

  it("counts a replica at the cheapest and the dearest instance type of its nodes", async () => {
    const groups = pool(["g6.2xlarge", "g6.4xlarge"]);
    const { hourlyUsd } = await reportOf({ ...groups, models: { chat: { autoscaling: { min: 2, max: 3 } } } });
    assert.deepEqual(hourlyUsd, { minUsd: Number((2 * MIDDLE).toFixed(4)), maxUsd: Number((3 * LARGE).toFixed(4)) });
  });

  it("counts warm spares to the release that they wait for, at any load", async () => {
    const chat = {
      warmSpares: 2,
      autoscaling: { min: 1, max: 3 },
      releases: { r2: releaseConfig() },
      route: { stable: "r2" },
    };
    const { releases, hourlyUsd } = await reportOf({ ...pool(["g6.2xlarge"]), models: { chat } });
    assert.deepEqual(
      releases.map(({ release, routed, hourlyUsd }) => [release, routed, hourlyUsd]),
      [
        ["r1", false, { minUsd: 0.9776, maxUsd: 2.9328 }],
        ["r2", true, { minUsd: 2.9328, maxUsd: 4.888 }],
      ],
    );
    assert.deepEqual(hourlyUsd, { minUsd: 3.9104, maxUsd: 7.8208 });
  });

  it("sums the cost of every release of every model", async () => {
    const onTwo = modelConfig({ releases: { r1: { gpu: { count: 2 } } } });
    const { releases, hourlyUsd } = await reportOf({ models: { second: onTwo, third: modelConfig() } });
    // Two of the four GPUs of a g6.12xlarge for $4.6016.
    assert.deepEqual(
      releases.map(({ model, hourlyUsd }) => [model, hourlyUsd?.minUsd]),
      [
        ["chat", SMALL],
        ["second", 2.3008],
        ["third", SMALL],
      ],
    );
    assert.deepEqual(hourlyUsd, { minUsd: 3.9104, maxUsd: 3.9104 });
  });

  it("keeps the version, the note, and where the policies' levels come from only if there is a file", async () => {
    const report = await reportOf();
    assert.equal(report.version, 1);
    assert.match(report.note, /^Offline preview: .*no provider, cluster or cloud was asked/);
    assert.ok(!("policyConfig" in report));
  });

  it("counts what a cluster that it builds costs, to a hundredth of a cent", async () => {
    const gpuNodes = { "inference-l4": { min: 1 } };
    const cluster = { existing: undefined, ...clusterValues({ network: { natGateways: "single" }, gpuNodes }) };
    const report = await onDay(TODAY, () => reportOf({ cluster }));
    assert.deepEqual(report.cluster, {
      items: [
        { item: "control plane", count: "1", minUsd: 0.1, maxUsd: 0.1 },
        { item: "NAT gateways", count: "1", minUsd: 0.05, maxUsd: 0.05 },
        // m7i.large for 0.1008 with a disk for 24 / 730; g6.2xlarge and g6.4xlarge with one for 28 / 730.
        { item: "nodes system", count: "3–5", minUsd: 0.4175, maxUsd: 0.6958 },
        { item: "nodes inference-l4", count: "1–4", minUsd: 0.9886, maxUsd: 3.9542 },
        {
          item: "nodes batch-l4",
          count: "0–6",
          minUsd: 0,
          maxUsd: 8.005,
          basis: "spot: at most this, by AWS down to 10 % of it",
        },
      ],
      hourlyUsd: { minUsd: 1.5561, maxUsd: 12.805 },
      unpriced: [],
    });
    assert.deepEqual(report.hourlyUsd, { minUsd: MIDDLE, maxUsd: MIDDLE });
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  });

  it("names the system's instance types that it has no price of", async () => {
    const systemNodes = { instanceTypes: ["m7i.large", "m8i.large"] };
    const cluster = { existing: undefined, ...clusterValues({ systemNodes }) };
    const { cluster: found } = await onDay(TODAY, () => reportOf({ cluster }));
    assert.deepEqual(found!.unpriced, ["m8i.large"]);
  });

  it("has no cost for an existing cluster", async () => {
    assert.ok(!("cluster" in (await reportOf())));
  });

  it("survives being written as JSON", async () => {
    const report = await reportOf();
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  });
});

describe("isRefused", () => {
  const violation = (level: Violation["level"]): Violation => ({
    rule: "a-rule",
    level,
    severity: "low",
    resource: "chat",
    urn: "urn:x",
    type: "t",
    message: "m",
    description: "d",
  });

  it("is so when a mandatory rule is broken, and only then", async () => {
    const report = await reportOf();
    assert.equal(isRefused(report), false);
    assert.equal(isRefused({ ...report, violations: [violation("advisory")] }), false);
    assert.equal(isRefused({ ...report, violations: [violation("advisory"), violation("mandatory")] }), true);
  });
});
