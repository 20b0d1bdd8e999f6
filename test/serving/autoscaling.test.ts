import assert from "node:assert/strict";

import fc from "fast-check";

import { scaledObjectSpec } from "../../components/serving/autoscaling.js";
import { inFlightTarget, isAutoscaled, loadQueries, queries, waitingTarget } from "../../components/derive/scaling.js";
import { type Config, contractOf } from "./fixtures.js";

const URL = "http://prometheus.monitoring.svc:9090";
const TARGET = { apiVersion: "apps/v1", kind: "Deployment", name: "chat-r1" };
const SERIES = '{namespace="models",job="models/chat-r1",vllm_model="chat",vllm_release="r1"}';

/** A release's total, as the query asks for it. */
const total = (metric: string, most: number) =>
  `sum(clamp_max(max by (pod) (${metric}${SERIES} and on (pod, instance) up${SERIES}), ${most}))`;
const RUNNING = total("vllm:num_requests_running", 16);
const WAITING = total("vllm:num_requests_waiting", 48);
const KV_CACHE = total("vllm:kv_cache_usage_perc", 1);

/** The contract of a model with this autoscaling. */
const scaled = (autoscaling: Config, release: Config = {}) => contractOf(release, { autoscaling });
const FROM_ZERO = { min: 0, max: 3, activation: { query: "sum(rate(gateway_requests[1m]))", threshold: 0.5 } };

describe("isAutoscaled", () => {
  it("is so when the bounds differ", () => {
    assert.equal(isAutoscaled(scaled({ min: 1, max: 2 })), true);
    assert.equal(isAutoscaled(scaled({ min: 2, max: 2 })), false);
  });
});

describe("inFlightTarget", () => {
  it("is the stated share of what a replica runs at once", () => {
    assert.equal(inFlightTarget(scaled({})), 12);
    assert.equal(inFlightTarget(scaled({ targetUtilization: 0.5 })), 8);
  });

  it("is one at the least", () => {
    const concurrency = { sequences: 1, inFlight: 1 };
    assert.equal(inFlightTarget(scaled({ targetUtilization: 0.1 }, { concurrency })), 1);
  });
});

describe("waitingTarget", () => {
  const withConcurrency = (sequences: number, inFlight: number) => contractOf({ concurrency: { sequences, inFlight } });

  it("is what waits at a full replica, spread over the replicas that its requests in flight want", () => {
    // 48 in flight want four replicas, and 32 of them wait: eight each.
    assert.equal(waitingTarget(withConcurrency(16, 48)), 8);
  });

  it("is one where none may wait", () => {
    assert.equal(waitingTarget(withConcurrency(16, 16)), 1);
  });

  it("never has a burst ask for more replicas than its requests in flight need", () => {
    const concurrency = fc.tuple(fc.integer({ min: 1, max: 256 }), fc.integer({ min: 0, max: 1024 }));
    const replicas = fc.integer({ min: 1, max: 8 });
    fc.assert(
      fc.property(
        concurrency,
        replicas,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([sequences, more], count, fill) => {
          const contract = withConcurrency(sequences, sequences + more);
          const inFlight = Math.floor(fill * count * (sequences + more));
          const waiting = Math.max(0, inFlight - count * sequences);
          const wanted = Math.ceil(inFlight / inFlightTarget(contract));
          assert.ok(Math.ceil(waiting / waitingTarget(contract)) <= wanted);
        },
      ),
    );
  });

  it("asks for more than the requests in flight do where they wait for want of KV cache", () => {
    const contract = withConcurrency(16, 48);
    // Three long requests run, nine wait: twelve in flight would be one replica's.
    assert.equal(Math.ceil(12 / inFlightTarget(contract)), 1);
    assert.equal(Math.ceil(9 / waitingTarget(contract)), 2);
  });
});

describe("queries", () => {
  it("sum what the release's own PodMonitor scrapes, once a pod and up to what the contract lets it have", () => {
    assert.deepEqual(queries(contractOf(), "models"), {
      inFlight: `${RUNNING} + ${WAITING}`,
      waiting: WAITING,
      kvCache: KV_CACHE,
    });
  });

  it("ask by the labels of another scrape where there is no PodMonitor", () => {
    const series = { namespace: "ns", pod: "pod_name", model: "model", release: "version" };
    const of = '{ns="models",model="chat",version="r1"}';
    assert.equal(
      queries(contractOf(), "models", series).kvCache,
      `sum(clamp_max(max by (pod_name) (vllm:kv_cache_usage_perc${of} and on (pod_name, instance) up${of}), 1))`,
    );
  });

  it("read no series as nothing to do only where no pod need be", () => {
    assert.deepEqual(queries(scaled(FROM_ZERO), "models"), {
      inFlight: `${RUNNING} + ${WAITING} or vector(0)`,
      waiting: `${WAITING} or vector(0)`,
      kvCache: `${KV_CACHE} or vector(0)`,
    });
  });
});

