import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import { coldstart, type ColdstartOptions } from "../../../tools/coldstart/command.js";
import type { PodStart } from "../../../tools/coldstart/podStart.js";
import { newAuthority, sign } from "../../../tools/local/certificates.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { folderWith, removeFolders } from "../folders.js";

const GPU_LOG = readFileSync(join(__dirname, "fixtures/gpu-tp2.txt"), "utf8");
const LOG = "/api/v1/namespaces/vllm/pods/chat-r1-new/log";
const EVENTS = "/api/v1/namespaces/vllm/events";
const NOW = Date.parse("2026-11-26T11:00:00Z");

const pod = (name: string, hour: string) => ({
  metadata: { name, namespace: "vllm", uid: name, creationTimestamp: `2026-11-26T${hour}:00:00Z` },
  spec: { nodeName: "gpu-1" },
  status: {
    conditions: [
      { type: "PodScheduled", status: "True", lastTransitionTime: `2026-11-26T${hour}:05:00Z` },
      { type: "Ready", status: "True", lastTransitionTime: `2026-11-26T${hour}:08:10Z` },
    ],
    containerStatuses: [
      { name: "vllm", restartCount: 0, state: { running: { startedAt: `2026-11-26T${hour}:05:10Z` } } },
    ],
  },
});

describe("npm run coldstart", () => {
  let server: Server;
  let kubeconfig: string;
  let asked: URL[];
  /** By path; a number refuses with that status. */
  let answers: Record<string, unknown>;

  before(async () => {
    const authority = await newAuthority();
    const { certificate, key } = await sign(authority, "kube-apiserver");
    server = createServer({ cert: certificate, key }, (request, response) => {
      const url = new URL(request.url!, "https://localhost");
      asked.push(url);
      const answer = answers[url.pathname] ?? 404;
      if (typeof answer === "number") response.writeHead(answer).end(JSON.stringify({ message: "you may not" }));
      else response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
    });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    const url = `https://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
    const trust = Buffer.from(authority.certificate).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      clusters: [{ name: "c", cluster: { server: url, "certificate-authority-data": trust } }],
      users: [{ name: "u", user: { token: "t" } }],
      contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    };
    kubeconfig = join(folderWith({ kubeconfig: stringify(config) }), "kubeconfig");
  });
  beforeEach(() => {
    asked = [];
    answers = {
      "/api/v1": {
        resources: [
          { name: "pods", kind: "Pod", namespaced: true },
          { name: "nodes", kind: "Node", namespaced: false },
        ],
      },
      "/api/v1/pods": { items: [pod("chat-r1-old", "09"), pod("chat-r1-new", "10")] },
      "/api/v1/nodes/gpu-1": { metadata: { name: "gpu-1", creationTimestamp: "2026-11-26T10:04:00Z" } },
      [EVENTS]: { items: [] },
      [LOG]: GPU_LOG,
    };
  });
  after(() => {
    server.close();
    removeFolders();
  });

  const run = (options: Partial<ColdstartOptions> = {}) =>
    coldstart("chat", { kubeconfig, pods: 5, json: false, ...options }, { env: {}, width: 120, now: NOW });
  const starts = async (options: Partial<ColdstartOptions> = {}): Promise<PodStart[]> =>
    JSON.parse((await run({ ...options, json: true })).text) as PodStart[];

  it("asks for the replicas of the model alone, and for the log from its begin with the kubelet's times", async () => {
    await run({ stack: "prod" });
    const selector = asked.find(({ pathname }) => pathname === "/api/v1/pods")!.searchParams.get("labelSelector");
    assert.equal(
      selector,
      "app.kubernetes.io/name=vllm,app.kubernetes.io/component=runtime,app.kubernetes.io/instance=chat,app.kubernetes.io/part-of=prod",
    );
    const { searchParams } = asked.find(({ pathname }) => pathname === LOG)!;
    assert.deepEqual(Object.fromEntries(searchParams), {
      container: "vllm",
      timestamps: "true",
      limitBytes: "4194304",
    });
    const events = asked.find(({ pathname }) => pathname === EVENTS)!.searchParams.get("fieldSelector");
    assert.match(events!, /^involvedObject\.uid=chat-r1-(new|old)$/);
  });

  it("shows the newest first, and how many it leaves out", async () => {
    assert.deepEqual(
      (await starts()).map(({ pod }) => pod),
      ["chat-r1-new", "chat-r1-old"],
    );
    const { text, exitCode } = await run({ pods: 1 });
    assert.equal(exitCode, 0);
    assert.match(text, /^chat-r1-new Ready after 8 min 10 s\n/);
    assert.match(text, /\n1 older not shown: --pods 2 shows all$/);
  });

  it("says what may not be read, and shows the rest", async () => {
    Object.assign(answers, { [EVENTS]: 403, [LOG]: 403, "/api/v1/nodes/gpu-1": 403 });
    const [newest] = await starts();
    assert.deepEqual(
      newest!.parts.map(({ part }) => part),
      ["schedule", "image", "rest"],
    );
    assert.equal(newest!.notes.length, 3);
    assert.match(newest!.notes.join("\n"), /^events cannot be read: events of chat-r1-new: you may not \(HTTP 403\)$/m);
  });

  it("says that events are gone", async () => {
    const [newest] = await starts();
    assert.deepEqual(newest!.notes, ["no events: the API server keeps them for an hour unless it is told otherwise"]);
  });

  it("reads the log of the start before where the container is about to be started again", async () => {
    const crashed = pod("chat-r1-new", "10");
    const status = {
      ...crashed.status,
      containerStatuses: [
        {
          name: "vllm",
          restartCount: 1,
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { startedAt: "2026-11-26T10:05:10Z", exitCode: 1 } },
        },
      ],
    };
    answers["/api/v1/pods"] = { items: [{ ...crashed, status }] };
    const [start] = await starts();
    assert.equal(asked.find(({ pathname }) => pathname === LOG)!.searchParams.get("previous"), "true");
    assert.equal(start!.parts.find(({ part }) => part === "weights")?.seconds, 60.5);
  });

  it("repeats what an init step that still runs says last", async () => {
    const waiting = pod("chat-r1-new", "10");
    const status = {
      conditions: [waiting.status.conditions[0]],
      initContainerStatuses: [
        { name: "wait-for-weights", restartCount: 0, state: { running: { startedAt: "2026-11-26T10:05:10Z" } } },
      ],
    };
    answers["/api/v1/pods"] = { items: [{ ...waiting, status }] };
    answers[LOG] = "waiting for acme/tiny since 40 s\n";
    const [start] = await starts();
    assert.ok(start!.notes.includes("wait-for-weights says: waiting for acme/tiny since 40 s"));
    assert.ok(start!.notes.includes("not ready: wait-for-weights is running"));
  });

  it("fails where the model has no pod, and says where it looked", async () => {
    answers["/api/v1/namespaces/llm/pods"] = { items: [] };
    await assert.rejects(run({ namespace: "llm", stack: "prod" }), {
      name: "Failure",
      message: /has no pod of model "chat" of stack prod in namespace llm: /,
    });
  });
});
