/** What Karpenter is told of node groups, judged by its own definitions: their schemas and their rules in CEL. */
import assert from "node:assert/strict";
import { collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { describe as named, type KubernetesObject } from "../../tools/local/client.js";
import { installDefinitions, karpenterDefinitions } from "../../tools/local/crds.js";
import { isManifest } from "../../tools/render/manifests.js";
import { clusterValues, onDay, TODAY } from "../cluster/fixtures.js";
import { type Config, merged } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";
import { folderWith, removeFolders, stackText } from "../tools/folders.js";
import { world } from "./world.js";

/** A group of every kind that the config knows. */
const GROUPS: Config = {
  "inference-l4": { zones: ["eu-central-1a", "eu-central-1b"], max: 8 },
  "batch-l4": { instanceTypes: ["g6.2xlarge", "g6.4xlarge", "g6.8xlarge"], priority: 40 },
  reserved: {
    purpose: "inference",
    gpu: "l40s",
    instanceTypes: ["g6e.2xlarge"],
    max: 2,
    reservation: { id: "cr-0123456789abcdef0", zone: "eu-central-1a" },
  },
  block: {
    purpose: "inference",
    gpu: "h100",
    instanceTypes: ["p5.48xlarge"],
    max: 1,
    diskGiB: 16384,
    reservation: { id: "cr-0123456789abcdef1", type: "capacity-block", zone: "eu-central-1b" },
  },
};

/** With ids as AWS gives them: those that are made up offline for new subnets are none. */
const NETWORK: Config = {
  cidr: undefined,
  existing: { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000002"] },
};

/** What Karpenter reads of what the program makes of a stack. */
async function karpenterObjects(): Promise<KubernetesObject[]> {
  const values = stackValues({
    cluster: { existing: undefined, ...clusterValues({ nodes: "karpenter", network: NETWORK, gpuNodes: GROUPS }) },
  });
  const resources = await onDay(TODAY, () =>
    collect(loadStack(folderWith({ "Pulumi.test.yaml": stackText(values) }), "test").file),
  );
  return resources
    .filter(isManifest)
    .map(({ inputs }) => inputs as unknown as KubernetesObject)
    .filter(({ apiVersion }) => /^karpenter\./.test(apiVersion));
}

/** The object with changes to its spec, under another name. */
function changed(object: KubernetesObject, spec: Config): KubernetesObject {
  return { ...object, metadata: { name: "wrong" }, spec: merged(object["spec"] as Config, spec) };
}

interface Wrong {
  what: string;
  spec: Config;
  refused: RegExp;
}

const template = (spec: Config): Config => ({ template: { spec } });
const capacity = { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] };

const WRONG_POOLS: Wrong[] = [
  { what: "an unknown field", spec: { consolidation: {} }, refused: /unknown field "spec\.consolidation"/ },
  {
    what: "an unknown field of its nodes",
    spec: template({ taintz: [] }),
    refused: /unknown field "spec\.template\.spec\.taintz"/,
  },
  {
    what: "a policy that is not known",
    spec: { disruption: { consolidationPolicy: "WhenIdle" } },
    refused: /consolidationPolicy: Unsupported value: "WhenIdle"/,
  },
  {
    what: "a time that does not parse",
    spec: { disruption: { consolidateAfter: "10 minutes" } },
    refused: /consolidateAfter: Invalid value/,
  },
  {
    what: "a grace that never ends",
    spec: template({ terminationGracePeriod: "Never" }),
    refused: /terminationGracePeriod: Invalid value/,
  },
  {
    what: "a budget of half a node",
    spec: { disruption: { budgets: [{ nodes: "0.5" }] } },
    refused: /budgets\[0\]\.nodes: Invalid value/,
  },
  {
    what: "a taint in EKS' words",
    spec: template({ taints: [{ key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE" }] }),
    refused: /effect: Unsupported value: "NO_SCHEDULE"/,
  },
  {
    what: "a requirement without a value",
    spec: template({ requirements: [{ ...capacity, values: [] }] }),
    refused: /requirements with operator 'In' must have a value defined/,
  },
  {
    what: "a label that is Karpenter's own",
    spec: { template: { metadata: { labels: { "karpenter.sh/nodepool": "mine" } } } },
    refused: /label "karpenter\.sh\/nodepool" is restricted/,
  },
  {
    what: "a label of the AWS provider's own domain",
    spec: template({ requirements: [{ ...capacity, key: "karpenter.k8s.aws/instance-gpus" }] }),
    refused: /label domain "karpenter\.k8s\.aws" is restricted/,
  },
  { what: "a weight above 100", spec: { weight: 101 }, refused: /weight: Invalid value: 101/ },
  { what: "a limit that is no quantity", spec: { limits: { nodes: "four" } }, refused: /limits\.nodes: Invalid value/ },
];

const WRONG_CLASSES: Wrong[] = [
  { what: "an unknown field", spec: { instanceStore: "RAID0" }, refused: /unknown field "spec\.instanceStore"/ },
  {
    what: "an unknown field of a disk",
    spec: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "100Gi", size: 100 } }] },
    refused: /unknown field "spec\.blockDeviceMappings\[0\]\.ebs\.size"/,
  },
  {
    what: "a size in MiB",
    spec: { blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "102400Mi" } }] },
    refused: /ebs\.volumeSize: Invalid value/,
  },
  {
    what: "another way to use NVMe disks",
    spec: { instanceStorePolicy: "RAID5" },
    refused: /instanceStorePolicy: Unsupported value: "RAID5"/,
  },
  { what: "a role and a profile", spec: { instanceProfile: "nodes" }, refused: /must specify exactly one of/ },
  { what: "no role", spec: { role: undefined }, refused: /must specify exactly one of/ },
  {
    what: "an alias without a version",
    spec: { amiSelectorTerms: [{ alias: "al2023" }] },
    refused: /'alias' is improperly formatted/,
  },
  {
    what: "an alias beside an id",
    spec: { amiSelectorTerms: [{ alias: "al2023@v20260714", id: "ami-0123456789abcdef0" }] },
    refused: /'alias' is mutually exclusive/,
  },
  { what: "no subnets", spec: { subnetSelectorTerms: [] }, refused: /subnetSelectorTerms cannot be empty/ },
  {
    what: "a reservation by name",
    spec: { capacityReservationSelectorTerms: [{ id: "reserved-h100" }] },
    refused: /capacityReservationSelectorTerms\[0\]\.id: Invalid value/,
  },
  {
    what: "a tag that is EKS' own",
    spec: { tags: { "kubernetes.io/cluster/llm-test": "owned" } },
    refused: /restricted tag matching kubernetes\.io\/cluster/,
  },
  {
    what: "IMDS that is half off",
    spec: { metadataOptions: { httpTokens: "sometimes" } },
    refused: /httpTokens: Unsupported value: "sometimes"/,
  },
];