describe("loadQueries", () => {
  const [stable, canary] = [contractOf(), { ...contractOf(), release: "r2" }];
  const load = { share: 0.25, of: [stable, canary] };
  const ofCanary = (query: string) => query.replaceAll("chat-r1", "chat-r2").replaceAll('release="r1"', 'release="r2"');

  it("ask for a share of what all releases of the model have, and miss no release but the stable one", () => {
    const both = (query: string) =>
      query.replace(/^sum\((.*)\)$/, (_, each: string) => `sum(${each} or ${ofCanary(each)})`);
    const known = `and on () count(up${SERIES})`;
    assert.deepEqual(loadQueries(load, canary, "models"), {
      inFlight: `0.25 * (${both(RUNNING)} + ${both(WAITING)}) ${known}`,
      kvCache: `0.25 * (${both(KV_CACHE)}) ${known}`,
    });
  });

  it("read no series as nothing to do where no pod need be", () => {
    const fromZero = { ...canary, autoscaling: scaled(FROM_ZERO).autoscaling };
    assert.match(loadQueries(load, fromZero, "models").kvCache, /^0\.25 \* \(.*\) or vector\(0\)$/);
  });

  it("are triggers of a release that has to hold more than its own, at its own targets, and of no other", () => {
    const { inFlight, kvCache } = loadQueries(load, stable, "models");
    const plan = scaled({ min: 1, max: 3 });
    const spec = scaledObjectSpec(plan, TARGET, "models", { url: URL }, load);
    assert.deepEqual(
      spec.triggers.slice(3).map(({ name, metricType, metadata }) => [name, metricType, metadata]),
      [
        [
          "route-in-flight",
          "AverageValue",
          { serverAddress: URL, query: inFlight, threshold: "12", ignoreNullValues: "false" },
        ],
        [
          "route-kv-cache",
          "AverageValue",
          { serverAddress: URL, query: kvCache, threshold: "0.85", ignoreNullValues: "false" },
        ],
      ],
    );
    assert.equal(scaledObjectSpec(plan, TARGET, "models", { url: URL }).triggers.length, 3);
  });
});

