import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { isVisible } from "../../../components/config/printable.js";
import { releaseConfig } from "../../serving/fixtures.js";
import { newAuthority, sign } from "../../../tools/local/certificates.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import type { Rules } from "../../../tools/verify/objects.js";
import type { WantedObject } from "../../../tools/verify/wanted.js";
import { ApiServer, kubeconfigFile } from "../cluster/apiServer.js";
import { folderWith } from "../folders.js";
import { endWorlds, World } from "./world.js";

describe("npm run verify", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.of();
  });
  afterEach(() => world.stop());
  after(endWorlds);

  it("passes what runs as the config says, and says what each check has found", async () => {
    const { text, exitCode } = await world.run();
    assert.equal(exitCode, 0);
    const { objects } = world.wanted;
    assert.deepEqual(await world.results().then(withoutTimes), {
      "chat-r1 objects": "pass: 8 objects",
      "chat-r1 contract": "pass: hash 6cbaa97c198e3c56",
      "chat-r1 rollout": "pass: 1 replica available",
      "chat-r1 image": "pass: sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
      "chat-r1 restarts": "pass: none in 1 pod",
      "chat-r1 gpu": "pass: 1 × l4 for each of 1 pod on gpu-1",
      "chat-r1 model": "pass: chat with 8192 tokens in 1 Ready pod",
      "chat-r1 answer": "pass: first token after … ms, 3 tokens in … ms",
      "chat-r1 metrics": 'pass: model_name="chat" on every series that autoscaling reads',
      "chat-r1 targets": "pass: 1 target up with 7 labels of the contract",
      "chat-r1 queries": "pass: one series for each of 3 queries",
      "chat-r1 rules": "pass: 4 rules loaded and healthy",
      "chat-r1 scaler": "pass: Ready, active, from 1 to 3 replicas",
      "chat-r1 network": "skip: needs a pod outside: --probe",
      "chat-r1 history": "pass: number 1 is 6cbaa97c198e3c56, nothing before",
      "chat objects": "pass: 2 objects",
      "chat route": "pass: leads to r1: 1 Ready pod",
      "test objects": `pass: ${objects.length} objects`,
      "test leftovers": "pass: none",
      "test rules": `pass: ${ruleCount(objects)} rules loaded and healthy`,
      "test dashboards": "pass: 6 dashboards",
      "test cache": "skip: the stack fills no cache",
    });
    const plain = stripVTControlCharacters(text);
    assert.match(plain, /^test {2}https:\/\/127\.0\.0\.1:\d+, context "test", namespace vllm\n/);
    assert.match(plain, /\npass {2}chat-r1 {2}contract {4}hash 6cbaa97c198e3c56\n/);
    assert.match(plain, /\n22 checks: 20 passed, 0 failed, 2 skipped$/);
    assert.doesNotMatch(plain, /To look further/);
  });

  it("only reads: nothing is created, changed or removed", async () => {
    await world.run();
    const verbs = new Set(world.api.calls.map((call) => call.split(" ")[0]));
    assert.deepEqual([...verbs].sort(), ["connect", "get", "list"]);
    assert.ok(!world.api.calls.includes("list Secret"));
  });

  it("fails with exit code 1 and the command to look further", async () => {
    world.api.remove("PodDisruptionBudget", "chat-r1");
    const { text, exitCode } = await world.run({ quiet: true });
    assert.equal(exitCode, 1);
    const plain = stripVTControlCharacters(text);
    assert.match(plain, /\nFAIL {2}chat-r1 {2}objects +no PodDisruptionBudget vllm\/chat-r1\n/);
    assert.match(
      plain,
      /To look further:\n {2}chat-r1 objects: kubectl --kubeconfig \S+ --context test -n vllm get deployment,/,
    );
    assert.doesNotMatch(plain, /\npass/);
    assert.match(plain, /\n22 checks: 19 passed, 1 failed, 2 skipped$/);
  });

  it("looks at the models that are named alone", async () => {
    const { text } = await world.command({ only: ["chat"], json: true });
    const { results } = JSON.parse(text) as { results: { subject: string }[] };
    assert.deepEqual([...new Set(results.map(({ subject }) => subject))].sort(), ["chat", "chat-r1"]);
    await assert.rejects(async () => world.command({ only: ["chta"] }), {
      name: "BadInput",
      message: '--only: there is no model "chta"; did you mean chat?',
    });
  });

  it("refuses a wrong call before it asks anything", async () => {
    await assert.rejects(async () => world.command({ prometheus: "localhost:9090" }), {
      name: "BadInput",
      message: "--prometheus: is no URL: use one such as http://localhost:9090",
    });
    await assert.rejects(async () => world.command({ timeout: 0 }), {
      name: "BadInput",
      message: "--timeout: has to be more than 0 seconds",
    });
    assert.deepEqual(world.api.calls, []);
  });

  it("stops where nothing answers", async () => {
    const gone = await ApiServer.start();
    const kubeconfig = gone.kubeconfig();
    gone.stop();
    await assert.rejects(world.run({ kubeconfig }), { name: "Failure", message: /the cluster cannot be reached/ });
  });

  it("skips what may not be read, with the API server's own reason, and checks the rest", async () => {
    const { forbidden } = world.api;
    for (const call of ["get Secret", "get Node", "list PrometheusRule"]) forbidden.add(call);
    const results = await world.results();
    assert.equal(results["chat-r1 model"], "skip: needs the API key, and Secret vllm/chat-api-key may not be read");
    assert.equal(results["chat-r1 answer"], "skip: needs the API key, and Secret vllm/chat-api-key may not be read");
    assert.match(results["chat-r1 gpu"]!, /^skip: may not be read: .*cannot get resource "nodes"/);
    assert.equal(results["chat-r1 objects"], "pass: 7 objects; 1 PrometheusRule may not be read");
    assert.equal(results["chat objects"], "pass: 1 object; 1 Secret may not be read");
    assert.match(results["chat-r1 metrics"]!, /^pass/);
    assert.equal((await world.run()).exitCode, 0);

    forbidden.add("connect");
    assert.equal(
      await world.result("chat-r1 metrics"),
      "skip: may not be read: connecting to Pod chat-r1-1: you may not create and get pods/portforward there (HTTP 403)",
    );
  });

  it("fails where nothing may be read at all", async () => {
    const { text, exitCode } = await world.run({ kubeconfig: await refusing() });
    assert.equal(exitCode, 1);
    assert.match(text, /22 checks: 0 passed, 0 failed, 22 skipped: nothing could be verified/);
  });

  it("waits for nobody longer than it is told", async () => {
    world.api.silent.add("list ReplicaSet");
    world.engine().does.silent.push("/v1/models");
    const results = await world.results({ timeout: 0.5 });
    assert.equal(results["chat-r1 history"], "fail: no answer in 0.5 s (--timeout)");
    assert.match(
      results["chat-r1 model"]!,
      /^fail: (no answer in|Pod chat-r1-1 has not answered \/v1\/models in) 0\.5 s/,
    );
    assert.match(results["chat-r1 metrics"]!, /^pass/);
  });

  it("skips what a model at zero on purpose cannot show", async () => {
    const zero = await World.of({
      models: { chat: { autoscaling: { min: 0, max: 3, activation: { query: "up", threshold: 1 } } } },
    });
    try {
      zero.toZero("chat-r1");
      const results = await zero.results();
      const skipped = Object.entries(results).filter(([, text]) => text.startsWith("skip: "));
      assert.deepEqual(Object.fromEntries(skipped.filter(([, text]) => /at zero replicas/.test(text))), {
        ...Object.fromEntries(
          ["rollout", "image", "restarts", "gpu", "model", "answer", "metrics", "targets", "network"]
            .filter((name) => name !== "network")
            .map((name) => [`chat-r1 ${name}`, "skip: at zero replicas, as autoscaling.min 0 allows"]),
        ),
        "chat route": "skip: leads to r1, which is at zero replicas as autoscaling.min 0 allows",
      });
      assert.deepEqual(await zero.failures(), {});
    } finally {
      zero.stop();
    }
  });

  it("prints texts of the cluster so that no terminal and no CI system takes them for commands", async () => {
    world.engine().does.answers["/v1/models"] = { status: 500, body: "\u001b[31m\n::error::gone\u202e" };
    const { text } = await world.run();
    assert.ok(isVisible(stripVTControlCharacters(text)));
    assert.match(text, /\\u001b\[31m\\n::error::gone\\u202e/);
    const { text: json } = await world.run({ json: true });
    assert.ok(isVisible(json));
  });

  it("never prints the key", async () => {
    world.engine().does.answers["/v1/models"] = { status: 500, body: "no" };
    for (const options of [{}, { json: true }])
      assert.doesNotMatch((await world.run(options)).text, /sk-secret|c2stc2VjcmV0/);
  });

  it("counts in JSON, with the cluster that it has looked at", async () => {
    const { text } = await world.run({ json: true });
    const report = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(Object.keys(report), ["stack", "server", "context", "namespace", "at", "counts", "results"]);
    assert.deepEqual(report["counts"], { pass: 20, fail: 0, skip: 2 });
    assert.equal(report["at"], "2026-11-26T12:00:00.000Z");
  });

  it("writes JUnit XML, a suite for each release, model and the stack", async () => {
    world.api.remove("Service", "chat-r1");
    const file = join(folderWith(), "verify.xml");
    await world.run({ junit: file });
    const xml = readFileSync(file, "utf8");
    assert.match(
      xml,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="verify test" tests="22" failures="1" errors="0" skipped="2" time="/,
    );
    assert.match(
      xml,
      /<testsuite name="chat-r1" tests="15" failures="1" errors="0" skipped="1" time="[\d.]+" timestamp="2026-11-26T12:00:00">/,
    );
    assert.match(
      xml,
      /<testcase name="objects: every object that the stack wants" classname="verify\.test\.chat-r1" time="[\d.]+"><failure message="no Service vllm\/chat-r1">no Service vllm\/chat-r1\nTo look further: kubectl/,
    );
    assert.match(xml, /<skipped message="needs a pod outside: --probe"\/>/);
    assert.match(xml, /<system-out>model_name=&quot;chat&quot; on every series that autoscaling reads<\/system-out>/);
  });

  it("checks each release of a model, and which one its route leads to", async () => {
    const two = await World.of({ models: { chat: { releases: { r2: releaseConfig({ context: 4096 }) } } } });
    try {
      const results = await two.results();
      assert.match(results["chat-r2 model"]!, /^pass: chat with 4096 tokens/);
      assert.equal(results["chat route"], "pass: leads to r1: 1 Ready pod");
      assert.deepEqual(await two.failures(), {});
    } finally {
      two.stop();
    }
  });
});

function ruleCount(objects: readonly WantedObject[]): number {
  const rules = objects.filter(({ manifest }) => manifest.kind === "PrometheusRule");
  return rules.flatMap(({ manifest }) => (manifest as Rules).spec.groups).flatMap((group) => group.rules).length;
}

/** Times differ from run to run. */
function withoutTimes(results: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(results).map(([key, text]) => [key, text.replace(/\d+ ms/g, "… ms")]));
}

/** Path of a kubeconfig of a server that refuses everything but its version. */
async function refusing(): Promise<string> {
  const authority = await newAuthority();
  const { certificate, key } = await sign(authority, "kube-apiserver");
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const isVersion = request.url === "/version";
    response.writeHead(isVersion ? 200 : 403).end(isVersion ? "{}" : '{"message":"no"}');
  });
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  server.unref();
  const url = `https://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
  return kubeconfigFile(url, authority.certificate);
}
