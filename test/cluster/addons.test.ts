import assert from "node:assert/strict";

import { ADDONS, ManagedAddon } from "../../components/cluster/addons.js";
import { ACCOUNT, awsRegistered, type Run } from "../aws/awsRegistered.js";

const COMMON = {
  clusterName: "llm-test",
  addonVersion: "(known at deployment)",
  resolveConflictsOnCreate: "OVERWRITE",
  resolveConflictsOnUpdate: "OVERWRITE",
};
const SYSTEM = { nodeSelector: { workload: "system" } };

const addon = (name: string): Promise<Run<ManagedAddon>> =>
  awsRegistered(() => {
    const facts = ADDONS.find((candidate) => candidate.name === name)!;
    return new ManagedAddon(name, { facts, clusterName: "llm-test", kubernetesVersion: "1.36" });
  });

/** Inputs of the add-on, its configuration parsed. */
async function inputsOfAddon(name: string): Promise<object> {
  const { inputs } = (await addon(name)).registry.get("Addon", name);
  const { configurationValues, ...others } = inputs;
  if (configurationValues === undefined) return others;
  return { ...others, configurationValues: JSON.parse(configurationValues as string) as unknown };
}

describe("ADDONS", () => {
  it("starts nodes with identities, network and proxy, and has the rest run on them", () => {
    const named = (beforeNodes: boolean) =>
      ADDONS.filter((facts) => facts.beforeNodes === beforeNodes).map(({ name }) => name);
    assert.deepEqual(named(true), ["eks-pod-identity-agent", "vpc-cni", "kube-proxy"]);
    assert.deepEqual(named(false), ["coredns", "aws-ebs-csi-driver", "metrics-server", "eks-node-monitoring-agent"]);
  });
});

describe("ManagedAddon", () => {
  const expected = {
    "eks-pod-identity-agent": {},
    "vpc-cni": {
      configurationValues: {
        env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "1" },
        enableNetworkPolicy: "true",
      },
      podIdentityAssociations: [{ serviceAccount: "aws-node", roleArn: `arn:aws:iam::${ACCOUNT}:Role/vpc-cni` }],
    },
    "kube-proxy": {},
    coredns: { configurationValues: SYSTEM },
    "aws-ebs-csi-driver": {
      configurationValues: { controller: SYSTEM },
      podIdentityAssociations: [
        { serviceAccount: "ebs-csi-controller-sa", roleArn: `arn:aws:iam::${ACCOUNT}:Role/aws-ebs-csi-driver` },
      ],
    },
    "metrics-server": { configurationValues: SYSTEM },
    "eks-node-monitoring-agent": {
      configurationValues: {
        dcgmAgent: {
          tolerations: [
            { operator: "Equal", key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" },
            { operator: "Equal", key: "node-lifecycle", value: "spot", effect: "NoSchedule" },
          ],
        },
      },
    },
  };

  for (const [name, inputs] of Object.entries(expected)) {
    it(`makes ${name}`, async () => {
      assert.deepEqual(await inputsOfAddon(name), { ...COMMON, addonName: name, ...inputs });
    });
  }

  it("knows no add-on beside these", () => {
    assert.deepEqual(ADDONS.map(({ name }) => name).sort(), Object.keys(expected).sort());
  });

  it("takes the version that EKS recommends for the cluster's", async () => {
    const { calls } = await addon("kube-proxy");
    assert.deepEqual(calls, [
      { token: "getAddonVersion", inputs: { addonName: "kube-proxy", kubernetesVersion: "1.36" } },
    ]);
  });

  for (const [name, policyArn] of [
    ["vpc-cni", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"],
    ["aws-ebs-csi-driver", "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2"],
  ] as const) {
    it(`gives ${name} one policy, by a role of its own`, async () => {
      const { registry } = await addon(name);
      const policy = policyArn.split("/").at(-1);
      assert.deepEqual(registry.names(`ManagedAddon ${name}`), [
        `Addon ${name}`,
        `Role ${name}`,
        `RolePolicyAttachment ${name}-${policy}`,
      ]);
      assert.deepEqual(registry.get("RolePolicyAttachment", `${name}-${policy}`).inputs, { role: name, policyArn });
      assert.match(registry.get("Role", name).inputs["assumeRolePolicy"] as string, /"pods\.eks\.amazonaws\.com"/);
    });
  }

  for (const [name, policy] of [
    ["vpc-cni", "AmazonEKS_CNI_Policy"],
    ["aws-ebs-csi-driver", "AmazonEBSCSIDriverPolicyV2"],
  ] as const) {
    it(`has ${name} wait for its permissions`, async () => {
      const { dependencies } = (await addon(name)).registry.get("Addon", name);
      assert.ok(dependencies.includes(`RolePolicyAttachment ${name}-${policy}`));
    });
  }

  it("keeps what it waits for beside its permissions", async () => {
    const { registry } = await awsRegistered(() => {
      const first = new ManagedAddon("first", {
        facts: ADDONS[0]!,
        clusterName: "llm-test",
        kubernetesVersion: "1.36",
      });
      const facts = ADDONS.find(({ name }) => name === "vpc-cni")!;
      const args = { facts, clusterName: "llm-test", kubernetesVersion: "1.36" };
      return new ManagedAddon("second", args, { dependsOn: [first] });
    });
    const { dependencies } = registry.get("Addon", "second");
    for (const needed of ["Addon first", "RolePolicyAttachment second-AmazonEKS_CNI_Policy"]) {
      assert.ok(dependencies.includes(needed), needed);
    }
    for (const kind of ["Role", "RolePolicyAttachment"]) {
      const [resource] = registry.ofKind(kind);
      assert.ok(resource!.dependencies.includes("Addon first"), kind);
    }
  });

  it("tags itself and its role when it is given tags", async () => {
    const { registry } = await awsRegistered(() => {
      const facts = ADDONS.find(({ name }) => name === "vpc-cni")!;
      const tags = { team: "ml" };
      return new ManagedAddon("cni", { facts, clusterName: "llm-test", kubernetesVersion: "1.36", tags });
    });
    assert.deepEqual(registry.get("Addon", "cni").inputs["tags"], { team: "ml" });
    assert.deepEqual(registry.get("Role", "cni").inputs["tags"], { team: "ml" });
  });

  it("gives the others no AWS permissions", async () => {
    for (const { name } of ADDONS.filter(({ identity }) => identity === undefined)) {
      assert.deepEqual((await addon(name)).registry.names(`ManagedAddon ${name}`), [`Addon ${name}`]);
    }
  });
});
