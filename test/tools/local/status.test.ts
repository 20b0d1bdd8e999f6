import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";

import type { KubernetesObject } from "../../../tools/local/client.js";
import { groupNodes, nodeObject } from "../../../tools/local/nodes.js";
import { type Status, statusOf, statusText } from "../../../tools/local/status.js";
import { describedGroup } from "../../../components/derive/nodes/nodeGroup.js";
import { RUNTIME_LABELS } from "../../serving/fixtures.js";
import { FakeCluster } from "./fakes.js";

const PENDING =
  "0/3 nodes are available: 1 node(s) had untolerated taint {node-lifecycle: spot}, 2 Insufficient nvidia.com/gpu.";
const GROUP = {
  purpose: "inference",
  gpu: "l4",
  instanceTypes: ["g6.12xlarge"],
  capacity: "on-demand",
  min: 0,
  max: 2,
} as const;

function object(
  apiVersion: string,
  kind: string,
  name: string,
  rest: object,
  labels: Record<string, string> = {},
): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: "vllm", labels: { ...RUNTIME_LABELS, ...labels } }, ...rest };
}

function deployment(
  model: string,
  release: string,
  spec: object,
  status?: object,
  labels: Record<string, string> = {},
): KubernetesObject {
  const own = { "app.kubernetes.io/instance": model, "pulumi-vllm.dev/release": release, ...labels };
  return object("apps/v1", "Deployment", `${model}-${release}`, { spec, ...(status && { status }) }, own);
}

function pod(
  name: string,
  {
    node,
    gpus = 1,
    metadata = {},
    ...status
  }: { node?: string; gpus?: number; metadata?: object; phase?: string; conditions?: object[] },
): KubernetesObject {
  const containers = [{ resources: { requests: { "nvidia.com/gpu": String(gpus) } } }, {}];
  const found = object("v1", "Pod", name, { spec: { ...(node && { nodeName: node }), containers }, status });
  Object.assign(found.metadata, metadata);
  return found;
}

const RUN = "0123456789abcdef";
const route = (release: string) =>
  object("v1", "Service", "chat", { spec: { selector: { "pulumi-vllm.dev/release": release } } });
const scaler = (target: string, range: object) =>
  object("keda.sh/v1alpha1", "ScaledObject", target, { spec: { scaleTargetRef: { name: target }, ...range } });
const nodes = (name: string, max: number) =>
  groupNodes(name, describedGroup({ ...GROUP, instanceTypes: [...GROUP.instanceTypes], max }), ["us-east-1a"]).map(
    (shape) => nodeObject(shape, RUN),
  );
const statusFor = (...objects: KubernetesObject[]) => statusOf(new FakeCluster(...objects).cluster, "test", RUN);

