/** Each check of a release: what makes it fail, and what it says then. Nothing else may fail beside it, unless said. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ANNOTATIONS } from "../../../components/vocabulary/labels.js";
import type { KubernetesObject } from "../../../tools/local/client.js";
import type { Deployment, ScaledObject, Service } from "../../../tools/verify/objects.js";
import { endWorlds, World } from "./world.js";

/** What a test breaks, and what comes out of it. */
interface Broken {
  what: string;
  breaks: (world: World) => void;
  /** Results that fail, by subject and check; all others pass or are skipped. */
  fails: Record<string, string | RegExp>;
}

const deployment = (world: World): Deployment => world.api.find("Deployment", "chat-r1") as Deployment;
const annotations = (object: KubernetesObject): Record<string, string> => (object.metadata.annotations ??= {});
const scaled = (world: World): ScaledObject => world.api.find("ScaledObject", "chat-r1") as ScaledObject;

const CASES: Broken[] = [
  {
    what: "an object that is missing, of any kind",
    breaks: ({ api }) => {
      api.remove("PodMonitor", "chat-r1");
      api.remove("NetworkPolicy", "chat-r1");
      api.remove("Secret", "chat-api-key");
    },
    fails: {
      "chat-r1 objects":
        "1 PodMonitor missing: the cluster does not know monitoring.coreos.com/v1; no NetworkPolicy vllm/chat-r1",
      "chat objects": "no Secret vllm/chat-api-key",
      "chat-r1 model": "Secret vllm/chat-api-key has no key api-key with the API key",
      "chat-r1 answer": "Secret vllm/chat-api-key has no key api-key with the API key",
    },
  },
  {
    what: "another contract than the config's",
    breaks: ({ api }) => {
      for (const object of [api.find("Deployment", "chat-r1"), api.find("ReplicaSet", "chat-r1-aaa")]) {
        const contract = JSON.parse(annotations(object)[ANNOTATIONS.contract]!) as object;
        Object.assign(annotations(object), stated({ ...contract, context: 4096, startupSeconds: 5 }));
      }
    },
    fails: {
      "chat-r1 contract":
        /^hash [0-9a-f]{16} where the config has 6cbaa97c198e3c56; context is 4096, the config says 8192; startupSeconds is 5, the config says none$/,
    },
  },
  {
    what: "annotations that somebody has edited",
    breaks: (world) => (annotations(deployment(world))[ANNOTATIONS.contractHash] = "0123456789abcdef"),
    fails: { "chat-r1 contract": "the annotated hash is 0123456789abcdef, the contract's own is 6cbaa97c198e3c56" },
  },
  {
    what: "a Deployment without a contract",
    breaks: ({ api }) => {
      for (const object of [api.find("Deployment", "chat-r1"), api.find("ReplicaSet", "chat-r1-aaa")]) {
        delete annotations(object)[ANNOTATIONS.contract];
      }
    },
    fails: {
      "chat-r1 contract": "has no annotation pulumi-vllm.dev/contract",
      "chat-r1 history": "ReplicaSet chat-r1-aaa: has no annotation pulumi-vllm.dev/contract",
    },
  },
  {
    what: "a release that the config does not name",
    breaks: ({ api }) => {
      const { metadata, ...rest } = structuredClone(api.find("Deployment", "chat-r1"));
      api.put({ ...rest, metadata: { ...metadata, name: "chat-r0", uid: "other" } });
    },
    fails: { "test leftovers": "the config does not name chat-r0 (1 replica)" },
  },
  {
    what: "a rollout that is stuck",
    breaks: (world) => {
      const found = deployment(world);
      found.spec.replicas = 2;
      found.status = {
        ...found.status,
        updatedReplicas: 1,
        availableReplicas: 1,
        conditions: [
          { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "has timed out" },
        ],
      };
      const pod = structuredClone(world.pod());
      pod.metadata.name = "chat-r1-2";
      pod.metadata.labels!["pod-template-hash"] = "bbb";
      pod.status!.conditions = [
        { type: "PodScheduled", status: "False", message: "0/3 nodes are available" },
        { type: "Ready", status: "False" },
      ];
      world.api.put(pod);
    },
    fails: {
      "chat-r1 rollout":
        "Progressing is False (ProgressDeadlineExceeded): has timed out; 1 of 2 replicas are of the newest template; " +
        "1 of 2 replicas are available (chat-r1-2: 0/3 nodes are available); still of an older template: chat-r1-2",
    },
  },
  {
    what: "more replicas than autoscaling allows, and a controller that is behind",
    breaks: (world) => {
      const found = deployment(world);
      found.metadata.generation = 2;
      found.spec.replicas = 4;
      found.status = { ...found.status, updatedReplicas: 4, availableReplicas: 4 };
    },
    fails: {
      "chat-r1 rollout": "its controller has not seen it yet; 4 replicas, where autoscaling allows 1 to 3",
    },
  },
  {
    what: "another digest than the contract's",
    breaks: (world) => {
      world.pod().status!.containerStatuses![0]!.imageID = `docker.io/vllm/vllm-openai@sha256:${"0".repeat(64)}`;
    },
    fails: { "chat-r1 image": `chat-r1-1 runs docker.io/vllm/vllm-openai@sha256:${"0".repeat(64)}` },
  },
  {
    what: "a pod of another image",
    breaks: (world) => (world.pod().spec.containers[0]!.image = "vllm/vllm-openai:latest"),
    fails: { "chat-r1 image": "chat-r1-1 is to run vllm/vllm-openai:latest" },
  },
  {
    what: "a container that was killed for want of memory",
    breaks: (world) =>
      Object.assign(world.pod().status!.containerStatuses![0]!, {
        restartCount: 2,
        lastState: { terminated: { exitCode: 137, reason: "OOMKilled", finishedAt: "2026-11-26T11:00:00Z" } },
      }),
    fails: {
      "chat-r1 restarts":
        "chat-r1-1 was started again 2 times, last after exit code 137 (OOMKilled) at 2026-11-26T11:00:00Z",
    },
  },
  {
    what: "a container that cannot start",
    breaks: (world) =>
      Object.assign(world.pod().status!.containerStatuses![0]!, {
        state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
      }),
    fails: { "chat-r1 restarts": "chat-r1-1 waits: ImagePullBackOff no such image" },
  },
  {
    what: "a pod with fewer GPUs than the contract says, on a node of another kind",
    breaks: (world) => {
      world.pod().spec.containers[0]!.resources = { limits: {} };
      const node = world.api.find("Node", "gpu-1");
      Object.assign(node.metadata.labels!, {
        "node.kubernetes.io/instance-type": "g5.xlarge",
        "nvidia.com/gpu.product": "NVIDIA-A10G",
        workload: "gpu-batch",
      });
      node["status"] = { allocatable: {} };
    },
    fails: {
      "chat-r1 gpu": [
        "chat-r1-1 asks for 0 nvidia.com/gpu, the contract says 1",
        "chat-r1-1: node gpu-1 has workload=gpu-batch, wanted is gpu-inference",
        "chat-r1-1: node gpu-1 is a g5.xlarge, the node group has g6.2xlarge",
        "chat-r1-1: node gpu-1 has GPUs NVIDIA-A10G, the contract says l4",
        "chat-r1-1: node gpu-1 has 0 allocatable nvidia.com/gpu: the device plugin may not run there",
      ].join("; "),
    },
  },
  {
    what: "a node that is gone",
    breaks: ({ api }) => api.remove("Node", "gpu-1"),
    fails: { "chat-r1 gpu": "chat-r1-1 is on the node gpu-1, which is not there" },
  },
  {
    what: "a pod on no node",
    breaks: (world) => delete world.pod().spec.nodeName,
    fails: { "chat-r1 gpu": "chat-r1-1 is on no node" },
  },
  {
    what: "a route that leads elsewhere",
    breaks: ({ api }) => ((api.find("Service", "chat") as Service).spec.selector!["pulumi-vllm.dev/release"] = "r0"),
    fails: { "chat route": "leads to release r0, the config says r1" },
  },
  {
    what: "a route without a Ready pod",
    breaks: ({ api }) => {
      const slice = api.find("EndpointSlice", "chat-x");
      slice["endpoints"] = [{ conditions: { ready: false }, targetRef: { name: "chat-r1-1" } }];
    },
    fails: { "chat route": "leads to r1, and no pod is Ready behind it" },
  },
  {
    what: "a stranger behind the route",
    breaks: ({ api }) => {
      api.find("EndpointSlice", "chat-x")["endpoints"] = [
        { targetRef: { name: "mallory" } },
        { targetRef: { name: "chat-r1-1" } },
      ];
    },
    fails: { "chat route": "mallory is behind it and is no Ready pod of chat-r1" },
  },
  {
    what: "a ScaledObject that does not work",
    breaks: (world) => {
      const found = scaled(world);
      found.spec.maxReplicaCount = 9;
      annotations(found)["autoscaling.keda.sh/paused-replicas"] = "1";
      found.status!.conditions = [
        { type: "Ready", status: "False", reason: "ScaledObjectCheckFailed", message: "no such target" },
        { type: "Fallback", status: "True", reason: "FallbackExists", message: "at least one trigger is falling back" },
      ];
      const hpa = world.api.find("HorizontalPodAutoscaler", "keda-hpa-chat-r1");
      hpa["spec"] = { minReplicas: 2, maxReplicas: 9, metrics: [{}] };
      hpa["status"] = { conditions: [{ type: "ScalingActive", status: "False", reason: "FailedGetExternalMetric" }] };
    },
    fails: {
      "chat-r1 scaler": [
        "scales from 1 to 9, the config says 1 to 3",
        "is paused by its annotation autoscaling.keda.sh/paused-replicas",
        "Ready is False (ScaledObjectCheckFailed): no such target",
        "Fallback is True (FallbackExists): at least one trigger is falling back",
        "HPA keda-hpa-chat-r1 scales from 2 to 9",
        "HPA keda-hpa-chat-r1 has 1 metrics for 3 triggers",
        "HPA keda-hpa-chat-r1: ScalingActive is False (FailedGetExternalMetric)",
      ].join("; "),
    },
  },
  {
    what: "a ScaledObject that KEDA has not seen, and has no HPA",
    breaks: (world) => {
      delete scaled(world).status;
      world.api.remove("HorizontalPodAutoscaler", "keda-hpa-chat-r1");
    },
    fails: { "chat-r1 scaler": "KEDA has not seen it yet; there is no HPA keda-hpa-chat-r1" },
  },
  {
    what: "a template that no ReplicaSet has",
    breaks: (world) => (annotations(deployment(world))["deployment.kubernetes.io/revision"] = "2"),
    fails: { "chat-r1 history": "no ReplicaSet of its newest template, number 2: its controller may not run" },
  },
];

