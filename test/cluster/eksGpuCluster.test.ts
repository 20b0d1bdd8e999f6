import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { EksGpuCluster } from "../../components/cluster/eksGpuCluster.js";
import type { Config } from "../serving/fixtures.js";
import { type Registry, valueOf } from "../serving/registered.js";
import { ACCOUNT, awsRegistered, inputsOf, type Run } from "../aws/awsRegistered.js";
import { builtCluster } from "./fixtures.js";

const TAGS = { team: "ml" };
const SUBNETS = ["cluster-private-0", "cluster-private-1", "cluster-private-2"];

const deployed = (changes: Config = {}, region?: string): Promise<Run<EksGpuCluster>> =>
  awsRegistered(() => new EksGpuCluster("cluster", { cluster: builtCluster(changes), tags: TAGS }), region);

/** The inputs of pulumi-eks' component, its role aside. */
const CLUSTER = {
  name: "llm-test",
  version: "1.36",
  authenticationMode: "API",
  bootstrapSelfManagedAddons: false,
  // The rest of these two are the SDK's own defaults.
  kubeProxyAddonOptions: {
    enabled: false,
    resolveConflictsOnCreate: "OVERWRITE",
    resolveConflictsOnUpdate: "OVERWRITE",
  },
  corednsAddonOptions: { enabled: false, resolveConflictsOnCreate: "OVERWRITE", resolveConflictsOnUpdate: "OVERWRITE" },
  useDefaultVpcCni: true,
  skipDefaultNodeGroup: true,
  createInstanceRole: false,
  skipDefaultSecurityGroups: true,
  enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
  encryptionConfigKeyArn: `arn:aws:kms::${ACCOUNT}:Key/cluster`,
  kubernetesServiceIpAddressRange: "172.20.0.0/16",
  upgradePolicy: { supportType: "STANDARD" },
  deletionProtection: true,
  vpcId: "cluster",
  subnetIds: SUBNETS,
  endpointPrivateAccess: true,
  endpointPublicAccess: true,
  publicAccessCidrs: ["203.0.113.0/24"],
  tags: TAGS,
};

/** The inputs of the control plane but for its role, and that role's name. */
const controlPlane = (registry: Registry): [inputs: object, role: unknown] => {
  const { serviceRole, ...inputs } = registry.get("Cluster", "cluster").inputs;
  return [inputs, (serviceRole as { __name: string }).__name];
};

/** Names of the attached policies of a role. */
const policiesOf = (registry: Registry, role: string): string[] =>
  registry
    .ofKind("RolePolicyAttachment")
    .filter(({ inputs }) => inputs["role"] === role)
    .map(({ inputs }) => inputs["policyArn"] as string)
    .sort();

/** Kinds and names of all, in the order in which the engine got them. */
const order = ({ all }: Registry): string[] => all.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);

const EARLY = ["eks-pod-identity-agent", "vpc-cni", "kube-proxy"].map((name) => `Addon cluster-${name}`);
const LATE = ["coredns", "aws-ebs-csi-driver", "metrics-server", "eks-node-monitoring-agent"];
const GROUPS = ["system", "inference-l4", "batch-l4"];

