import assert from "node:assert/strict";
import fc from "fast-check";
import { usageOf, quantile, type Ask } from "../../../tools/usage/gather.js";
import { growth } from "../../../tools/usage/growth.js";
import { lastMonth, monthOf } from "../../../tools/usage/month.js";
import { usageCsv, usageText } from "../../../tools/usage/text.js";

const START = Date.UTC(2026, 9, 1) / 1000;
const HOUR = 3600;
const NOW = new Date("2026-11-27T03:00:00Z");

/** A Prometheus that has these series: a value an hour from `from`, in hours of the month. */
interface Stored {
  name: string;
  labels: Record<string, string>;
  from: number;
  values: (number | undefined)[];
}

function prometheus(stored: readonly Stored[], days: Record<string, [le: string, value: number][]> = {}): Ask {
  return (path) => {
    const words = new URL(path, "http://prometheus").searchParams;
    const [query, start, end] = [words.get("query")!, Number(words.get("start")), Number(words.get("end"))];
    if (query.startsWith("sum by")) {
      const result = Object.entries(days).flatMap(([tenant, edges]) =>
        edges.map(([le, value]) => ({
          metric: { tenant, vllm_model: "chat", vllm_release: "r1", le },
          values: [[START + 24 * HOUR, String(value)]],
        })),
      );
      return Promise.resolve({ result });
    }
    const name = /(\w+)\{/.exec(query)![1]!;
    const result = stored
      .filter((one) => one.name === name)
      .map(({ labels, from, values }) => ({
        metric: labels,
        values: values
          .map((value, index) => [START + (from + index) * HOUR, value] as const)
          .filter(([time, value]) => value !== undefined && time >= start && time <= end)
          .map(([time, value]) => [time, String(value)]),
      }))
      .filter(({ values }) => values.length > 0);
    return Promise.resolve({ result });
  };
}

const OF = { tenant: "acme", vllm_model: "chat", vllm_release: "r1" };
const requests = (outcome: string, from: number, values: (number | undefined)[], pod = "a"): Stored => ({
  ...{ name: "envoy_vllm_gateway_requests", labels: { ...OF, outcome, code: "200", pod } },
  ...{ from, values },
});
const up = (from: number, hours: number): Stored => ({
  ...{ name: "up", labels: {}, from },
  values: Array.from({ length: hours }, () => 1),
});
const OCTOBER = monthOf("2026-10", NOW);

describe("usage of a month", () => {
  it("is of a whole month in UTC, or of the one that runs until now", () => {
    assert.equal(lastMonth(NOW), "2026-10");
    assert.equal(lastMonth(new Date("2026-01-05T00:00:00Z")), "2025-12");
    assert.deepEqual(OCTOBER.end, new Date("2026-11-01T00:00:00Z"));
    assert.deepEqual(monthOf("2026-11", NOW).end, NOW);
    for (const wrong of ["2026-13", "october", "2026-1"]) assert.throws(() => monthOf(wrong, NOW), /is no month/);
    assert.throws(() => monthOf("2026-12", NOW), /has not begun/);
  });

  it("counts a counter that begins anew, a proxy that is new, and nothing from before the month", async () => {
    const report = await usageOf(
      prometheus([
        up(0, 745),
        requests("ok", 0, [100, 110, 5, 6]),
        requests("ok", 2, [7, 7], "b"),
        requests("upstream", 3, [2]),
        requests("quota", 3, [4]),
        { ...requests("", 0, [0, 3]), name: "envoy_vllm_gateway_broken", labels: OF },
        { ...requests("", 0, [0, 900]), name: "envoy_vllm_gateway_input_tokens", labels: OF },
        { ...requests("", 0, [0, 80]), name: "envoy_vllm_gateway_output_tokens", labels: OF },
        { ...requests("", 0, [0, 1_250_000]), name: "envoy_vllm_gateway_microdollars", labels: OF },
      ]),
      "prod",
      OCTOBER,
    );
    assert.deepEqual(report, {
      month: "2026-10",
      stack: "prod",
      hours: 744,
      coveredHours: 744,
      usage: [
        {
          ...{ tenant: "acme", model: "chat", release: "r1" },
          ...{ requests: 10 + 5 + 1 + 7 + 2 + 4, errors: 2 + 3, refused: 4 },
          ...{ inputTokens: 900, outputTokens: 80, usd: 1.25 },
        },
      ],
    });
  });

  it("says how much of the month Prometheus still has, and counts no older number as new", async () => {
    const report = await usageOf(
      prometheus([up(720, 25), requests("ok", 720, [1_000_000, 1_000_010])]),
      "prod",
      OCTOBER,
    );
    assert.equal(report.coveredHours, 25);
    assert.equal(report.usage[0]!.requests, 10);
    assert.match(usageText(report, Infinity), /data of 1 of 31 days: the rest is not in these figures/);
  });

  it("takes one tenant where one is asked for, and a quantile of all days", async () => {
    const stored = [
      up(0, 745),
      requests("ok", 1, [5]),
      { ...requests("ok", 1, [9]), labels: { ...OF, tenant: "other" } },
    ];
    const edges: [string, number][] = [
      ["250", 90],
      ["500", 100],
      ["+Inf", 100],
    ];
    const { usage } = await usageOf(prometheus(stored, { acme: edges, other: edges }), "prod", OCTOBER, "acme");
    assert.deepEqual(
      usage.map(({ tenant, p95FirstTokenSeconds }) => [tenant, p95FirstTokenSeconds]),
      [["acme", 0.375]],
    );
  });

  it("is a table, and lines for a spreadsheet", async () => {
    const stored = [
      up(0, 745),
      requests("ok", 1, [1234]),
      { ...requests("unauthenticated", 1, [7]), labels: { outcome: "unauthenticated" } },
    ];
    const report = await usageOf(prometheus(stored), "prod", OCTOBER);
    assert.match(usageText(report, Infinity), /\(no key\) +7 +0 +7 /);
    assert.match(usageText(report, Infinity), /all +1,241 +0 +7 +0 +0 +0.00/);
    assert.deepEqual(usageCsv(report).split("\n"), [
      "month,stack,tenant,model,release,requests,errors,refused,inputTokens,outputTokens,usd,p95FirstTokenSeconds",
      "2026-10,prod,,,,7,0,7,0,0,0,",
      "2026-10,prod,acme,chat,r1,1234,0,0,0,0,0,",
    ]);
  });

  it("adds up the growth between any restarts", () => {
    const lives = fc.array(fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lives, (all) => {
        // Each life grows from 0; one that ends higher than the next begins is seen as it is.
        let [time, expected, last] = [0, 0, Infinity];
        const samples: [number, number][] = [];
        for (const life of all) {
          let value = 0;
          for (const step of life) {
            value += step;
            samples.push([(time += 1), value]);
          }
          if (samples.at(-life.length)![1] >= last) return;
          expected += value;
          last = value;
        }
        assert.equal(growth(samples, 0, 0), expected);
      }),
    );
  });

  it("has no quantile without requests, and stays within the last edge", () => {
    assert.equal(quantile(0.95, new Map([[Infinity, 0]])), undefined);
    assert.equal(quantile(0.95, new Map([[100, 1], [Infinity, 100]])), 100); // prettier-ignore
  });
});
