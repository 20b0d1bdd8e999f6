import assert from "node:assert/strict";
import { nodeClassSpec, nodePoolSpec } from "../../../components/cluster/karpenter/nodePool.js";
import { nodeConfig } from "../../../components/cluster/nodes/nodeConfig.js";
import { gpuNodeLabels, gpuNodeTaints } from "../../../components/cluster/nodes/nodeGroup.js";
import { valueOf } from "../../serving/registered.js";
import { group, spotGroup } from "../fixtures.js";

const RESERVATION = { id: "cr-0123456789abcdef0", zone: "eu-central-1a" };
const CONTEXT = {
  roleName: "nodes",
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupId: "sg-1",
  amiRelease: "1.36.2-20260714",
  tags: { team: "ml" },
};

describe("nodeClassSpec", () => {
  it("sets nodes up as a managed group does: AMI, role, network, disks, metadata", async () => {
    const { subnetSelectorTerms, ...spec } = nodeClassSpec(group({ diskGiB: 120 }), CONTEXT);
    assert.deepEqual(await valueOf(subnetSelectorTerms), [{ id: "subnet-1" }, { id: "subnet-2" }]);
    assert.deepEqual(spec, {
      amiSelectorTerms: [{ alias: "al2023@v20260714" }],
      role: "nodes",
      securityGroupSelectorTerms: [{ id: "sg-1" }],
      instanceStorePolicy: "RAID0",
      userData: nodeConfig({ localStorage: false }),
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: "120Gi",
            iops: 3000,
            throughput: 125,
            encrypted: true,
            deleteOnTermination: true,
          },
        },
      ],
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      detailedMonitoring: true,
      tags: { team: "ml" },
    });
  });

  it("has the folder for weights made as managed nodes do", () => {
    const cacheFolder = "/mnt/k8s-disks/0/weights";
    const { userData } = nodeClassSpec(group(), { ...CONTEXT, cacheFolder });
    assert.equal(userData, nodeConfig({ localStorage: false, cacheFolder }));
  });

  it("names the reservation of its nodes", () => {
    const { capacityReservationSelectorTerms } = nodeClassSpec(group({ reservation: RESERVATION }), CONTEXT);
    assert.deepEqual(capacityReservationSelectorTerms, [{ id: RESERVATION.id }]);
  });
});

describe("nodePoolSpec", () => {
  const INSTANCE_TYPES = "node.kubernetes.io/instance-type";
  const CAPACITY = "karpenter.sh/capacity-type";
  const requirementsOf = (nodes: ReturnType<typeof group>) =>
    Object.fromEntries(
      nodePoolSpec("gpu", nodes).template.spec.requirements.map(({ key, operator, values }) => {
        assert.equal(operator, "In");
        return [key, values];
      }),
    );

  it("labels and taints nodes as a managed group does, so that models find the same nodes", () => {
    for (const nodes of [group(), spotGroup()]) {
      const { metadata, spec } = nodePoolSpec("gpu", nodes).template;
      assert.deepEqual(metadata.labels, gpuNodeLabels(nodes));
      assert.deepEqual(
        spec.taints,
        gpuNodeTaints(nodes).map((taint) => ({ ...taint, effect: "NoSchedule" })),
      );
    }
  });

  it("buys what the group says, where it says", () => {
    assert.deepEqual(requirementsOf(group()), { [INSTANCE_TYPES]: ["g6.2xlarge"], [CAPACITY]: ["on-demand"] });
    assert.deepEqual(requirementsOf(spotGroup()), {
      [INSTANCE_TYPES]: ["g6.2xlarge", "g6.4xlarge"],
      [CAPACITY]: ["spot"],
    });
    const zone = "topology.kubernetes.io/zone";
    assert.deepEqual(requirementsOf(group({ zones: ["eu-central-1b"] }))[zone], ["eu-central-1b"]);
    assert.deepEqual(requirementsOf(group({ reservation: RESERVATION })), {
      [INSTANCE_TYPES]: ["g6.2xlarge"],
      [CAPACITY]: ["reserved"],
      [zone]: ["eu-central-1a"],
    });
  });

  it("never has more nodes and GPUs than the group's max", () => {
    const { limits } = nodePoolSpec("gpu", group({ instanceTypes: ["g6.12xlarge"], max: 3 }));
    assert.deepEqual(limits, { nodes: "3", "nvidia.com/gpu": "12" });
  });

  it("takes back empty nodes alone, one at a time, and lets none expire", () => {
    const { disruption, template } = nodePoolSpec("gpu", group());
    assert.deepEqual(disruption, {
      consolidationPolicy: "WhenEmpty",
      consolidateAfter: "10m",
      budgets: [{ nodes: "1" }],
    });
    assert.deepEqual([template.spec.expireAfter, template.spec.terminationGracePeriod], ["Never", "2h"]);
  });

  it("prefers reserved capacity, then spot, unless a group says otherwise", () => {
    const weights = [group({ reservation: RESERVATION }), spotGroup(), group(), group({ priority: 77 })].map(
      (nodes) => nodePoolSpec("gpu", nodes).weight,
    );
    assert.deepEqual(weights, [30, 20, 10, 77]);
  });
});