/** Annotations of a contract. */
function stated(contract: object): Record<string, string> {
  const text = JSON.stringify(contract);
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return { [ANNOTATIONS.contract]: text, [ANNOTATIONS.contractHash]: hash };
}

describe("what npm run verify finds", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.of();
  });
  afterEach(() => world.stop());
  after(endWorlds);

  for (const { what, breaks, fails } of CASES) {
    it(`fails for ${what}`, async () => {
      breaks(world);
      const found = await world.failures();
      for (const [check, text] of Object.entries(fails)) {
        if (typeof text === "string") assert.equal(found[check], `fail: ${text}`);
        else assert.match((found[check] ?? "").replace("fail: ", ""), text);
      }
      assert.deepEqual(Object.keys(found).sort(), Object.keys(fails).sort());
    });
  }

  it("lists what was before, by the contracts of ReplicaSets", async () => {
    const now = world.api.find("ReplicaSet", "chat-r1-aaa");
    const contract = JSON.parse(annotations(now)[ANNOTATIONS.contract]!) as object;
    const old = structuredClone(now);
    old.metadata.name = "chat-r1-old";
    Object.assign(annotations(old), stated({ ...contract, context: 4096 }), {
      "deployment.kubernetes.io/revision": "1",
    });
    world.api.put(old);
    for (const object of [now, deployment(world)]) annotations(object)["deployment.kubernetes.io/revision"] = "2";
    assert.match(await world.result("chat-r1 history"), /^pass: number 2 is 6cbaa97c198e3c56, before it [0-9a-f]{16}$/);
    delete annotations(old)[ANNOTATIONS.contract];
    assert.equal(await world.result("chat-r1 history"), "fail: no contract is known of chat-r1-old");
  });

  it("skips the digest where the nodes do not say which one runs", async () => {
    world.pod().status!.containerStatuses![0]!.imageID = "sha256:0123";
    assert.match(
      await world.result("chat-r1 image"),
      /^skip: the pods ask for sha256:8a69\w+; their runtime does not say/,
    );
  });

  it("counts a restart that ended well as none", async () => {
    Object.assign(world.pod().status!.containerStatuses![0]!, {
      restartCount: 1,
      lastState: { terminated: { exitCode: 0, reason: "Completed" } },
    });
    assert.equal(await world.result("chat-r1 restarts"), "pass: none in 1 pod");
  });

  it("checks no pod where there is none, and says which check tells why", async () => {
    world.api.remove("Pod", "chat-r1-1");
    const results = await world.results();
    for (const name of ["image", "restarts", "gpu"])
      assert.equal(results[`chat-r1 ${name}`], "skip: there is no pod: see rollout");
    for (const name of ["model", "answer", "metrics", "targets", "queries"])
      assert.equal(results[`chat-r1 ${name}`], "skip: no pod is Ready: see rollout");
  });

  it("checks nothing of a Deployment, a Service or a ScaledObject that is not there, but that it is missing", async () => {
    for (const [kind, name] of [
      ["Deployment", "chat-r1"],
      ["Service", "chat"],
      ["ScaledObject", "chat-r1"],
    ] as const)
      world.api.remove(kind, name);
    const results = await world.results();
    assert.match(results["chat-r1 objects"]!, /no Deployment vllm\/chat-r1/);
    assert.equal(results["chat-r1 contract"], "skip: there is no Deployment chat-r1: see objects");
    assert.equal(results["chat route"], "skip: there is no Service chat: see objects");
    assert.deepEqual(Object.keys(await world.failures()).sort(), ["chat objects", "chat-r1 objects", "chat-r1 scaler"]);
  });

  it("skips the scaler of a model whose replicas are fixed", async () => {
    const fixed = await World.of({ models: { chat: { autoscaling: { min: 1, max: 1 } } } });
    try {
      assert.equal(await fixed.result("chat-r1 scaler"), "skip: its replicas are fixed");
      assert.equal(await fixed.result("chat-r1 queries"), "skip: its replicas are fixed: nothing is asked");
    } finally {
      fixed.stop();
    }
  });
});
