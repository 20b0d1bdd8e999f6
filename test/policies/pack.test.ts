import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";
import fc from "fast-check";

import { rules } from "../../policies/rules/index.js";
import { type PolicyInput, PolicyRuleError, runPolicies } from "../../tools/policyRunner.js";
import {
  cluster,
  componentCluster,
  defaultGroup,
  firstNodeGroup,
  goodCluster,
  managedNodeGroup,
  nodeClass,
  nodeGroup,
  nodePool,
  policyDocument,
  role,
  selfManagedGroup,
} from "./awsFixtures.js";
import { type Json, deployment, goodStack, horizontalAutoscaler, plainPod, resource, service } from "./fixtures.js";

/** What the engine wraps properties in. Exported, but marked internal and so left out of the SDK's types. */
const { UnknownValueError, unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  UnknownValueError: new () => Error;
  unknownCheckingProxy: (props: PolicyInput["props"]) => PolicyInput["props"];
  unknownStringValue: string;
};

const KUBERNETES_TYPES = [
  "core/v1:Pod",
  "core/v1:ReplicationController",
  "core/v1:Service",
  "core/v1:PersistentVolumeClaim",
  "apps/v1:Deployment",
  "apps/v1:StatefulSet",
  "apps/v1:DaemonSet",
  "apps/v1:ReplicaSet",
  "batch/v1:Job",
  "batch/v1:CronJob",
  "policy/v1:PodDisruptionBudget",
  "networking.k8s.io/v1:NetworkPolicy",
  "storage.k8s.io/v1:StorageClass",
  "autoscaling/v2:HorizontalPodAutoscaler",
  "keda.sh/v1alpha1:ScaledObject",
  "monitoring.coreos.com/v1:PrometheusRule",
  "helm.sh/v3:Release",
  "helm.sh/v4:Chart",
  "karpenter.sh/v1:NodePool",
  "karpenter.k8s.aws/v1:EC2NodeClass",
  "rbac.authorization.k8s.io/v1:ClusterRole",
  "rbac.authorization.k8s.io/v1:RoleBinding",
  "iam.services.k8s.aws/v1alpha1:Role",
].map((type) => `kubernetes:${type}`);

const AWS_TYPES = [
  ...["eks/nodeGroup:NodeGroup", "eks/cluster:Cluster", "ec2/launchTemplate:LaunchTemplate", "ec2/instance:Instance"],
  "ec2/launchConfiguration:LaunchConfiguration",
  ...["ebs/volume:Volume", "efs/fileSystem:FileSystem", "iam/policy:Policy", "iam/role:Role"],
  ...["iam/rolePolicyAttachment:RolePolicyAttachment", "iam/accessKey:AccessKey"],
].map((type) => `aws:${type}`);

const NATIVE_TYPES = [
  ...["eks:Cluster", "eks:Nodegroup", "ec2:LaunchTemplate", "ec2:Instance", "ec2:Volume", "efs:FileSystem"],
  ...["iam:Role", "iam:ManagedPolicy", "iam:AccessKey", "sso:PermissionSet", "autoscaling:LaunchConfiguration"],
].map((type) => `aws-native:${type}`);

const COMPONENTS = ["Cluster", "ManagedNodeGroup", "NodeGroup", "NodeGroupV2"].map((type) => `eks:index:${type}`);

const TYPES = [...KUBERNETES_TYPES, ...AWS_TYPES, ...NATIVE_TYPES, ...COMPONENTS];

const SPOT_AND_GPU = {
  "nvidia.com/gpu": { value: "true", effect: "NoSchedule" },
  "node-lifecycle": { value: "spot", effect: "NoSchedule" },
};

