/** What the program asks of EKS and EC2, held against AWS' own models of the requests. */
import assert from "node:assert/strict";

import fc from "fast-check";

import { EksGpuCluster } from "../../components/cluster/eksGpuCluster.js";
import { accessEntrySchema, builtClusterShape, networkSchema } from "../../components/cluster/schema.js";
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";
import { type CollectedResource, collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { awsRegistered } from "../aws/awsRegistered.js";
import { type AwsRequest, OPERATIONS, refusals, requestOf, valuesOf } from "../aws/requests.js";
import type { Config } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";
import { folderWith, removeFolders, stackText } from "../tools/folders.js";
import { builtCluster, clusterValues, onDay, TODAY } from "./fixtures.js";

const ZONE = "eu-central-1a";

/** Every way to pay, of which the schema and the checks allow one at a time. */
const PAYMENTS: Record<string, Config> = {
  "on-demand": { capacity: "on-demand" },
  spot: { capacity: "spot" },
  reserved: { reservation: { id: "cr-0123456789abcdef0", zone: ZONE } },
  block: { reservation: { id: "cr-0123456789abcdef1", type: "capacity-block", zone: ZONE } },
};

/** Groups of every purpose and payment, of the smallest and the largest disk, with and without sharing. */
const GROUPS: Config = Object.fromEntries(
  Object.entries(PAYMENTS).flatMap(([payment, of]) =>
    (["inference", "batch"] as const).flatMap((purpose) => [
      [`${purpose}-${payment}`, { purpose, gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4, diskGiB: 50, ...of }],
      [
        `shared-${purpose}-${payment}`,
        { purpose, gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 1, diskGiB: 16384, sharing: "time-slicing", ...of },
      ],
    ]),
  ),
);

/** A group of each instance type that the project knows. */
const MACHINES: Config = Object.fromEntries(
  [...AWS_MACHINES].map(([type, { gpu }]) => [
    type.replace(".", "-"),
    { purpose: "inference", gpu, instanceTypes: [type], max: 1 },
  ]),
);

const POLICIES = accessEntrySchema.shape.policy.unwrap().options;
const ENDPOINTS = networkSchema.shape.interfaceEndpoints.unwrap().element.options;

/** Everybody who may be let in: by each policy, to the whole cluster and to namespaces. */
const ACCESS: Config = Object.fromEntries(
  POLICIES.flatMap((policy) => [
    [policy, { principalArn: "arn:aws:iam::111122223333:role/platform/ops", policy }],
    [`${policy}-some`, { principalArn: "arn:aws:iam::111122223333:user/dev", policy, namespaces: ["vllm", "batch"] }],
  ]),
);

type Resource = Pick<CollectedResource, "type" | "name" | "inputs">;

function requestsOf(resources: readonly Resource[]): AwsRequest[] {
  return resources.flatMap((resource) => requestOf(resource) ?? []);
}

/** The requests of a cluster alone: its groups are not checked, so that there can be more of them than a stack may have. */
async function clusterRequests(changes: Config): Promise<AwsRequest[]> {
  const { registry } = await awsRegistered(
    () => new EksGpuCluster("cluster", { cluster: builtCluster(changes), tags: { team: "ml" }, sharedGpuPods: 4 }),
    undefined,
    { getInstanceTypeOfferings: everywhere() },
  );
  return requestsOf(registry.all);
}

/** AWS' answer if every zone of the region had every instance type. */
function everywhere(): Record<string, unknown> {
  const zones = ["a", "b", "c"].map((letter) => `eu-central-1${letter}`);
  const pairs = [...AWS_MACHINES.keys(), "m7i.large"].flatMap((type) => zones.map((zone) => [type, zone] as const));
  return { instanceTypes: pairs.map(([type]) => type), locations: pairs.map(([, zone]) => zone) };
}

/** The requests of a whole program, add-ons included. */
async function programRequests(cluster: Config): Promise<AwsRequest[]> {
  const values = stackValues({
    cluster: { existing: undefined, ...clusterValues(cluster) },
    platform: { addons: { devicePlugin: cluster["nodes"] === "karpenter" ? {} : { timeSlicingReplicas: 4 } } },
  });
  const { file } = loadStack(folderWith({ "Pulumi.test.yaml": stackText(values) }), "test");
  return requestsOf(await collect(file));
}

describe("the requests to AWS", () => {
  let all: AwsRequest[];
  before(async function () {
    this.timeout(180_000);
    const shared = {
      shared: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.xlarge"], max: 3, sharing: "time-slicing" },
    };
    all = [
      ...(await onDay(TODAY, () => programRequests({ gpuNodes: shared }))),
      ...(await onDay(TODAY, () => programRequests({ nodes: "karpenter" }))),
      ...(await clusterRequests({ gpuNodes: GROUPS, access: ACCESS, network: { interfaceEndpoints: ENDPOINTS } })),
      ...(await clusterRequests({ gpuNodes: MACHINES, publicEndpoint: undefined, deletionProtection: false })),
    ];
  });
  after(removeFolders);

  it("are of every kind that there is a model of", () => {
    assert.deepEqual([...new Set(all.map(({ operation }) => operation))].sort(), [...OPERATIONS].sort());
    assert.ok(all.length > 500);
  });

  it("have the members, types, bounds and values that AWS' models know", () => {
    assert.deepEqual([...new Set(all.flatMap(refusals))], []);
  });

  it("are for every type of capacity that groups can have, and for no other image than NVIDIA's and the standard one", () => {
    const of = (key: string) =>
      [
        ...new Set(
          all.filter(({ operation }) => operation === "CreateNodegroup").map(({ body }) => body[key] as string),
        ),
      ].sort();
    assert.deepEqual(of("capacityType"), valuesOf("eks", "CapacityTypes").toSorted());
    assert.deepEqual(of("amiType"), ["AL2023_x86_64_NVIDIA", "AL2023_x86_64_STANDARD"]);
  });

  it("keep every log that a control plane has", () => {
    for (const { body } of all.filter(({ operation }) => operation === "CreateCluster")) {
      const { clusterLogging } = body["logging"] as { clusterLogging: { types: string[] }[] };
      assert.deepEqual(clusterLogging[0]!.types.toSorted(), valuesOf("eks", "LogType").toSorted());
    }
  });

  it("name instance types that EC2 knows", () => {
    const known = new Set(valuesOf("ec2", "InstanceType"));
    const named = new Set(all.flatMap(({ body }) => (body["instanceTypes"] ?? []) as string[]));
    // The system's, too; EKS' own model takes any text.
    assert.ok(named.size > AWS_MACHINES.size);
    assert.deepEqual(
      [...named].filter((type) => !known.has(type)),
      [],
    );
  });

  it("have any name that the config allows of a cluster", () => {
    const cluster = all.find(({ operation }) => operation === "CreateCluster")!;
    const name = fc.string({ unit: fc.constantFrom(..."aZ0_-.é "), minLength: 1, maxLength: 101 });
    let allowed = 0;
    fc.assert(
      fc.property(fc.oneof(name, fc.constantFrom("a".repeat(100), "0", "a_-")), (text) => {
        if (!builtClusterShape.name.safeParse(text).success) return;
        allowed += 1;
        assert.deepEqual(refusals({ ...cluster, body: { ...cluster.body, name: text } }), []);
      }),
    );
    assert.ok(allowed > 0);
  });
});

describe("the models of AWS", () => {
  let right: AwsRequest[];
  before(async () => {
    right = await clusterRequests({ access: ACCESS });
  });
  const asked = (operation: string, change: (body: Config) => void): string[] => {
    const request = right.find((candidate) => candidate.operation === operation)!;
    const body = structuredClone(request.body);
    change(body);
    return refusals({ ...request, body });
  };
  const set =
    (path: string, value: unknown) =>
    (body: Config): void => {
      const keys = path.split(".");
      const last = keys.pop()!;
      const parent = keys.reduce((at, key) => at[key] as Config, body);
      if (value === undefined) delete parent[last];
      else parent[last] = value;
    };

  // So that what they pass means something.
  for (const [operation, path, value, refusal] of [
    ["CreateNodegroup", "amiType", "AL2023_x86_64_GPU", '.amiType: "AL2023_x86_64_GPU" is not one of AMITypes'],
    ["CreateNodegroup", "capacityType", "spot", '.capacityType: "spot" is not one of CapacityTypes'],
    [
      "CreateNodegroup",
      "updateConfig.updateStrategy",
      "minimal",
      '.updateConfig.updateStrategy: "minimal" is not one of NodegroupUpdateStrategies',
    ],
    ["CreateNodegroup", "updateConfig.maxUnavailable", 0, ".updateConfig.maxUnavailable: 0 is too small or too large"],
    ["CreateNodegroup", "scalingConfig.maxSize", 1.5, ".scalingConfig.maxSize: 1.5 is no integer"],
    ["CreateNodegroup", "nodeRepairConfig.enabled", "true", '.nodeRepairConfig.enabled: "true" is no boolean'],
    ["CreateNodegroup", "subnets", undefined, ".subnets: is missing"],
    ["CreateNodegroup", "subnets", "subnet-1", '.subnets: "subnet-1" is no list'],
    ["CreateNodegroup", "subnetIds", [], ".subnetIds: is no member of CreateNodegroupRequest"],
    [
      "CreateNodegroup",
      "taints",
      [{ key: "a", value: "b", effect: "NoSchedule" }],
      '.taints[0].effect: "NoSchedule" is not one of TaintEffect',
    ],
    [
      "CreateNodegroup",
      "labels",
      { ["l".repeat(64)]: "x" },
      `.labels.${"l".repeat(64)}: "${"l".repeat(64)}" is too short or too long`,
    ],
    ["CreateNodegroup", "tags", {}, ".tags: {} has too few or too many entries"],
    ["CreateCluster", "name", "llm.test", '.name: "llm.test" is not ^[0-9A-Za-z][A-Za-z0-9\\-_]*'],
    [
      "CreateCluster",
      "upgradePolicy.supportType",
      "standard",
      '.upgradePolicy.supportType: "standard" is not one of SupportType',
    ],
    [
      "AssociateAccessPolicy",
      "accessScope.type",
      "Cluster",
      '.accessScope.type: "Cluster" is not one of AccessScopeType',
    ],
    ["CreateAddon", "resolveConflicts", "overwrite", '.resolveConflicts: "overwrite" is not one of ResolveConflicts'],
    [
      "CreateLaunchTemplate",
      "LaunchTemplateData.MetadataOptions.HttpTokens",
      "yes",
      '.LaunchTemplateData.MetadataOptions.HttpTokens: "yes" is not one of LaunchTemplateHttpTokensState',
    ],
    [
      "CreateLaunchTemplate",
      "LaunchTemplateData.BlockDeviceMappings.0.Ebs.VolumeType",
      "gp4",
      '.LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeType: "gp4" is not one of VolumeType',
    ],
    [
      "CreateLaunchTemplate",
      "LaunchTemplateData.Name",
      "x",
      ".LaunchTemplateData.Name: is no member of RequestLaunchTemplateData",
    ],
  ] as [string, string, unknown, string][]) {
    it(`refuse ${operation} with ${path} as ${value === undefined ? "nothing" : JSON.stringify(value).slice(0, 40)}`, () => {
      assert.deepEqual(asked(operation, set(path, value)), [`${operation}${refusal}`]);
    });
  }
});
