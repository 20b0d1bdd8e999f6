import assert from "node:assert/strict";
import { activationQuery, fromZeroOf, holdPolicy } from "../../../components/derive/gateway/fromZero.js";
import { expectedStart } from "../../../components/derive/coldStart.js";
import { scaledObjectSpec } from "../../../components/serving/autoscaling.js";
import { needsPromtool, testRules } from "../../promtool.js";
import { merged, servedModel } from "../../serving/fixtures.js";

const FROM_ZERO = { autoscaling: { min: 0, max: 2 }, gateway: { fromZero: { answer: "hold" as const } } };
const MODEL = servedModel(merged(FROM_ZERO, {}));
const R1 = MODEL.releases.get("r1")!;
const expected = Math.ceil(30 + expectedStart(R1, R1.cache).totalSeconds);

describe("a model at zero behind the gateway", () => {
  it("tells clients to come back when a replica is expected", () => {
    const retry = fromZeroOf({ sticky: "none", fromZero: { answer: "retry" } }, R1)!;
    assert.equal(retry.retryAfterSeconds, expected);
    assert.equal(holdPolicy(retry), undefined);
    assert.equal(fromZeroOf(undefined, R1), undefined);
  });

  it("holds requests for half as long again, or as long as is stated", () => {
    assert.equal(fromZeroOf(MODEL.gateway, R1)!.holdSeconds, Math.ceil(expected * 1.5));
    const stated = fromZeroOf({ sticky: "none", fromZero: { answer: "hold", holdSeconds: 60 } }, R1)!;
    assert.equal(stated.holdSeconds, 60);
    // 42 pauses of 2 s at the mean are 84 s, with a standard deviation of 7.5 s.
    assert.deepEqual(holdPolicy(stated), {
      routingType: "Service",
      retry: {
        numRetries: 42,
        retryOn: { triggers: ["connect-failure", "refused-stream"] },
        perRetry: { backOff: { baseInterval: "1s", maxInterval: "4s" } },
      },
    });
  });

  it("is woken by requests at the gateway that are no client's fault, and by lost connections where they are held", () => {
    const query = activationQuery(R1, "models", "prod");
    assert.ok(query.includes('vllm_stack="prod",vllm_model="chat",vllm_release=~"r1|",outcome!~"validation|'));
    assert.ok(query.includes('envoy_cluster_name=~"httproute/models/chat([.].+)?/rule/.+"'));
    const retry = activationQuery(
      { ...R1, gateway: { sticky: "none", fromZero: { answer: "retry" } } },
      "models",
      "prod",
    );
    assert.doesNotMatch(retry, /connect_fail/);
  });

  it("needs no query of the config's own, and a stated one holds", () => {
    const triggers = (plan: typeof R1) =>
      scaledObjectSpec(plan, { name: "chat-r1" }, "models", { url: "http://prometheus", stack: "prod" }).triggers;
    const woken = triggers(R1).find(({ name }) => name === "activation")!;
    assert.equal(woken.metadata["query"], activationQuery(R1, "models", "prod"));
    assert.equal(woken.metadata["activationThreshold"], "0");
    const activation = { query: "vector(1)", threshold: 3 };
    const stated = triggers({ ...R1, autoscaling: { ...R1.autoscaling, activation } });
    assert.equal(stated.find(({ name }) => name === "activation")!.metadata["query"], "vector(1)");
    const always = triggers({ ...R1, autoscaling: { ...R1.autoscaling, min: 1 } });
    assert.equal(
      always.find(({ name }) => name === "activation"),
      undefined,
    );
  });

  describe("as Prometheus sees it", () => {
    needsPromtool();
    const PROXY = 'namespace="gateways",vllm_stack="prod",pod="p",instance="p:19001"';
    const requests = (outcome: string, release: string, values: string) => ({
      series: `envoy_vllm_gateway_requests{${PROXY},vllm_model="chat",vllm_release="${release}",outcome="${outcome}"}`,
      values,
    });
    const failed = (route: string, values: string) => ({
      series: `envoy_cluster_upstream_cx_connect_fail{${PROXY},envoy_cluster_name="httproute/models/${route}/rule/0/backend/0"}`,
      values,
    });
    const up = { series: `up{${PROXY}}`, values: "1x40" };
    const cases: [string, { series: string; values: string }[], number][] = [
      ["nobody has asked", [], 0],
      ["a first request was refused", [requests("busy", "r1", "_x36 1x4")], 1 / 120],
      ["a request came before any release was chosen", [requests("busy", "", "_x36 1x4")], 1 / 120],
      ["another release was asked for", [requests("busy", "r2", "_x36 1x4")], 0],
      ["a client has no key", [requests("unauthenticated", "", "0+1x40")], 0],
      ["a request is held", [failed("chat", "0x36 1x4")], 1 / 120],
      ["a tenant's request is held", [failed("chat.acme", "0x36 1x4")], 1 / 120],
      ["a request for a model of a similar name is held", [failed("chat-2", "0x36 1x4")], 0],
      ["the last request is long ago", [requests("ok", "r1", "0+1x10 10x30"), failed("chat", "0+1x10 10x30")], 0],
    ];
    for (const [name, series, value] of cases) {
      it(`is ${value === 0 ? "0" : "above 0"} where ${name}`, async () => {
        const expr = `round((${activationQuery(R1, "models", "prod")}) > bool 0)`;
        const exp_samples = [{ labels: "{}", value: value === 0 ? 0 : 1 }];
        await testRules({ groups: [] }, [
          {
            interval: "15s",
            input_series: [up, ...series],
            promql_expr_test: [{ expr, eval_time: "10m", exp_samples }],
          },
        ]);
      });
    }
  });
});