describe("scaledObjectSpec", () => {
  it("scales on requests in flight, waiting requests and KV cache", () => {
    const { inFlight, waiting, kvCache } = queries(contractOf(), "models");
    const trigger = (name: string, query: string, threshold: string) => ({
      type: "prometheus",
      name,
      metricType: "AverageValue",
      metadata: { serverAddress: URL, query, threshold, ignoreNullValues: "false" },
    });
    assert.deepEqual(
      scaledObjectSpec(scaled({ min: 2, max: 6, scaleDownSeconds: 900 }), TARGET, "models", { url: URL }),
      {
        scaleTargetRef: TARGET,
        minReplicaCount: 2,
        maxReplicaCount: 6,
        pollingInterval: 15,
        cooldownPeriod: 900,
        fallback: { failureThreshold: 3, replicas: 2, behavior: "currentReplicasIfHigher" },
        advanced: {
          horizontalPodAutoscalerConfig: {
            behavior: {
              scaleUp: {
                stabilizationWindowSeconds: 0,
                selectPolicy: "Max",
                policies: [
                  { type: "Percent", value: 100, periodSeconds: 60 },
                  { type: "Pods", value: 2, periodSeconds: 60 },
                ],
              },
              scaleDown: {
                stabilizationWindowSeconds: 900,
                policies: [{ type: "Pods", value: 1, periodSeconds: 120 }],
              },
            },
          },
        },
        triggers: [
          trigger("in-flight", inFlight, "12"),
          trigger("waiting", waiting, "8"),
          trigger("kv-cache", kvCache, "0.85"),
        ],
      },
    );
  });

  it("lets the activation wake the first replica and ask for no second", () => {
    const { triggers } = scaledObjectSpec(scaled(FROM_ZERO), TARGET, "models", { url: URL });
    assert.deepEqual(triggers[3], {
      type: "prometheus",
      name: "activation",
      metricType: "AverageValue",
      metadata: {
        serverAddress: URL,
        query: "sum(rate(gateway_requests[1m]))",
        threshold: "1000000000",
        activationThreshold: "0.5",
        ignoreNullValues: "false",
      },
    });
    assert.equal(triggers.length, 4);
  });

  it("takes triggers of the config's own, each query of one series, beside those that are derived", () => {
    const triggers = {
      queue: { type: "prometheus", metadata: { query: "queue # waiting", threshold: "10" }, reason: "r" },
      other: {
        type: "prometheus",
        metadata: { serverAddress: "http://other", query: "q", threshold: "1" },
        metricType: "Value",
        authenticationRef: "mine",
        reason: "r",
      },
      office: { type: "cron", metadata: { timezone: "UTC", start: "0 8 * * *", end: "0 18 * * *" }, reason: "r" },
    };
    const source = {
      url: URL,
      authentication: { bearer: { existingSecret: "p", key: "token" } },
      triggerAuthentication: "prometheus",
    };
    const spec = scaledObjectSpec(scaled({ max: 3, triggers }), TARGET, "models", source);
    assert.deepEqual(spec.triggers.slice(3), [
      {
        type: "prometheus",
        name: "queue",
        metricType: "AverageValue",
        authenticationRef: { name: "prometheus" },
        metadata: {
          serverAddress: URL,
          authModes: "bearer",
          query: "sum(queue # waiting\n)",
          threshold: "10",
          ignoreNullValues: "false",
        },
      },
      {
        type: "prometheus",
        name: "other",
        metricType: "Value",
        authenticationRef: { name: "mine" },
        metadata: { serverAddress: "http://other", query: "sum(q\n)", threshold: "1", ignoreNullValues: "false" },
      },
      { type: "cron", name: "office", metricType: "AverageValue", metadata: triggers.office.metadata },
    ]);
    for (const { authenticationRef, metadata } of spec.triggers.slice(0, 3)) {
      assert.deepEqual(authenticationRef, { name: "prometheus" });
      assert.equal(metadata["authModes"], "bearer");
    }
  });

  it("scales as fast as the config says, and never down before its window", () => {
    const policies = [{ type: "Pods", value: 4, periodSeconds: 30 }];
    const behavior = { scaleUp: { policies }, scaleDown: { policies }, reason: "r" };
    const fallback = { replicas: 3, reason: "r" };
    const spec = scaledObjectSpec(scaled({ max: 3, behavior, fallback }), TARGET, "models", { url: URL });
    assert.deepEqual(spec.advanced!.horizontalPodAutoscalerConfig!.behavior, {
      scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: "Max", policies },
      scaleDown: { stabilizationWindowSeconds: 300, policies },
    });
    assert.deepEqual(spec.fallback, { failureThreshold: 3, replicas: 3, behavior: "currentReplicasIfHigher" });
  });

  it("keeps a replica when the metrics are gone, even of a model that may have none", () => {
    const { fallback } = scaledObjectSpec(scaled(FROM_ZERO), TARGET, "models", { url: URL });
    assert.deepEqual(fallback, { failureThreshold: 3, replicas: 1, behavior: "currentReplicasIfHigher" });
  });

  it("holds for every contract: only Prometheus, only averages of sums, a fallback, and a slow way down", () => {
    const base = contractOf();
    const bounds = fc.record({
      min: fc.integer({ min: 0, max: 20 }),
      max: fc.integer({ min: 1, max: 20 }),
      targetUtilization: fc.double({ min: 0.01, max: 1, noNaN: true }),
      scaleDownSeconds: fc.integer({ min: 300, max: 3600 }),
    });
    fc.assert(
      fc.property(bounds, fc.integer({ min: 1, max: 1024 }), (autoscaling, sequences) => {
        const contract = { ...base, autoscaling, concurrency: { ...base.concurrency, sequences } };
        const spec = scaledObjectSpec(contract, TARGET, "models", { url: URL });
        for (const { type, metricType, metadata } of spec.triggers) {
          assert.equal(type, "prometheus");
          assert.equal(metricType, "AverageValue");
          assert.ok(Number(metadata["threshold"]) > 0);
          const query = metadata["query"] as string;
          assert.match(query, /^sum\(/);
          assert.ok(!/\b(without|avg|rate)\b/.test(query), query);
          // Within the sum, and never of it: the answer is one series.
          assert.ok(!/\bsum by\b/.test(query), query);
          assert.equal(query.endsWith(" or vector(0)"), autoscaling.min === 0);
        }
        assert.ok(spec.fallback.replicas >= Math.max(1, autoscaling.min));
        const { scaleDown } = spec.advanced!.horizontalPodAutoscalerConfig!.behavior!;
        assert.ok(spec.cooldownPeriod! >= 300 && scaleDown!.stabilizationWindowSeconds! >= 300);
      }),
    );
  });
});
