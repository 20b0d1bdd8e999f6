import assert from "node:assert/strict";

import { checkStorage } from "../../../components/cluster/storage/check.js";
import { cacheSchema } from "../../../components/contract/cache.js";
import type { Config } from "../../serving/fixtures.js";
import { builtCluster, lines } from "../fixtures.js";

const PATHS = { cache: "vllm:cache", cluster: "vllm:cluster" };
const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const EXISTING = {
  vpcId: "vpc-00000001",
  privateSubnetIds: ["subnet-00000001", "subnet-00000002"],
  additionalSubnetIds: ["subnet-00000003"],
};

const problemsOf = (cache: Config, cluster: Config = {}): string[] =>
  lines(checkStorage(cacheSchema.parse(cache), builtCluster(cluster), PATHS));

/** Both groups, with changes. */
const groups = (changes: Config): Config => ({ gpuNodes: { "inference-l4": changes, "batch-l4": changes } });

describe("checkStorage of EFS", () => {
  const efs = (subnetIds?: string[], cluster: Config = {}) =>
    problemsOf({ kind: "efs", ...(subnetIds && { subnetIds }) }, cluster);

  it("has nothing to say where every subnet gets a mount target", () => {
    assert.deepEqual(efs(), []);
    assert.deepEqual(efs(undefined, { network: { existing: EXISTING } }), []);
  });

  it("takes subnets of an existing VPC that the cluster has, each once", () => {
    const of = (subnetIds: string[]) => efs(subnetIds, { network: { existing: EXISTING } });
    assert.deepEqual(of(["subnet-00000002", "subnet-00000003"]), []);
    assert.deepEqual(of(["subnet-00000001", "subnet-0000000f"]), [
      'vllm:cache.subnetIds[1]: "subnet-0000000f" is none of the cluster\'s subnets: use subnet-00000001, subnet-00000002 or subnet-00000003',
    ]);
    assert.equal(of(["subnet-00000001", "subnet-00000001"]).length, 1);
  });

  it("refuses subnets where the stack makes them itself", () => {
    assert.deepEqual(efs(["subnet-00000001"]), [
      "vllm:cache.subnetIds: the stack's own VPC has one private subnet in each zone, and a mount target goes to each: leave it out",
    ]);
  });
});

describe("checkStorage of FSx for Lustre", () => {
  const lustre = (zone?: string, cluster: Config = {}) =>
    problemsOf({ kind: "fsx-lustre", ...(zone && { zone }) }, cluster);
  const named = { network: { zones: ZONES } };

  it("takes a zone of the cluster, and refuses others where they are named", () => {
    assert.deepEqual(lustre("eu-central-1b", named), []);
    assert.deepEqual(lustre("eu-central-1d", named), [
      'vllm:cache.zone: "eu-central-1d" is not one of the cluster\'s zones (eu-central-1a, eu-central-1b, eu-central-1c): ' +
        "name one of those, or add it to network.additionalZones",
    ]);
    // AWS knows those that are counted.
    assert.deepEqual(lustre("eu-central-1d"), []);
  });

  it("wants the zone to be meant, since reads from others cost", () => {
    const unmeant =
      "warning: vllm:cache.zone: the file system is in the cluster's first zone, and nodes of others read it for $0.01 a GB in each direction: state " +
      "the zone that has the GPUs, and the same as zones of the GPU groups";
    assert.deepEqual(lustre(), [unmeant]);
    assert.deepEqual(lustre(undefined, named), [unmeant]);
    assert.deepEqual(lustre(undefined, { ...named, ...groups({ zones: ["eu-central-1a"] }) }), []);
  });

  it("warns of groups whose nodes are in other zones", () => {
    const reservation = { id: "cr-0123456789abcdef0", zone: "eu-central-1c" };
    const gpuNodes = { "inference-l4": { reservation }, "batch-l4": { zones: ["eu-central-1a", "eu-central-1b"] } };
    const across = (zone: string) =>
      `nodes in ${zone} read weights from the file system in eu-central-1b, for $0.01 a GB in each direction: state its zone alone, or use ` +
      "vllm:cache.kind: efs, which is in every zone";
    assert.deepEqual(lustre("eu-central-1b", { gpuNodes }), [
      `warning: vllm:cluster.gpuNodes.inference-l4.reservation.zone: ${across("eu-central-1c")}`,
      `warning: vllm:cluster.gpuNodes.batch-l4.zones: ${across("eu-central-1a")}`,
    ]);
  });

  it("takes no sizes but FSx'", () => {
    const parse = (sizeGiB: number) => cacheSchema.safeParse({ kind: "fsx-lustre", sizeGiB }).success;
    assert.deepEqual([1200, 2400, 4800, 7200].map(parse), [true, true, true, true]);
    assert.deepEqual([600, 1201, 3600, 6000].map(parse), [false, false, false, false]);
  });
});