describe("EksGpuCluster", () => {
  let run: Run<EksGpuCluster>;
  let registry: Registry;
  before(async () => {
    run = await deployed();
    ({ registry } = run);
  });

  it("makes a control plane that the VPC and the given ranges reach, with access by entries, encrypted Secrets and every log", () => {
    assert.equal(registry.get("Cluster", "cluster").type, "eks:index:Cluster");
    assert.deepEqual(controlPlane(registry), [CLUSTER, "cluster-control-plane"]);
  });

  it("encrypts Secrets with a key of the cluster's own that is rotated", () => {
    assert.deepEqual(inputsOf(registry, "Key"), {
      cluster: {
        description: "Secrets of the cluster llm-test",
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: TAGS,
      },
    });
  });

  it("makes the log group before the cluster would, so that the logs end", () => {
    assert.deepEqual(inputsOf(registry, "LogGroup"), {
      cluster: { name: "/aws/eks/llm-test/cluster", retentionInDays: 90, tags: TAGS },
    });
    assert.ok(registry.get("Cluster", "cluster").dependencies.includes("LogGroup cluster"));
  });

  it("gives the control plane its permissions before it is there, and takes them after it is gone", () => {
    const { dependencies } = registry.get("Cluster", "cluster");
    assert.ok(dependencies.includes("RolePolicyAttachment cluster-control-plane-AmazonEKSClusterPolicy"));
  });

  it("tags roles and add-ons", () => {
    const roles = Object.entries(inputsOf(registry, "Role"));
    const addons = Object.entries(inputsOf(registry, "Addon"));
    assert.deepEqual([roles.length, addons.length], [4, 7]);
    for (const [name, { tags }] of [...roles, ...addons]) assert.deepEqual(tags, TAGS, name);
  });

  it("lets the control plane and the nodes do what EKS needs and no more", () => {
    const policy = (name: string) => `arn:aws:iam::aws:policy/${name}`;
    assert.deepEqual(policiesOf(registry, "cluster-control-plane"), [policy("AmazonEKSClusterPolicy")]);
    assert.deepEqual(policiesOf(registry, "cluster-nodes"), [
      policy("AmazonEC2ContainerRegistryPullOnly"),
      policy("AmazonEKSWorkerNodePolicy"),
    ]);
    const trusted = (role: string) =>
      (
        JSON.parse(registry.get("Role", role).inputs["assumeRolePolicy"] as string) as {
          Statement: Array<{ Principal: unknown; Action: unknown }>;
        }
      ).Statement.map(({ Principal, Action }) => [Principal, Action]);
    assert.deepEqual(trusted("cluster-control-plane"), [[{ Service: "eks.amazonaws.com" }, ["sts:AssumeRole"]]]);
    assert.deepEqual(trusted("cluster-nodes"), [[{ Service: "ec2.amazonaws.com" }, ["sts:AssumeRole"]]]);
    assert.deepEqual(
      registry.names().filter((name) => name.startsWith("Role ")),
      ["Role cluster-aws-ebs-csi-driver", "Role cluster-control-plane", "Role cluster-nodes", "Role cluster-vpc-cni"],
    );
  });

  it("makes no access but its creator's unless told", () => {
    assert.deepEqual(registry.ofKind("AccessEntry"), []);
    assert.deepEqual(registry.ofKind("AccessPolicyAssociation"), []);
  });

  it("has the add-ons that start nodes before every node, and the others after the system's", () => {
    for (const group of GROUPS) {
      const { dependencies } = registry.get("NodeGroup", `cluster-${group}`);
      for (const addon of EARLY) assert.ok(dependencies.includes(addon), `${group} waits for ${addon}`);
    }
    for (const name of LATE) {
      const { dependencies } = registry.get("Addon", `cluster-${name}`);
      assert.ok(dependencies.includes("NodeGroup cluster-system"), `${name} waits for the system's nodes`);
    }
    for (const { name, dependencies } of registry.ofKind("Addon")) {
      assert.ok(dependencies.includes("Cluster cluster"), name);
    }
    const registeredAt = (resource: string) => order(registry).indexOf(resource);
    for (const group of GROUPS) {
      for (const addon of EARLY) assert.ok(registeredAt(addon) < registeredAt(`NodeGroup cluster-${group}`));
    }
    for (const name of LATE) {
      assert.ok(registeredAt("NodeGroup cluster-system") < registeredAt(`Addon cluster-${name}`));
    }
  });

  it("is ready when the system's nodes and every add-on are", async () => {
    const urns = await Promise.all(run.made.ready.map(({ urn }) => valueOf(urn)));
    assert.deepEqual(
      urns.map((urn) => urn.split("::").at(-1)),
      [
        "cluster-system",
        "cluster-eks-pod-identity-agent",
        "cluster-vpc-cni",
        "cluster-kube-proxy",
        ...LATE.map((name) => `cluster-${name}`),
      ],
    );
    assert.deepEqual(Object.keys(run.made.nodeGroups), GROUPS);
  });

  it("hands the config's network on", () => {
    assert.equal(registry.get("Network", "cluster").parent, "GpuCluster cluster");
    assert.equal(registry.get("Vpc", "cluster").inputs["cidrBlock"], "10.40.0.0/16");
    assert.equal(registry.ofKind("NatGateway").length, 3);
    const { tags } = registry.get("Subnet", "cluster-private-0").inputs as { tags: Config };
    assert.deepEqual([tags["kubernetes.io/cluster/llm-test"], tags["team"]], ["shared", "ml"]);
  });

  it("has everything for its child or grandchild, and nothing hang on the stack but itself", () => {
    const roots = registry.all.filter(({ parent }) => parent === undefined);
    assert.deepEqual(
      roots.map(({ type, name }) => [type, name]),
      [["pulumi-vllm:cluster:GpuCluster", "cluster"]],
    );
    assert.deepEqual(registry.names("GpuCluster cluster"), [
      "Cluster cluster",
      "Key cluster",
      "LogGroup cluster",
      ...[
        ...EARLY.map((name) => name.replace("Addon", "ManagedAddon")),
        ...LATE.map((name) => `ManagedAddon cluster-${name}`),
      ].sort(),
      ...GROUPS.map((name) => `ManagedNodes cluster-${name}`).sort(),
      "Network cluster",
      "Role cluster-control-plane",
      "Role cluster-nodes",
      "RolePolicyAttachment cluster-control-plane-AmazonEKSClusterPolicy",
      "RolePolicyAttachment cluster-nodes-AmazonEC2ContainerRegistryPullOnly",
      "RolePolicyAttachment cluster-nodes-AmazonEKSWorkerNodePolicy",
    ]);
    const urns = new Set(registry.all.map(({ urn }) => urn));
    assert.equal(urns.size, registry.all.length);
  });

  it("gives a kubeconfig without credentials, which asks aws for a token", async () => {
    const { users } = JSON.parse(await valueOf(run.made.kubeconfig)) as { users: object[] };
    assert.deepEqual(users, [{ name: "aws", user: { exec: exec() } }]);
    assert.equal(await pulumi.isSecret(run.made.kubeconfig), false);
  });
});

