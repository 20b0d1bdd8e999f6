import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { gpuNodeTaint } from "../../../../policies/rules/nodes/gpuNodeTaint.js";
import {
  defaultGroup,
  firstNodeGroup,
  GPU_TAINT,
  managedNodeGroup,
  nativeNodeGroup,
  nodeGroup,
  nodePool,
  selfManagedGroup,
} from "../../awsFixtures.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";
import { type Json, messages } from "../../fixtures.js";

/** Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: PolicyInput["props"]) => PolicyInput["props"];
  unknownStringValue: string;
};

const NONE = 'no taint nvidia.com/gpu: add {key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE"}';

const SELF_MANAGED = 'no taint nvidia.com/gpu: add "nvidia.com/gpu": {value: "true", effect: "NoSchedule"} to';
const POOL =
  'no taint nvidia.com/gpu: add {key: "nvidia.com/gpu", value: "true", effect: "NoSchedule"} to spec.template.spec.taints';

const SPOT = { key: "node-lifecycle", value: "spot", effect: "NO_SCHEDULE" };

describe("gpu-node-taint", () => {
  it("accepts the taint of any value, among others", async () => {
    const taints = [
      { key: "team", value: "a", effect: "NO_EXECUTE" },
      { ...GPU_TAINT, value: undefined },
    ];
    assert.deepEqual(await messages(gpuNodeTaint, [nodeGroup({ taints }), managedNodeGroup({ taints })]), []);
  });

  it("leaves groups without GPUs alone", async () => {
    assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ instanceTypes: ["m7i.large"], taints: [] })), []);
  });

  it("refuses a GPU group without the taint", async () => {
    for (const taints of [undefined, [], [{ ...GPU_TAINT, key: "team", value: "a" }], [SPOT]]) {
      assert.deepEqual(await messages(gpuNodeTaint, [nodeGroup({ taints }), managedNodeGroup({ taints })]), [
        NONE,
        NONE,
      ]);
    }
  });

  it("knows a GPU group by its image where the launch template names the instance type", async () => {
    assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ instanceTypes: undefined, taints: [] })), [NONE]);
  });

  it("refuses effect PREFER_NO_SCHEDULE", async () => {
    const effect = "PREFER_NO_SCHEDULE";
    for (const make of [nodeGroup, nativeNodeGroup]) {
      assert.deepEqual(await messages(gpuNodeTaint, make({ taints: [{ ...GPU_TAINT, effect }] })), [
        'the effect of the taint nvidia.com/gpu is "PREFER_NO_SCHEDULE": use "NO_SCHEDULE"',
      ]);
    }
  });

  for (const [key, value] of [
    ["gpu", "true"],
    ["sku", "gpu"],
    ["dedicated", "vllm"],
    ["workload-type", "inference"],
    ["models", undefined],
    ["example.com/accelerator", "l4"],
    ["instance", "g6e"],
    ["instance", "p5.48xlarge"],
  ]) {
    it(`accepts the taint ${key}=${value ?? ""}, and NO_EXECUTE`, async () => {
      for (const effect of ["NO_SCHEDULE", "NO_EXECUTE"]) {
        assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ taints: [SPOT, { key, value, effect }] })), []);
      }
    });
  }

  for (const [key, value] of [
    ["team", "a"],
    ["email", "domain"],
    ["node.cilium.io/agent-not-ready", "true"],
  ]) {
    it(`is not content with the taint ${key}=${value}`, async () => {
      const taints = [{ key, value, effect: "NO_SCHEDULE" }];
      assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ taints })), [NONE]);
    });
  }

  it("accepts another effect beside the one wanted", async () => {
    const taints = [{ ...GPU_TAINT, effect: "NO_EXECUTE" }, GPU_TAINT];
    assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ taints })), []);
  });

  it("accepts self-managed groups with the taint, also among the kubelet's arguments", async () => {
    const taints = { "nvidia.com/gpu": { value: "present", effect: "NoSchedule" } };
    const flag = "--register-with-taints=team=a:NoExecute,nvidia.com/gpu=true:NoSchedule";
    const accepted = [
      selfManagedGroup(),
      firstNodeGroup(),
      defaultGroup(),
      selfManagedGroup({ taints }),
      selfManagedGroup({ taints: undefined, kubeletExtraArgs: `--max-pods=58 ${flag} --v=2` }),
      selfManagedGroup({ taints: undefined, bootstrapExtraArgs: `--kubelet-extra-args '${flag}'` }),
      selfManagedGroup({ taints: undefined, nodeUserDataOverride: `#!/bin/bash\nbootstrap "${flag}"` }),
      selfManagedGroup({
        taints: undefined,
        nodeadmExtraOptions: [{ contentType: "x", content: `flags: ["${flag}"]` }],
      }),
    ];
    assert.deepEqual(await messages(gpuNodeTaint, accepted), []);
  });

  it("refuses self-managed GPU groups without the taint, the cluster's default group among them", async () => {
    const bare = { taints: { team: { value: "a", effect: "NoSchedule" } } };
    const cluster = defaultGroup({});
    const plainCluster = { ...cluster, props: { instanceType: "g5.xlarge", gpu: true } };
    const refused = [selfManagedGroup(bare), firstNodeGroup({ taints: undefined }), defaultGroup(bare), plainCluster];
    assert.deepEqual(await messages(gpuNodeTaint, refused), [
      `${SELF_MANAGED} taints`,
      `${SELF_MANAGED} taints`,
      `default node group: ${SELF_MANAGED} nodeGroupOptions.taints`,
      `default node group: ${SELF_MANAGED} nodeGroupOptions.taints`,
    ]);
  });

  it("refuses a self-managed group's other effects, and the spelling of managed groups", async () => {
    const effects = ["PreferNoSchedule", "NO_SCHEDULE"];
    const groups = effects.map((effect) =>
      selfManagedGroup({ taints: { "nvidia.com/gpu": { value: "true", effect } } }),
    );
    assert.deepEqual(await messages(gpuNodeTaint, groups), [
      'the effect of the taint nvidia.com/gpu is "PreferNoSchedule": use "NoSchedule"',
      'the effect of the taint nvidia.com/gpu is "NO_SCHEDULE": use "NoSchedule"',
    ]);
  });

  it("leaves self-managed groups without GPUs alone, and clusters without default group", async () => {
    const untainted = { taints: undefined };
    const none = [{ skipDefaultNodeGroup: true }, { fargate: true }, { fargate: { selectors: [] } }];
    const clusters = [...none, { autoMode: { enabled: true } }].map((changes) => {
      const cluster = defaultGroup(untainted);
      return { ...cluster, props: { ...cluster.props, ...changes } };
    });
    const accepted = [
      selfManagedGroup({ ...untainted, instanceType: undefined }),
      selfManagedGroup({ ...untainted, instanceType: "m7i.large" }),
      ...clusters,
    ];
    assert.deepEqual(await messages(gpuNodeTaint, accepted), []);
    const fargateOff = defaultGroup(untainted);
    const judged = { ...fargateOff, props: { ...fargateOff.props, fargate: false } };
    assert.equal((await messages(gpuNodeTaint, judged)).length, 1);
  });

  const GPU_REQUIREMENTS: Array<[key: string, operator: string, values?: string[]]> = [
    ["node.kubernetes.io/instance-type", "In", ["m7i.large", "g6.xlarge"]],
    ["karpenter.k8s.aws/instance-family", "In", ["p5"]],
    ["eks.amazonaws.com/instance-family", "In", ["gr6"]],
    ["karpenter.k8s.aws/instance-category", "In", ["c", "g"]],
    ["karpenter.k8s.aws/instance-gpu-count", "Gt", ["0"]],
    ["karpenter.k8s.aws/instance-gpu-count", "Gte", ["1"]],
    ["karpenter.k8s.aws/instance-gpu-count", "Lt", ["4"]],
    ["karpenter.k8s.aws/instance-gpu-count", "Lte", ["4"]],
    ["karpenter.k8s.aws/instance-gpu-count", "Exists"],
    ["karpenter.k8s.aws/instance-gpu-memory", "In", ["24576"]],
    ["karpenter.k8s.aws/instance-gpu-name", "In", ["l4"]],
    ["karpenter.k8s.aws/instance-gpu-name", "Exists"],
    ["eks.amazonaws.com/instance-gpu-manufacturer", "In", ["nvidia"]],
    ["karpenter.k8s.aws/instance-gpu-manufacturer", "Exists"],
    ["workload", "In", ["gpu-inference"]],
  ];
  for (const [key, operator, values] of GPU_REQUIREMENTS) {
    it(`refuses a pool without the taint that requires ${key} ${operator} ${values?.join() ?? ""}`, async () => {
      const requirements = [{ key, operator, values }];
      assert.deepEqual(await messages(gpuNodeTaint, nodePool({}, { requirements, taints: [] })), [POOL]);
    });
  }

  it("knows a pool of GPU nodes by its labels", async () => {
    for (const labels of [{ "nvidia.com/gpu.present": "true" }, { workload: "gpu-batch" }]) {
      const pool = nodePool({}, { requirements: [], taints: undefined }, labels);
      assert.deepEqual(await messages(gpuNodeTaint, pool), [POOL]);
    }
  });

  const OTHER_REQUIREMENTS: Array<[key: string, operator: string, values?: string[]]> = [
    ["node.kubernetes.io/instance-type", "In", ["m7i.large", "g4ad.xlarge"]],
    ["karpenter.k8s.aws/instance-family", "In", ["m7i"]],
    ["karpenter.k8s.aws/instance-family", "NotIn", ["g6"]],
    ["karpenter.k8s.aws/instance-category", "In", ["c", "m", "r"]],
    ["karpenter.k8s.aws/instance-gpu-count", "DoesNotExist"],
    ["karpenter.k8s.aws/instance-gpu-count", "Lt", ["1"]],
    ["karpenter.k8s.aws/instance-gpu-count", "Lte", ["0"]],
    ["karpenter.k8s.aws/instance-gpu-name", "In", ["radeon-pro-v520"]],
    ["karpenter.k8s.aws/instance-gpu-manufacturer", "In", ["amd"]],
    ["karpenter.k8s.aws/instance-gpu-manufacturer", "NotIn", ["nvidia"]],
    ["karpenter.k8s.aws/instance-gpu-manufacturer", "NotIn", ["amd"]],
    ["workload", "In", ["system"]],
    ["team", "In", ["g6.xlarge"]],
  ];
  for (const [key, operator, values] of OTHER_REQUIREMENTS) {
    it(`leaves a pool alone that requires ${key} ${operator} ${values?.join() ?? ""}`, async () => {
      const requirements = [{ key, operator, values }];
      assert.deepEqual(await messages(gpuNodeTaint, nodePool({}, { requirements, taints: [] })), []);
    });
  }

  it("leaves a pool alone where one requirement rules GPUs out that another allows", async () => {
    const requirements = [
      { key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["g", "m"] },
      { key: "karpenter.k8s.aws/instance-gpu-count", operator: "DoesNotExist" },
    ];
    assert.deepEqual(await messages(gpuNodeTaint, nodePool({}, { requirements, taints: [] })), []);
  });

  it("accepts a pool with the taint, and refuses its other effects", async () => {
    const tainted = (effect: Json) => nodePool({}, { taints: [{ key: "nvidia.com/gpu", effect }] });
    assert.deepEqual(await messages(gpuNodeTaint, [nodePool(), tainted("NoSchedule"), tainted("PreferNoSchedule")]), [
      'the effect of the taint nvidia.com/gpu is "PreferNoSchedule": use "NoSchedule"',
    ]);
  });

  it("judges a pool beside a zone and a label that are not known yet", async () => {
    const requirements = [
      { key: "topology.kubernetes.io/zone", operator: "In", values: [unknownStringValue] },
      { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["g6"] },
    ];
    const pool = nodePool({}, { requirements, taints: [] }, { team: unknownStringValue });
    assert.deepEqual(await messages(gpuNodeTaint, { ...pool, props: unknownCheckingProxy(pool.props) }), [POOL]);
    const group = nodeGroup({ instanceTypes: [unknownStringValue, "g6.xlarge"], taints: [] });
    assert.deepEqual(await messages(gpuNodeTaint, { ...group, props: unknownCheckingProxy(group.props) }), [NONE]);
  });
});
