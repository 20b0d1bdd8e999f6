import assert from "node:assert/strict";

import { gpuPlacement } from "../../../../policies/rules/resources/gpuPlacement.js";
import { type Json, deployment, messages, plainPod, resource } from "../../fixtures.js";

const required = (expression: Json) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
  },
});

describe("gpu-placement", () => {
  it("accepts a node selector or required affinity, and any form of toleration", async () => {
    const affinity = required({ key: "accelerator", operator: "In", values: ["l4", "l40s"] });
    const tolerations = [{ key: "nvidia.com/gpu", operator: "Equal", value: "present", effect: "NoSchedule" }];
    const accepted = [
      deployment(),
      deployment({ pod: { nodeSelector: undefined, affinity, tolerations } }),
      deployment({ pod: { tolerations: [{ operator: "Exists" }] } }),
      plainPod(),
    ];
    assert.deepEqual(await messages(gpuPlacement, accepted), []);
  });

  it("refuses a pod that takes any node", async () => {
    const message = "the pod asks for GPUs and for no kind of node: add a nodeSelector such as accelerator: l4";
    assert.deepEqual(await messages(gpuPlacement, deployment({ pod: { nodeSelector: {} } })), [message]);
  });

  const OS = { key: "kubernetes.io/os", operator: "In", values: ["linux"] };
  const L4 = { key: "accelerator", operator: "In", values: ["l4"] };
  const alternatives = (...terms: Json[]) => ({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: terms.map((term) => ({ matchExpressions: term })),
      },
    },
  });

  it("refuses a choice that nodes without GPUs meet too", async () => {
    const general: Array<[{ [key: string]: Json }, string]> = [
      [
        { nodeSelector: { "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64" } },
        "kubernetes.io/os, kubernetes.io/arch",
      ],
      [{ nodeSelector: { "topology.kubernetes.io/zone": "us-east-1a" } }, "topology.kubernetes.io/zone"],
      [
        { nodeSelector: { "failure-domain.beta.kubernetes.io/region": "x" } },
        "failure-domain.beta.kubernetes.io/region",
      ],
      [{ nodeSelector: { "node-role.kubernetes.io/worker": "" } }, "node-role.kubernetes.io/worker"],
      [{ nodeSelector: { "karpenter.sh/capacity-type": "on-demand" } }, "karpenter.sh/capacity-type"],
      [{ nodeSelector: { "node-lifecycle": "on-demand" } }, "node-lifecycle"],
      [{ nodeSelector: {}, affinity: alternatives([OS]) }, "kubernetes.io/os"],
      [{ nodeSelector: {}, affinity: alternatives([L4], [OS]) }, "kubernetes.io/os"],
      [{ nodeSelector: {}, affinity: required({ key: "accelerator", operator: "DoesNotExist" }) }, "accelerator"],
    ];
    for (const [pod, keys] of general) {
      assert.deepEqual(await messages(gpuPlacement, deployment({ pod })), [
        `the pod asks for GPUs and chooses nodes by ${keys} alone, which other nodes have too: add a nodeSelector such as accelerator: l4`,
      ]);
    }
    const preferred = {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [L4] } }],
      },
    };
    assert.equal(
      (await messages(gpuPlacement, deployment({ pod: { nodeSelector: {}, affinity: preferred } }))).length,
      1,
    );
  });

  it("accepts every way to name a machine", async () => {
    const chosen: Array<{ [key: string]: Json }> = [
      ...[
        "nvidia.com/gpu.product",
        "nvidia.com/gpu.present",
        "cloud.google.com/gke-accelerator",
        "cloud.google.com/gke-nodepool",
        "node.kubernetes.io/instance-type",
        "karpenter.k8s.aws/instance-gpu-name",
        "eks.amazonaws.com/nodegroup",
        "agentpool",
        "kubernetes.io/hostname",
        "node-role.kubernetes.io/gpu",
        "team-gpus",
      ].map((key) => ({ nodeSelector: { [key]: "a", "kubernetes.io/os": "linux" } })),
      { nodeSelector: { "topology.kubernetes.io/zone": "a" }, affinity: alternatives([L4, OS], [OS, L4]) },
      { nodeSelector: { accelerator: "l4" }, affinity: alternatives([OS]) },
      { nodeSelector: {}, affinity: required({ key: "nvidia.com/gpu.memory", operator: "Gt", values: ["20000"] }) },
      { nodeSelector: {}, affinity: required({ key: "nvidia.com/gpu.product", operator: "Exists" }) },
      { nodeSelector: undefined, tolerations: undefined, nodeName: "gpu-1" },
    ];
    for (const pod of chosen)
      assert.deepEqual(await messages(gpuPlacement, deployment({ pod })), [], JSON.stringify(pod));
  });

  it("reads what a RuntimeClass of the program brings", async () => {
    const runtimeClass = (scheduling: Json) =>
      resource("kubernetes:node.k8s.io/v1:RuntimeClass", "r", {
        metadata: { name: "nvidia-l4" },
        handler: "nvidia",
        scheduling,
      });
    const pod = { nodeSelector: undefined, tolerations: undefined, runtimeClassName: "nvidia-l4" };
    const whole = { nodeSelector: { accelerator: "l4" }, tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" }] };
    assert.deepEqual(await messages(gpuPlacement, [deployment({ pod }), runtimeClass(whole)]), []);
    assert.equal(
      (await messages(gpuPlacement, [deployment({ pod }), runtimeClass({ ...whole, tolerations: [] })])).length,
      1,
    );
    assert.equal((await messages(gpuPlacement, [deployment({ pod }), runtimeClass(undefined)])).length, 2);
    const other = deployment({ pod: { ...pod, runtimeClassName: "nvidia" } });
    assert.equal((await messages(gpuPlacement, [other, runtimeClass(whole)])).length, 2);
  });

  it("accepts a toleration of another taint for such nodes, and GKE's own", async () => {
    const tolerated: Json[] = [
      { key: "sku", operator: "Equal", value: "gpu", effect: "NoSchedule" },
      { key: "dedicated", value: "llm", effect: "NoSchedule" },
      { key: "example.com/gpu-node", operator: "Exists" },
      { key: "accelerator", value: "l4", effect: "NoExecute" },
      { key: "workload", value: "inference" },
    ];
    for (const toleration of tolerated) {
      assert.deepEqual(await messages(gpuPlacement, deployment({ pod: { tolerations: [toleration] } })), []);
    }
    const onGke = deployment({
      pod: { nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-l4" }, tolerations: [] },
    });
    assert.deepEqual(await messages(gpuPlacement, onGke), []);
  });

  it("lets device claims and devices of other makers be", async () => {
    const bare = { nodeSelector: undefined, tolerations: undefined };
    for (const resources of [
      { claims: [{ name: "gpu" }] },
      { limits: { "google.com/tpu": 8 } },
      { limits: { "habana.ai/gaudi": 8 } },
      { limits: { "aws.amazon.com/neuron": 1 } },
      { limits: { "nvidia.com/gpumem": 4000 } },
    ]) {
      assert.deepEqual(await messages(gpuPlacement, deployment({ container: { resources }, pod: bare })), []);
    }
  });

  it("refuses a pod without toleration of its GPUs' taint", async () => {
    for (const tolerations of [
      [],
      [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoExecute" }],
      [{ key: "nvidia.com/gpu", operator: "Exists", effect: "PreferNoSchedule" }],
      [{ key: "other" }],
      [{ key: "node.kubernetes.io/not-ready", operator: "Exists", effect: "NoExecute" }],
      [{ key: "spot", value: "true" }],
    ]) {
      assert.deepEqual(await messages(gpuPlacement, deployment({ pod: { tolerations } })), [
        "the pod asks for GPUs and does not tolerate the taint nvidia.com/gpu: add {key: nvidia.com/gpu, operator: Exists}",
      ]);
    }
    const amd = deployment({ container: { resources: { limits: { "amd.com/gpu": 1 } } } });
    assert.match((await messages(gpuPlacement, amd))[0] ?? "", /taint amd\.com\/gpu/);
  });
});
