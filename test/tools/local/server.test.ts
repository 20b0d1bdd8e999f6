import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "../../../tools/local/client.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { metricsText } from "../../../tools/local/simulator/metrics.js";
import { podMetrics, simulatorServer } from "../../../tools/local/simulator/server.js";
import { isManifest } from "../../../tools/render/manifests.js";
import { RUNTIME_LABELS, SELECTOR } from "../../serving/fixtures.js";
import { resourcesOf } from "../reports.js";
import { FakeCluster } from "./fakes.js";

type Snapshot = Parameters<typeof podMetrics>[0];
type Pod = Snapshot["pods"][number];

const ARGS = ["Qwen/Qwen3-8B", "--served-model-name=qwen", "--max-num-seqs=16", "--max-num-queued-reqs=48"];
const READY = [{ type: "Ready", status: "True" }];

function pod(
  name: string,
  { ready = true, args = ARGS, metadata = {} }: { ready?: boolean; args?: string[]; metadata?: object } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "vllm", labels: RUNTIME_LABELS, ...metadata },
    spec: { containers: [{ args }] },
    status: { conditions: ready ? READY : [{ type: "Ready", status: "False" }] },
  };
}

function service(name = "chat", selector: Record<string, string> | null = SELECTOR, namespace = "vllm") {
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { ...(selector && { selector }) } };
}

function loads(inFlight: number, kvCache = 0, name = "vllm/chat"): Map<string, { inFlight: number; kvCache: number }> {
  return new Map([[name, { inFlight, kvCache }]]);
}

/** Values of the three metrics, in their order. */
function valuesOf(text: string | undefined): number[] | undefined {
  return text
    ?.split("\n")
    .filter((line) => line.startsWith("vllm:"))
    .map((line) => Number(line.split(" ").at(-1)));
}

describe("podMetrics", () => {
  it("is nothing while a pod's server does not listen", () => {
    const ending = { deletionTimestamp: "2026-11-21T17:00:00Z" };
    const young = pod("young");
    delete young.status;
    const pods = [pod("loading", { ready: false }), pod("ending", { metadata: ending }), young];
    const snapshot = { pods, services: [service()] };
    for (const name of ["loading", "ending", "young", "gone"]) {
      assert.equal(podMetrics(snapshot, new Map(), "vllm", name), undefined, name);
    }
    assert.equal(podMetrics({ pods: [pod("a")], services: [] }, new Map(), "other", "a"), undefined);
  });

  it("is all zero without load", () => {
    const expected = metricsText("qwen", { running: 0, waiting: 0, kvCache: 0 });
    assert.equal(podMetrics({ pods: [pod("a")], services: [service()] }, new Map(), "vllm", "a"), expected);
  });

  it("spreads a Service's load over those of its pods that are ready", () => {
    const spare = pod("c", { metadata: { labels: { ...RUNTIME_LABELS, "pulumi-vllm.dev/release": "r2" } } });
    const elsewhere = pod("a", { metadata: { namespace: "other" } });
    const pods = [pod("b"), pod("loading", { ready: false }), spare, elsewhere, pod("a")];
    const snapshot = { pods, services: [service()] };
    const values = (name: string) => valuesOf(podMetrics(snapshot, loads(41, 1), "vllm", name));
    assert.deepEqual(values("a"), [16, 5, 0.5]);
    assert.deepEqual(values("b"), [16, 4, 0.5]);
    assert.deepEqual(values("c"), [0, 0, 0]);
  });

  it("gives a replica that has become ready its share, and takes it from the others", () => {
    const values = (pods: Pod[]) =>
      pods.map(
        ({ metadata: { name } }) => valuesOf(podMetrics({ pods, services: [service()] }, loads(12), "vllm", name))?.[0],
      );
    assert.deepEqual(values([pod("a"), pod("b", { ready: false })]), [12, undefined]);
    assert.deepEqual(values([pod("a"), pod("b")]), [6, 6]);
  });

  it("adds what is sent to the route and to the release", () => {
    const both = new Map([...loads(4), ...loads(3, 0.5, "vllm/chat-r1")]);
    const services = [service("chat", { "app.kubernetes.io/instance": "chat" }), service("chat-r1")];
    assert.deepEqual(valuesOf(podMetrics({ pods: [pod("a")], services }, both, "vllm", "a")), [7, 0, 0.5]);
  });

  it("knows Services of one name in two namespaces apart, and sends nothing by one that selects nobody", () => {
    const services = [service("chat", SELECTOR, "other"), service("bare", null)];
    const sent = new Map([...loads(4, 0, "other/chat"), ...loads(3, 0, "vllm/bare")]);
    assert.deepEqual(valuesOf(podMetrics({ pods: [pod("a")], services }, sent, "vllm", "a")), [0, 0, 0]);
  });

  it("reads flags in both of their forms, of names the first", () => {
    const args = ["--max-num-queued-reqs", "6", "--served-model-name", "qwen", "chat", "--max-num-seqs", "4"];
    const text = podMetrics({ pods: [pod("a", { args })], services: [service()] }, loads(100), "vllm", "a");
    assert.equal(text, metricsText("qwen", { running: 4, waiting: 2, kvCache: 0 }));
  });

  it("takes a server without flags for one that takes all, under the pod's name", () => {
    const text = podMetrics({ pods: [pod("a", { args: [] })], services: [service()] }, loads(1000), "vllm", "a");
    assert.equal(text, metricsText("a", { running: 1000, waiting: 0, kvCache: 0 }));
  });

  it("reads the flags that the program gives its pods", async () => {
    const manifests = (await resourcesOf())
      .filter(isManifest)
      .map(({ inputs }) => inputs as unknown as KubernetesObject);
    const { spec } = manifests.find(({ kind }) => kind === "Deployment") as KubernetesObject & {
      spec: { template: { metadata: object; spec: Pod["spec"] } };
    };
    const services = manifests.filter(({ kind }) => kind === "Service") as Snapshot["services"];
    const real = { ...pod("a", { metadata: spec.template.metadata }), spec: spec.template.spec };
    assert.equal(
      podMetrics({ pods: [real], services }, loads(100), "vllm", "a"),
      metricsText("chat", { running: 16, waiting: 32, kvCache: 0 }),
    );
  });
});