describe("statusOf", () => {
  it("has each release of each model, with the one that the route leads to and how far it may scale", async () => {
    const { models } = await statusFor(
      deployment("embed", "r1", { replicas: 1 }),
      deployment("chat", "r2", { replicas: 3 }, { readyReplicas: 1 }),
      deployment("chat", "r1", {}, { readyReplicas: 1 }),
      deployment("chat", "spare", { replicas: 1 }, {}, { "app.kubernetes.io/component": "spare" }),
      route("r1"),
      scaler("chat-r1", { minReplicaCount: 2, maxReplicaCount: 6 }),
      scaler("chat-r2", {}),
    );
    assert.deepEqual(models, [
      { name: "chat", release: "r1", live: true, ready: 1, wanted: 1, range: "2 to 6" },
      { name: "chat", release: "r2", live: false, ready: 1, wanted: 3, range: "0 to any" },
      { name: "embed", release: "r1", live: false, ready: 0, wanted: 1 },
    ]);
  });

  it("shows the node and state of each pod, and the scheduler's message for a pending one", async () => {
    const scheduled = { type: "PodScheduled", status: "True" };
    const { pods } = await statusFor(
      pod("ready", { node: "n1", phase: "Running", conditions: [scheduled, { type: "Ready", status: "True" }] }),
      pod("loads", { node: "n1", phase: "Running", conditions: [scheduled, { type: "Ready", status: "False" }] }),
      pod("pending", { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", message: PENDING }] }),
      pod("silent", { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False" }] }),
      pod("ending", {
        node: "n1",
        phase: "Running",
        conditions: [{ type: "Ready", status: "True" }],
        metadata: { deletionTimestamp: "2026-11-21T17:00:00Z" },
      }),
      pod("new", { phase: "Pending" }),
      pod("nothing", {}),
    );
    assert.deepEqual(pods, [
      { name: "ending", node: "n1", state: "ending" },
      { name: "loads", node: "n1", state: "loading its model" },
      { name: "new", state: "pending" },
      { name: "nothing", state: "unknown" },
      { name: "pending", state: `pending: ${PENDING}` },
      { name: "ready", node: "n1", state: "ready" },
      { name: "silent", state: "pending: not scheduled" },
    ]);
  });

  it("counts the GPUs of simulated nodes by group, and those that anybody's pods have asked for", async () => {
    const real: KubernetesObject = { apiVersion: "v1", kind: "Node", metadata: { name: "kind-worker" } };
    const others = pod("theirs", { node: "pool-2", gpus: 1 });
    others.metadata.labels = { "app.kubernetes.io/part-of": "other" };
    const { groups, pods } = await statusFor(
      ...nodes("pool", 2),
      ...nodes("batch", 1),
      real,
      pod("a", { node: "pool-1", gpus: 2 }),
      pod("b", { node: "pool-2", gpus: 4 }),
      others,
      pod("c", {}),
      pod("d", { node: "kind-worker" }),
    );
    assert.deepEqual(groups, [
      { name: "batch", nodes: 1, gpus: 4, gpusUsed: 0 },
      { name: "pool", nodes: 2, gpus: 8, gpusUsed: 7 },
    ]);
    assert.deepEqual(
      pods.map(({ name }) => name),
      ["a", "b", "c", "d"],
    );
  });

  it("takes nothing of another stack", async () => {
    const theirs = [deployment("chat", "r1", {}), pod("chat-r1-a", {})];
    for (const { metadata } of theirs) metadata.labels!["app.kubernetes.io/part-of"] = "prod";
    assert.deepEqual(await statusFor(...theirs), { models: [], pods: [], groups: [] });
  });
});

describe("statusText", () => {
  const status: Status = {
    models: [
      { name: "chat", release: "r1", live: true, ready: 2, wanted: 2, range: "2 to 6" },
      { name: "trial", release: "r1", live: false, ready: 0, wanted: 1 },
    ],
    pods: [
      { name: "chat-r1-a", node: "inference-l4-1", state: "ready" },
      { name: "trial-r1-b", state: `pending: ${PENDING}` },
    ],
    groups: [
      { name: "inference-l4", nodes: 6, gpus: 6, gpusUsed: 2 },
      { name: "system", nodes: 2, gpus: 0, gpusUsed: 0 },
    ],
  };
  const rows = (of: Status) =>
    stripVTControlCharacters(statusText(of))
      .split("\n")
      .filter((line) => line.startsWith("│"))
      .map((line) =>
        line
          .split("│")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );

  it("is a table of models, one of pods and one of nodes, with a pending pod's reason in full", () => {
    assert.deepEqual(rows(status), [
      ["model", "release", "route", "ready", "replicas"],
      ["chat", "r1", "live", "2/2", "2 to 6"],
      ["trial", "r1", "", "0/1", "fixed"],
      ["pod", "node", "state"],
      ["chat-r1-a", "inference-l4-1", "ready"],
      ["trial-r1-b", "", "pending: 0/3 nodes are available: 1 node(s) had untolerated taint"],
      ["", "", "{node-lifecycle: spot}, 2 Insufficient nvidia.com/gpu."],
      ["node group", "nodes", "GPUs used"],
      ["inference-l4", "6", "2/6"],
      ["system", "2", ""],
    ]);
  });

  it("has heads alone where there is nothing", () => {
    assert.deepEqual(
      rows({ models: [], pods: [], groups: [] }).map(([first]) => first),
      ["model", "pod", "node group"],
    );
  });

  it("prints what a message or a label holds, and does nothing of it", () => {
    const state = "pending: \u001b[2Jx\n::error::forged";
    const hostile = {
      ...status,
      pods: [{ name: "a", state }],
      groups: [{ name: "g\u202e", nodes: 1, gpus: 0, gpusUsed: 0 }],
    };
    const text = stripVTControlCharacters(statusText(hostile));
    assert.doesNotMatch(text, /^\s*::|[\u202e]/m);
    assert.deepEqual(rows(hostile).slice(4, 5), [["a", "", "pending: \\u001b[2Jx\\n::error::forged"]]);
    assert.ok(text.includes("g\\u202e"));
  });
});