describe("the pack", () => {
  it("accepts a good stack without a word", async () => {
    assert.deepEqual(await runPolicies([...goodStack(), plainPod(), ...goodCluster()]), []);
  });

  it("names its rules in kebab-case, each once, with what, why and how", () => {
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const rule of rules) {
      assert.match(rule.name, /^[a-z]+[0-9]*(-[a-z]+)*$/);
      for (const text of [rule.description, rule.why, rule.remediationSteps]) assert.match(text, /^\S.*[^\s]$/);
      assert.match(rule.description, /\.$/);
    }
  });

  it("gives every setting a default and a description", () => {
    for (const { name, configSchema } of rules) {
      for (const [setting, schema] of Object.entries(configSchema?.properties ?? {})) {
        assert.notEqual(schema.default, undefined, `${name}.${setting}`);
        assert.ok(schema.description, `${name}.${setting}`);
      }
    }
  });

  it("survives any properties of any kind", async () => {
    const one = fc.record({ type: fc.constantFrom(...TYPES), props: fc.dictionary(fc.string(), fc.jsonValue()) });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 4 }), async (found) => {
        await runPolicies(
          found.map(({ type, props }, index) => resource(type, `r${index}`, props as { [key: string]: Json })),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("survives any value in any place of a good stack", async function () {
    // A thousand runs of every rule over a whole stack.
    this.timeout(120_000);
    const groups = [defaultGroup(), selfManagedGroup(), firstNodeGroup()];
    const stack = [...goodStack(), horizontalAutoscaler(), ...goodCluster(), ...groups];
    const places = stack.flatMap((item, index) => pathsOf(item.props).map((path) => ({ index, path })));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), fc.jsonValue(), async ({ index, path }, value) => {
        await runPolicies(stack.map((item, at) => (at === index ? withValue(item, path, value) : item)));
      }),
      { numRuns: 1000 },
    );
  });

  it("judges the engine's guarded properties like plain ones", async () => {
    const bad = [
      deployment({ container: { image: "vllm/vllm-openai" }, pod: { tolerations: [] } }),
      ...goodStack().slice(2),
      nodeGroup({ amiType: "AL2023_x86_64_STANDARD", taints: [], launchTemplate: {} }),
      cluster({ encryptionConfig: {}, vpcConfig: { publicAccessCidrs: ["0.0.0.0/0"] } }),
      selfManagedGroup({ gpu: false, taints: {}, nodeRootVolumeEncrypted: false }),
      defaultGroup({
        instanceType: "p5.48xlarge",
        gpu: undefined,
        taints: { "nvidia.com/gpu": { effect: "NoExecute" } },
      }),
      nodePool({ limits: {}, disruption: {} }, { taints: [] }),
      nodeClass({
        amiSelectorTerms: [{ alias: "al2023@latest" }],
        blockDeviceMappings: [{ ebs: { volumeSize: "1Gi" } }],
      }),
      role({ inlinePolicies: [{ policy: policyDocument({ Effect: "Allow", Action: ["s3:*"] }) }] }),
    ];
    const guarded = bad.map((item) => ({ ...item, props: unknownCheckingProxy(item.props) }));
    const violations = await runPolicies(bad);
    assert.ok(violations.length > 1);
    assert.deepEqual(await runPolicies(guarded), violations);
  });

  it("lets the engine know of a value that is not known yet", async () => {
    const unknown = deployment({ container: { image: unknownStringValue } });
    await assert.rejects(
      runPolicies([{ ...unknown, props: unknownCheckingProxy(unknown.props) }]),
      (thrown) => thrown instanceof PolicyRuleError && thrown.cause instanceof UnknownValueError,
    );
  });

  /** Names of the rules that could not judge all of the resources, and what all rules said. */
  function judged(...resources: PolicyInput[]): { skipped: string[]; said: string[] } {
    const guarded = resources.map((item) => ({ ...item, props: unknownCheckingProxy(item.props) }));
    const skipped: string[] = [];
    const said: string[] = [];
    for (const rule of rules) {
      const report = (message: string) => void said.push(`${rule.name}: ${message}`);
      const getConfig = () => ({}) as never;
      try {
        if ("validateStack" in rule) void rule.validateStack({ resources: guarded, getConfig } as never, report);
        else
          for (const item of guarded) void [rule.validateResource].flat()[0]?.({ ...item, getConfig } as never, report);
      } catch (thrown) {
        assert.ok(thrown instanceof UnknownValueError);
        skipped.push(rule.name);
      }
    }
    return { skipped, said };
  }

  it("reads only what a rule needs, so that one unknown value does not switch off the others", () => {
    const unknown = deployment({
      container: { env: [{ name: "ENDPOINT", value: unknownStringValue }], livenessProbe: {} },
    });
    assert.deepEqual(judged(unknown).skipped, ["no-plain-secrets"]);
  });

  it("needs an image's name for the rules that judge it alone where arguments tell what runs", () => {
    const unknown = deployment({ container: { image: unknownStringValue, readinessProbe: {} } });
    const { skipped, said } = judged(unknown, plainPod({ image: "nginx" }));
    assert.deepEqual(skipped, ["image-pinned"]);
    assert.ok(said.includes('probes-present: container "vllm": no readinessProbe: add one on GET /health'));
  });

  it("judges the rest of a pod and of the stack first", () => {
    const pod = {
      containers: [
        { name: "a", image: unknownStringValue },
        { name: "b", image: "nginx" },
      ],
    };
    const other = resource("kubernetes:core/v1:Pod", "other", { metadata: { name: "other" }, spec: pod });
    const { said } = judged(other, deployment(), service({ type: "NodePort" }));
    assert.ok(said.some((message) => message.startsWith('image-pinned: container "b"')));
    assert.ok(said.some((message) => message.startsWith("network-policy: no NetworkPolicy")));
    assert.ok(said.some((message) => message.startsWith("service-not-exposed: Service")));
  });

  it("judges the flags beside one that is not known yet", () => {
    const { skipped, said } = judged(
      deployment({
        extraArgs: ["--gpu-memory-utilization", "0.99", "--seed", unknownStringValue, "--tensor-parallel-size=2"],
      }),
    );
    assert.deepEqual(skipped, []);
    assert.ok(said.some((message) => message.startsWith("gpu-memory-utilization: ")));
    const later = judged(deployment({ extraArgs: ["--gpu-memory-utilization", unknownStringValue] }));
    assert.deepEqual(later.skipped, ["gpu-memory-utilization"]);
  });

  it("judges AWS resources in a preview that does not know ids, keys and policies yet", async () => {
    const later = unknownStringValue;
    const statement = { Effect: "Allow", Action: ["s3:GetObject"], Resource: later };
    const unknown = [
      nodeGroup({ clusterName: later, nodeRoleArn: later, subnetIds: [later], launchTemplate: later }),
      nodeGroup({ amiType: "CUSTOM", launchTemplate: { id: later, version: later } }),
      cluster({ encryptionConfig: { provider: { keyArn: later }, resources: ["secrets"] } }),
      componentCluster({ encryptionConfigKeyArn: later, vpcId: later, serviceRole: later }),
      managedNodeGroup({ cluster: later, nodeRoleArn: later, launchTemplate: later, scalingConfig: later }),
      nodePool({}, { nodeClassRef: later }),
      nodeClass({ amiSelectorTerms: [{ id: later }], role: later, subnetSelectorTerms: later, tags: later }),
      resource("aws:iam/rolePolicy:RolePolicy", "read", { role: later, policy: policyDocument(statement) }),
    ];
    assert.deepEqual(
      await runPolicies(unknown.map((item) => ({ ...item, props: unknownCheckingProxy(item.props) }))),
      [],
    );
    const groups = [
      selfManagedGroup({ cluster: later, instanceProfileName: later, nodeUserData: later, desiredCapacity: later }),
      selfManagedGroup({ gpu: undefined, amiId: later, spotPrice: later, taints: SPOT_AND_GPU }),
    ];
    assert.deepEqual(
      (await runPolicies(groups.map((item) => ({ ...item, props: unknownCheckingProxy(item.props) })))).map(
        ({ rule, resource }) => [rule, resource],
      ),
      ["node-repair", "imdsv2"].flatMap((rule) => groups.map(({ name }) => [rule, name])),
    );
    const key = resource("aws:iam/accessKey:AccessKey", "ci", { user: later });
    const found = await runPolicies([{ ...key, props: unknownCheckingProxy(key.props) }]);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ["no-static-keys"],
    );
  });
});

function pathsOf(value: unknown): string[][] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, item]) => pathsOf(item).map((path) => [key, ...path]))];
}

function withValue(item: PolicyInput, path: readonly string[], value: unknown): PolicyInput {
  const props = replaced(item.props, path, value);
  return { ...item, props: typeof props === "object" && props !== null ? (props as PolicyInput["props"]) : {} };
}

function replaced(into: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: unknown = structuredClone(into);
  const object = copy as Record<string, unknown>;
  object[key] = replaced(object[key], rest, value);
  return copy;
}