describe("simulatorServer", () => {
  const TOKEN = "c0ffee";
  let server: Server;
  let fake: FakeCluster;

  beforeEach(async () => {
    fake = new FakeCluster(pod("a"), pod("b", { ready: false }), service());
    server = simulatorServer(fake.cluster, TOKEN).listen(0, LOOPBACK);
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function ask(
    path: string,
    method = "GET",
    body?: object | string,
    authorization = `Bearer ${TOKEN}`,
  ): Promise<{ status: number; text: string; type: string | null }> {
    const { port } = server.address() as AddressInfo;
    const text = typeof body === "object" ? JSON.stringify(body) : body;
    const answer = await fetch(`http://${LOOPBACK}:${port}${path}`, {
      method,
      headers: { authorization },
      ...(text !== undefined && { body: text }),
    });
    return { status: answer.status, text: await answer.text(), type: answer.headers.get("content-type") };
  }

  it("answers a scrape as the pod's server would", async () => {
    assert.deepEqual(await ask("/pods/vllm/a/metrics"), {
      status: 200,
      text: metricsText("qwen", { running: 0, waiting: 0, kvCache: 0 }),
      type: "text/plain; version=0.0.4",
    });
  });

  it("fails a scrape of a pod that is not ready or not there", async () => {
    assert.equal((await ask("/pods/vllm/b/metrics")).status, 503);
    assert.equal((await ask("/pods/vllm/nobody/metrics")).status, 503);
  });

  it("takes a Service's load, shows it and sends it to its pods until told otherwise", async () => {
    assert.deepEqual([(await ask("/load")).text, (await ask("/load")).status], ["{}", 200]);
    assert.equal((await ask("/load/vllm/chat", "PUT", { inFlight: 20, kvCache: 0.5 })).status, 204);
    assert.deepEqual(JSON.parse((await ask("/load")).text), { "vllm/chat": { inFlight: 20, kvCache: 0.5 } });
    assert.deepEqual(valuesOf((await ask("/pods/vllm/a/metrics")).text), [16, 4, 0.5]);
    await ask("/load/vllm/chat", "PUT", { inFlight: 0, kvCache: 0 });
    assert.deepEqual(valuesOf((await ask("/pods/vllm/a/metrics")).text), [0, 0, 0]);
  });

  it("refuses a load that it cannot read, and keeps what it had", async () => {
    await ask("/load/vllm/chat", "PUT", { inFlight: 3, kvCache: 0 });
    assert.equal((await ask("/load/vllm/chat", "PUT", "{")).status, 503);
    assert.deepEqual(JSON.parse((await ask("/load")).text), { "vllm/chat": { inFlight: 3, kvCache: 0 } });
  });

  it("answers no request and takes no load without the run's token", async () => {
    for (const authorization of ["", "Bearer ", "Bearer c0ffe", "Bearer c0ffeee", "Basic c0ffee", "c0ffee"]) {
      for (const [path, method] of [
        ["/load", "GET"],
        ["/load/vllm/chat", "PUT"],
        ["/pods/vllm/a/metrics", "GET"],
        ["/metrics", "GET"],
      ] as const) {
        const body = method === "PUT" ? { inFlight: 20, kvCache: 0 } : undefined;
        const { status, text } = await ask(path, method, body, authorization);
        assert.deepEqual([status, text], [401, ""], `${authorization} ${path}`);
      }
    }
    assert.equal((await ask("/load")).text, "{}");
    assert.deepEqual(fake.calls, []);
  });

  it("knows no other path", async () => assert.equal((await ask("/metrics")).status, 404));

  it("asks the cluster once for simultaneous scrapes, and again a second later", async () => {
    await Promise.all([1, 2, 3].map(() => ask("/pods/vllm/a/metrics")));
    assert.deepEqual(fake.calls, ["list Pod", "list Service"]);
    fake.put(pod("b"));
    await sleep(1100);
    assert.equal((await ask("/pods/vllm/b/metrics")).status, 200);
    assert.equal(fake.calls.length, 4);
  });

  it("fails scrapes while the cluster does not answer, and not one longer", async () => {
    const list = fake.list.bind(fake);
    fake.list = () => Promise.reject(new Error("connect ECONNREFUSED"));
    const { status, text } = await ask("/pods/vllm/a/metrics");
    assert.deepEqual([status, text], [503, "Error: connect ECONNREFUSED"]);
    fake.list = list;
    assert.equal((await ask("/pods/vllm/a/metrics")).status, 200);
  });
});
