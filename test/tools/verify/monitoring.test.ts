/** What Prometheus answers, and how it is reached. */
import assert from "node:assert/strict";
import { verifyWanted } from "../../../tools/verify/command.js";
import { endWorlds, NAMESPACE, World } from "./world.js";

describe("what npm run verify asks Prometheus", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.of();
  });
  afterEach(() => world.stop());
  after(endWorlds);

  it("fails for a Ready pod that is not scraped", async () => {
    world.evaluated.up = [];
    assert.deepEqual(await world.failures(), { "chat-r1 targets": "fail: chat-r1-1 has no series up" });
  });

  it("fails for a target that is down", async () => {
    world.evaluated.up[0]!.value[1] = "0";
    assert.deepEqual(await world.failures(), {
      "chat-r1 targets": "fail: chat-r1-1 is down: Prometheus cannot read its /metrics",
    });
  });

  it("fails for a revision in the metrics that is not the contract's", async () => {
    world.evaluated.up[0]!.metric["vllm_revision"] = "0".repeat(40);
    const { model } = world.release("chat-r1").plan;
    assert.deepEqual(await world.failures(), {
      "chat-r1 targets": `fail: chat-r1-1 has no series up of its contract: vllm_revision=${"0".repeat(40)} where the contract says ${model.revision}`,
    });
  });

  it("fails for a query that gives several series, none, or no number", async () => {
    const series = (value: string) => ({ metric: {}, value: [0, value] as [number, string] });
    world.evaluated.queries = (query) => {
      if (query.startsWith("up{")) return undefined;
      if (query.includes("kv_cache")) return [series("NaN")];
      return query.includes("running") ? [] : [series("0"), series("1")];
    };
    assert.deepEqual(await world.failures(), {
      "chat-r1 queries": "fail: in-flight gives 0 series; waiting gives 2 series; kv-cache gives NaN",
    });
  });

  it("fails for rules that are not loaded or do not work, and waits for no evaluation", async () => {
    const { groups } = world.evaluated;
    const [first, second, third] = groups[0]!.rules;
    Object.assign(first!, { health: "err", lastError: "many-to-many matching" });
    Object.assign(second!, { name: "gone" });
    assert.match(
      await world.result("chat-r1 rules"),
      /^fail: \w+ of [\w.-]+ fails: many-to-many matching; \w+ of [\w.-]+ (is not loaded|fails)/,
    );
    Object.assign(first!, { health: "ok" });
    Object.assign(second!, { name: third!.name });
    Object.assign(third!, { health: "unknown" });
    assert.match(await world.result("chat-r1 rules"), /^(pass|skip): /);
    for (const rule of groups[0]!.rules) rule.health = "unknown";
    assert.equal(await world.result("chat-r1 rules"), "skip: 4 of 4 rules are loaded and not evaluated yet");
  });

  it("takes rules of another object of the same group for none of its own", async () => {
    const { groups } = world.evaluated;
    groups[0]!.file = `/etc/prometheus/rules/x/${NAMESPACE}-other-01234567-89ab-cdef-0123-456789abcdef.yaml`;
    assert.match(await world.result("chat-r1 rules"), /^fail: .* is not loaded/);
    // Files that no operator has written have any name.
    for (const group of groups) group.file = "/etc/prometheus/own.yaml";
    assert.equal(await world.result("chat-r1 rules"), "pass: 4 rules loaded and healthy");
  });

  it("says what Prometheus says of itself", async () => {
    world.evaluated.answer = { status: 503, body: "Service Unavailable" };
    const failed = await world.failures();
    assert.deepEqual(Object.keys(failed).sort(), ["chat-r1 queries", "chat-r1 rules", "chat-r1 targets", "test rules"]);
    assert.equal(failed["chat-r1 targets"], "fail: Prometheus answers with 503: Service Unavailable");
    world.evaluated.answer = { status: 422, body: JSON.stringify({ status: "error", error: "bad query" }) };
    assert.equal(await world.result("chat-r1 targets"), "fail: Prometheus answers with 422: bad query");
    world.evaluated.answer = { status: 200, body: JSON.stringify({ status: "success", data: {} }) };
    assert.match(
      await world.result("chat-r1 targets"),
      /^fail: Prometheus answers up\{namespace="vllm"\} without a result$/,
    );
  });

  it("skips where there is no Prometheus in the cluster, and fails where its pod is not Ready", async () => {
    world.api.find("Pod", "prometheus-0")["status"] = {};
    assert.equal(
      await world.result("chat-r1 targets"),
      "fail: no pod is Ready behind Service monitoring/kube-prometheus-stack-prometheus",
    );
    world.api.find("Service", "kube-prometheus-stack-prometheus")["spec"] = {};
    assert.match(
      await world.result("chat-r1 targets"),
      /^skip: Service \S+ leads to no pods: name Prometheus by --prometheus$/,
    );
    world.api.remove("Service", "kube-prometheus-stack-prometheus");
    assert.match(
      await world.result("chat-r1 targets"),
      /^skip: there is no Service \S+: name Prometheus by --prometheus$/,
    );
    assert.deepEqual(await world.failures(), {});
  });

  it("goes by the URL that is given, with its user or the token of the environment, and shows neither", async () => {
    world.api.remove("Service", "kube-prometheus-stack-prometheus");
    const { authorization } = world.evaluated;
    const text = await world.result("chat-r1 targets", {
      prometheus: `http://me:pa%20ss@127.0.0.1:${world.prometheusPort}/`,
    });
    assert.match(text, /^pass: 1 target up/);
    assert.equal(authorization.at(-1), `Basic ${Buffer.from("me:pa ss").toString("base64")}`);
    const options = { ...world.options({ prometheus: `http://127.0.0.1:${world.prometheusPort}` }) };
    const around = { env: { PROMETHEUS_TOKEN: "t1" }, width: Infinity, now: new Date() };
    await verifyWanted(() => Promise.resolve(world.wanted), options, around);
    assert.equal(authorization.at(-1), "Bearer t1");
    const { text: gone } = await world.run({ prometheus: "http://me:secret@127.0.0.1:1" });
    assert.match(gone, /http:\/\/127\.0\.0\.1:1 cannot be reached: /);
    assert.doesNotMatch(gone, /secret@/);
  });

  it("shows Prometheus the credentials that the stack names", async () => {
    const url = "http://prom.monitoring.svc:9090/base";
    const bearer = { existingSecret: "prom", key: "token" };
    const other = await World.of({ platform: { prometheus: { url, authentication: { bearer } } } });
    try {
      const service = other.api.find("Service", "kube-prometheus-stack-prometheus");
      service.metadata.name = "prom";
      service["spec"] = { selector: { app: "prometheus" }, ports: [{ port: 9090, targetPort: 9091 }] };
      const data = { token: Buffer.from("t2").toString("base64") };
      other.api.put({ apiVersion: "v1", kind: "Secret", metadata: { name: "prom", namespace: NAMESPACE }, data });
      assert.match(await other.result("chat-r1 targets"), /^pass/);
      assert.equal(other.evaluated.authorization.at(-1), "Bearer t2");
      other.api.forbidden.add("get Secret");
      assert.equal(
        await other.result("chat-r1 targets"),
        "skip: needs Prometheus' credentials, and Secret vllm/prom may not be read",
      );
    } finally {
      other.stop();
    }
  });

  it("skips what it cannot sign", async () => {
    const other = await World.of({
      platform: { prometheus: { url: "https://aps.example.com", authentication: { aws: { region: "eu-central-1" } } } },
    });
    try {
      assert.match(await other.result("chat-r1 targets"), /^skip: Prometheus asks for a signature/);
    } finally {
      other.stop();
    }
  });

  it("asks for the labels of a scrape that is not ours", async () => {
    const other = await World.of({ platform: { prometheus: { monitors: "annotations" } } });
    try {
      assert.match(
        await other.result("chat-r1 targets"),
        /^fail: chat-r1-1 has no series up of its contract: app_kubernetes_io_instance= where/,
      );
      other.evaluated.up[0]!.metric = {
        namespace: NAMESPACE,
        pod: "chat-r1-1",
        app_kubernetes_io_instance: "chat",
        pulumi_vllm_dev_release: "r1",
      };
      assert.equal(await other.result("chat-r1 targets"), "pass: 1 target up with 3 labels of the contract");
    } finally {
      other.stop();
    }
  });
});