describe("checkStorage of S3", () => {
  it("refuses a role of somebody else's, since the stack makes those that are needed", () => {
    const s3 = { kind: "s3", bucket: "llm-cache" };
    assert.deepEqual(problemsOf(s3), []);
    assert.deepEqual(problemsOf({ ...s3, roleArn: "arn:aws:iam::123456789012:role/cache" }), [
      "vllm:cache.roleArn: the stack makes the roles on a cluster that it builds, each for this prefix alone: leave it out",
    ]);
  });
});

describe("checkStorage of the nodes' own disks", () => {
  const node = (changes: Config = {}, cluster: Config = {}) =>
    problemsOf({ kind: "node", budgetGiB: 200, ...changes }, cluster);

  it("takes folders on the volume of those disks, which a script can name", () => {
    for (const path of ["/mnt/k8s-disks/0/weights", "/mnt/k8s-disks/0/llm/v1.2_a-b"])
      assert.deepEqual(node({ path }), []);
    for (const path of [
      "/mnt/weights",
      "/mnt/k8s-disks/0",
      "/mnt/k8s-disks/01/weights",
      "/mnt/k8s-disks/0/../../etc",
      "/mnt/k8s-disks/0/a'b",
      "/mnt/k8s-disks/0/$(id)",
      "/mnt/k8s-disks/0/%H",
    ]) {
      const [problem, ...others] = node({ path });
      assert.match(problem!, /^vllm:cache\.path: ".*" is not on the volume of the nodes' NVMe disks: /, path);
      assert.deepEqual(others, []);
    }
  });

  it("wants such disks in every instance type that models may run on", () => {
    assert.deepEqual(node({}, { gpuNodes: { "inference-l4": { instanceTypes: ["g6.2xlarge", "g6.unknown"] } } }), [
      "vllm:cluster.gpuNodes.inference-l4.instanceTypes: g6.unknown has no NVMe disks that are known of, and vllm:cache.kind: node keeps weights on " +
        "those: use types that have some, or a cache of another kind",
    ]);
    const shared = { purpose: "batch", gpu: "l4", instanceTypes: ["g6.unknown"], max: 1, sharing: "time-slicing" };
    assert.deepEqual(node({}, { gpuNodes: { shared } }), []);
  });

  it("leaves pods something of the smallest node's disk", () => {
    assert.deepEqual(node({ budgetGiB: 373 }), []);
    assert.deepEqual(
      node({ budgetGiB: 374 }).map((line) => line.replace(/: use less.*/, "")),
      ["inference-l4", "batch-l4"].map(
        (name) =>
          `vllm:cache.budgetGiB: 374 GiB leave nothing of the 374 GiB that pods can have on the smallest node of vllm:cluster.gpuNodes.${name}, ` +
          "where images are, too",
      ),
    );
  });
});

describe("checkStorage of other kinds", () => {
  it("has nothing to say of a claim, or of none", () => {
    assert.deepEqual(problemsOf({ kind: "claim", name: "weights" }), []);
    assert.deepEqual(problemsOf({ kind: "none", reason: "a demonstration" }), []);
  });
});
