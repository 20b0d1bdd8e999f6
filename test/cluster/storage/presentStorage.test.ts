import assert from "node:assert/strict";

import type { PresentNetwork } from "../../../components/cluster/present.js";
import { checkPresentStorage } from "../../../components/cluster/storage/presentStorage.js";
import { cacheSchema } from "../../../components/contract/cache.js";
import type { Config } from "../../serving/fixtures.js";
import { lines } from "../fixtures.js";

const ZONES = { ofCluster: ["eu-central-1a", "eu-central-1b"], offering: {} };

/** A VPC with a subnet in each zone of the list, `subnet-00000001` first. */
function network(...letters: string[]): PresentNetwork {
  const subnets = letters.map((letter, index) => ({
    id: `subnet-0000000${index + 1}`,
    vpcId: "vpc-00000001",
    zone: `eu-central-1${letter}`,
    freeAddresses: 100,
    isPublic: false,
    hasWayOut: true,
  }));
  return { cidrs: [], hasDns: true, subnets };
}

const problemsOf = (cache: Config, present?: PresentNetwork): string[] =>
  lines(
    checkPresentStorage(
      cacheSchema.parse(cache),
      { zones: ZONES, ...(present !== undefined && { network: present }) },
      "vllm:cache",
    ),
  );

describe("checkPresentStorage of EFS", () => {
  const efs = (present: PresentNetwork, subnetIds?: string[]) =>
    problemsOf({ kind: "efs", ...(subnetIds && { subnetIds }) }, present);

  it("takes subnets of as many zones", () => {
    assert.deepEqual(efs(network("a", "b", "c")), []);
    assert.deepEqual(efs(network("a", "a", "b"), ["subnet-00000002", "subnet-00000003"]), []);
  });

  it("refuses two of one zone, and says which to name", () => {
    assert.deepEqual(efs(network("a", "b", "a", "b")), [
      "vllm:cache.subnetIds: subnet-00000001 and subnet-00000003 are both in eu-central-1a, and EFS takes one mount target in a zone: use " +
        "[subnet-00000001, subnet-00000002]",
    ]);
    assert.deepEqual(efs(network("a", "b", "a"), ["subnet-00000003", "subnet-00000001"]), [
      "vllm:cache.subnetIds: subnet-00000001 and subnet-00000003 are both in eu-central-1a, and EFS takes one mount target in a zone: use " +
        "[subnet-00000001]",
    ]);
  });

  it("warns of zones whose nodes would read from another", () => {
    assert.deepEqual(efs(network("a", "b", "c"), ["subnet-00000001"]), [
      "warning: vllm:cache.subnetIds: nodes in eu-central-1b or eu-central-1c find no mount target in their zone, and read from another: name a " +
        "subnet of each",
    ]);
  });

  it("has nothing to ask of a VPC that the stack makes", () => {
    assert.deepEqual(problemsOf({ kind: "efs" }), []);
  });
});

describe("checkPresentStorage of FSx for Lustre", () => {
  it("refuses a zone that the cluster is not in", () => {
    assert.deepEqual(problemsOf({ kind: "fsx-lustre", zone: "eu-central-1b" }), []);
    assert.deepEqual(problemsOf({ kind: "fsx-lustre" }), []);
    assert.deepEqual(problemsOf({ kind: "fsx-lustre", zone: "eu-central-1d" }), [
      'vllm:cache.zone: "eu-central-1d" is not one of the cluster\'s zones (eu-central-1a, eu-central-1b): name one of those, or add it to ' +
        "network.additionalZones",
    ]);
  });
});