/** The command of a kubeconfig. */
const exec = (...more: string[]) => ({
  apiVersion: "client.authentication.k8s.io/v1beta1",
  command: "aws",
  args: [
    ...["--region", "(known at deployment)", "eks", "get-token", "--cluster-name", "llm-test", "--output", "json"],
    ...more,
  ],
});

describe("EksGpuCluster with other config", () => {
  it("asks for tokens as the AWS provider does: by a profile, or in a role", async () => {
    const credentials = { profile: "staging", roleArn: "arn:aws:iam::111122223333:role/deployer" };
    const { registry, made } = await awsRegistered(
      () => new EksGpuCluster("cluster", { cluster: builtCluster(), credentials }),
    );
    assert.deepEqual(registry.get("Cluster", "cluster").inputs["providerCredentialOpts"], {
      profileName: "staging",
      roleArn: "arn:aws:iam::111122223333:role/deployer",
    });
    const { users } = JSON.parse(await valueOf(made.kubeconfig)) as { users: object[] };
    // The component puts the role in, and leaves the profile to whoever uses the kubeconfig.
    assert.deepEqual(users, [{ name: "aws", user: { exec: exec("--profile", "staging") } }]);
  });

  it("lets the cluster be deleted where it is told to, and has Pulumi refuse otherwise", async () => {
    const { registry } = await deployed({ deletionProtection: false });
    assert.equal(registry.get("Cluster", "cluster").inputs["deletionProtection"], false);
  });

  it("gives every role the path and the boundary of the account", async () => {
    const iam = { path: "/platform/", permissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/edge` };
    const { registry } = await deployed({ iam });
    for (const { name, inputs } of registry.ofKind("Role")) {
      assert.deepEqual({ path: inputs["path"], permissionsBoundary: inputs["permissionsBoundary"] }, iam, name);
    }
  });

  it("uses a VPC that is there, and makes nothing in it", async () => {
    const privateSubnetIds = ["subnet-00000001", "subnet-00000002"];
    const existing = { vpcId: "vpc-00000001", privateSubnetIds };
    const { registry } = await awsRegistered(
      () => new EksGpuCluster("cluster", { cluster: builtCluster({ network: { cidr: undefined, existing } }) }),
      undefined,
      { getSubnet: { availabilityZone: "eu-central-1b" } },
    );
    for (const kind of ["Vpc", "Subnet", "NatGateway", "RouteTable", "VpcEndpoint"]) {
      assert.deepEqual(registry.ofKind(kind), [], kind);
    }
    const { vpcId, subnetIds } = registry.get("Cluster", "cluster").inputs;
    assert.deepEqual([vpcId, subnetIds], [existing.vpcId, privateSubnetIds]);
    assert.deepEqual(registry.get("NodeGroup", "cluster-inference-l4").inputs["subnetIds"], privateSubnetIds);
  });

  it("puts nodes, and not the control plane, into zones that came later", async () => {
    const { registry } = await deployed({ network: { additionalZones: ["eu-central-1d"] } });
    assert.deepEqual(registry.get("Cluster", "cluster").inputs["subnetIds"], SUBNETS);
    const all = [...SUBNETS, "cluster-private-3"];
    assert.deepEqual(registry.get("NodeGroup", "cluster-inference-l4").inputs["subnetIds"], all);
    assert.equal(registry.get("Subnet", "cluster-private-3").inputs["availabilityZone"], "eu-central-1d");
  });

  it("leaves GPU nodes to Karpenter", async () => {
    const { registry, made } = await deployed({ nodes: "karpenter" });
    assert.deepEqual(Object.keys(inputsOf(registry, "NodeGroup")), ["cluster-system"]);
    assert.deepEqual(Object.keys(made.nodeGroups), ["system"]);
  });

  it("opens no public endpoint unless told", async () => {
    const { publicAccessCidrs: _, ...closed } = CLUSTER;
    const [inputs] = controlPlane((await deployed({ publicEndpoint: undefined })).registry);
    assert.deepEqual(inputs, { ...closed, endpointPublicAccess: false });
  });

  it("gives access to the whole cluster, or to namespaces", async () => {
    const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
    const { registry } = await deployed({
      access: {
        ops: { principalArn: arn("ops"), policy: "cluster-admin" },
        lead: { principalArn: arn("lead"), policy: "admin", namespaces: ["vllm"] },
        dev: { principalArn: arn("dev"), policy: "edit", namespaces: ["vllm", "batch"] },
        audit: { principalArn: arn("audit") },
        preview: { principalArn: arn("preview"), policy: "admin-view" },
      },
    });
    const names = ["ops", "lead", "dev", "audit", "preview"];
    assert.deepEqual(
      inputsOf(registry, "AccessEntry"),
      Object.fromEntries(
        names.map((name) => [
          `cluster-${name}`,
          { clusterName: "llm-test", principalArn: arn(name), type: "STANDARD", tags: TAGS },
        ]),
      ),
    );
    const association = (name: string, policy: string, accessScope: object) => ({
      clusterName: "llm-test",
      principalArn: arn(name),
      policyArn: `arn:aws:eks::aws:cluster-access-policy/${policy}`,
      accessScope,
    });
    assert.deepEqual(inputsOf(registry, "AccessPolicyAssociation"), {
      "cluster-ops": association("ops", "AmazonEKSClusterAdminPolicy", { type: "cluster" }),
      "cluster-lead": association("lead", "AmazonEKSAdminPolicy", { type: "namespace", namespaces: ["vllm"] }),
      "cluster-dev": association("dev", "AmazonEKSEditPolicy", { type: "namespace", namespaces: ["vllm", "batch"] }),
      "cluster-audit": association("audit", "AmazonEKSViewPolicy", { type: "cluster" }),
      "cluster-preview": association("preview", "AmazonEKSAdminViewPolicy", { type: "cluster" }),
    });
    for (const name of names) {
      const { dependencies } = registry.get("AccessPolicyAssociation", `cluster-${name}`);
      assert.ok(dependencies.includes(`AccessEntry cluster-${name}`), name);
    }
  });

  it("keeps the logs and cuts the networks as it is told", async () => {
    const { registry } = await deployed({
      logRetentionDays: 365,
      network: { zones: 2, natGateways: "single", serviceCidr: "10.100.0.0/16", interfaceEndpoints: ["sts"] },
    });
    assert.equal(registry.get("LogGroup", "cluster").inputs["retentionInDays"], 365);
    const { kubernetesServiceIpAddressRange, subnetIds } = registry.get("Cluster", "cluster").inputs;
    assert.equal(kubernetesServiceIpAddressRange, "10.100.0.0/16");
    assert.deepEqual(subnetIds, SUBNETS.slice(0, 2));
    assert.equal(registry.ofKind("NatGateway").length, 1);
    assert.equal(registry.get("VpcEndpoint", "cluster-sts").parent, "Network cluster");
  });

  it("names policies of the partition that it is in", async () => {
    const access = { ops: { principalArn: "arn:aws-cn:iam::111122223333:role/ops" } };
    const { registry } = await deployed({ access }, "cn-north-1");
    const { policyArn } = registry.get("AccessPolicyAssociation", "cluster-ops").inputs;
    assert.equal(policyArn, "arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy");
  });

  it("makes a cluster without GPU groups and without tags", async () => {
    const gpuNodes = { "inference-l4": undefined, "batch-l4": undefined };
    const { registry } = await awsRegistered(
      () => new EksGpuCluster("cluster", { cluster: builtCluster({ gpuNodes }) }),
    );
    assert.deepEqual(Object.keys(inputsOf(registry, "NodeGroup")), ["cluster-system"]);
    assert.deepEqual(registry.get("Cluster", "cluster").inputs["tags"], {});
    assert.deepEqual(registry.get("NodeGroup", "cluster-system").inputs["tags"], { Name: "llm-test-system" });
  });
});