describe("Karpenter's pools and classes on a real API server", () => {
  let objects: KubernetesObject[];
  const ofKind = (wanted: string) => objects.filter(({ kind }) => kind === wanted);

  before(async () => {
    objects = await karpenterObjects();
    const { cluster, run } = world();
    // They stay until the cluster goes: other tests list every kind meanwhile.
    await installDefinitions(cluster, await karpenterDefinitions(), run);
  });
  after(async () => {
    for (const object of objects.toReversed()) await world().cluster.remove(object);
    removeFolders();
  });

  it("takes those of every kind of group with strict field validation and no warning", async () => {
    const names = Object.keys(GROUPS).sort();
    for (const kind of ["EC2NodeClass", "NodePool"])
      assert.deepEqual(
        ofKind(kind)
          .map(({ metadata }) => metadata.name)
          .sort(),
        names,
      );
    const { cluster } = world();
    cluster.warnings.clear();
    for (const object of objects) await cluster.create(object);
    assert.deepEqual([...cluster.warnings], []);
  });

  it("keeps every field as it was sent", async () => {
    for (const object of objects) {
      const kept = (await world().cluster.get(object))!["spec"];
      // Defaults of the API server would be differences that Pulumi shows only after a refresh: what we state has to stay.
      assert.deepEqual(merged(kept as Config, object["spec"] as Config), kept, named(object));
    }
  });

  it("changes nothing when they are applied again", async () => {
    const { cluster } = world();
    for (const object of objects) {
      const first = await cluster.apply(object);
      const second = await cluster.apply(object);
      assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion, named(object));
    }
    assert.deepEqual([...cluster.warnings], []);
  });

  // So that the above means something.
  for (const [kind, wrongs] of [
    ["NodePool", WRONG_POOLS],
    ["EC2NodeClass", WRONG_CLASSES],
  ] as const) {
    for (const { what, spec, refused } of wrongs) {
      it(`refuses ${kind} with ${what}`, async () => {
        await assert.rejects(world().cluster.create(changed(ofKind(kind)[0]!, spec)), refused);
      });
    }
  }
});
