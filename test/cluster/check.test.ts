import assert from "node:assert/strict";

import { checkCluster } from "../../components/cluster/check.js";
import type { Config } from "../serving/fixtures.js";
import { builtCluster, lines, TODAY } from "./fixtures.js";

const PATH = "vllm:cluster";
const INFERENCE = `${PATH}.gpuNodes.inference-l4`;
const BATCH = `${PATH}.gpuNodes.batch-l4`;

const problemsOf = (changes: Config): string[] => lines(checkCluster(builtCluster(changes), PATH, TODAY));
/** Changes to the on-demand group for inference, and to the spot group for batch. */
const inference = (changes: Config): string[] => problemsOf({ gpuNodes: { "inference-l4": changes } });
const batch = (changes: Config): string[] => problemsOf({ gpuNodes: { "batch-l4": changes } });

const RESERVATION = { id: "cr-0123456789abcdef0", zone: "eu-central-1a" };

describe("checkCluster", () => {
  it("accepts a cluster that is right", () => {
    assert.deepEqual(problemsOf({}), []);
    assert.deepEqual(problemsOf({ publicEndpoint: { cidrs: ["203.0.113.0/24", "198.51.100.7/32"] } }), []);
    assert.deepEqual(inference({ reservation: RESERVATION }), []);
    assert.deepEqual(inference({ reservation: { ...RESERVATION, type: "capacity-block" } }), []);
  });

  it("judges the Kubernetes version by the day", () => {
    const version = (kubernetesVersion: string) =>
      problemsOf({ kubernetesVersion, amiRelease: `${kubernetesVersion}.1-20260714` });
    assert.deepEqual(version("1.33"), [
      `${PATH}.kubernetesVersion: EKS ended the support of 1.33 on 2026-07-29: use 1.34, 1.35 or 1.36`,
    ]);
    assert.deepEqual(version("1.34"), [
      `warning: ${PATH}.kubernetesVersion: EKS ends the support of 1.34 on 2026-12-02, in 11 days: move to 1.35 or 1.36`,
    ]);
  });

  it("counts the nodes of all groups against the VPC", () => {
    // 5 system, 4 inference and 6 batch nodes: five in each of three zones.
    assert.deepEqual(problemsOf({ network: { cidr: "10.40.0.0/21" } }), [
      `${PATH}.network.cidr: "10.40.0.0/21" is too small for 15 nodes and their pods in 3 zones: use a /20`,
    ]);
    assert.deepEqual(
      problemsOf({
        network: { cidr: "10.40.0.0/21" },
        systemNodes: { max: 3 },
        gpuNodes: { "inference-l4": { max: 1 }, "batch-l4": { max: 5 } },
      }),
      [],
    );
  });

  it("refuses an API server open to everybody, in one range or in two halves", () => {
    const open = (index: number, cidr: string) =>
      `${PATH}.publicEndpoint.cidrs[${index}]: "${cidr}" opens the API server to the world: ` +
      "give the ranges of your offices and runners, /8 at the widest";
    const endpoint = (...cidrs: string[]) => problemsOf({ publicEndpoint: { cidrs } });
    assert.deepEqual(endpoint("203.0.113.0/24", "0.0.0.0/0"), [open(1, "0.0.0.0/0")]);
    assert.deepEqual(endpoint("0.0.0.0/1", "128.0.0.0/1"), [open(0, "0.0.0.0/1"), open(1, "128.0.0.0/1")]);
    assert.deepEqual(endpoint("52.0.0.0/7"), [open(0, "52.0.0.0/7")]);
    assert.deepEqual(endpoint("52.0.0.0/8"), []);
  });

  it("refuses a range of Services that EKS would", () => {
    assert.deepEqual(problemsOf({ network: { serviceCidr: "100.64.0.0/16" } }), [
      `${PATH}.network.serviceCidr: "100.64.0.0/16" cannot be the range of Services: use the start of a private range of /12 to /24`,
    ]);
  });

  it("refuses an interface endpoint that is given twice, each time that it is given again", () => {
    const twice = (index: number) =>
      `${PATH}.network.interfaceEndpoints[${index}]: "sts" is given twice: leave one out`;
    assert.deepEqual(problemsOf({ network: { interfaceEndpoints: ["sts", "ec2", "sts", "sts"] } }), [
      twice(2),
      twice(3),
    ]);
    assert.deepEqual(problemsOf({ network: { interfaceEndpoints: ["sts", "ec2"] } }), []);
  });

  it("refuses two access entries of one principal", () => {
    const entry = (name: string) => ({ principalArn: `arn:aws:iam::111122223333:role/${name}` });
    assert.deepEqual(problemsOf({ access: { ops: entry("ops"), dev: entry("dev"), "ops-too": entry("ops") } }), [
      `${PATH}.access.ops-too.principalArn: "arn:aws:iam::111122223333:role/ops" has an entry already, and EKS takes one: leave one out`,
    ]);
    assert.deepEqual(problemsOf({ access: { ops: entry("ops"), dev: entry("dev") } }), []);
  });

  for (const type of ["m7g.large", "c8gd.xlarge", "t4g.medium", "im4gn.large", "g5g.2xlarge"]) {
    it(`refuses ${type} for system nodes, whose image is for x86`, () => {
      assert.deepEqual(problemsOf({ systemNodes: { instanceTypes: ["m7i.large", type] } }), [
        `${PATH}.systemNodes.instanceTypes[1]: "${type}" is an ARM type, and the system's image is for x86: take a type such as m7i.large`,
      ]);
    });
  }

  it("takes no x86 type for an ARM one", () => {
    const instanceTypes = ["m7i.large", "m6a.large", "t3.large", "c7i-flex.large", "r7iz.large", "i4i.large"];
    assert.deepEqual(problemsOf({ systemNodes: { instanceTypes } }), []);
  });

  it("refuses GPUs for system nodes, and more at the least than at the most", () => {
    assert.deepEqual(problemsOf({ systemNodes: { instanceTypes: ["m7i.large", "g6.xlarge"], min: 5, max: 3 } }), [
      `${PATH}.systemNodes.instanceTypes[1]: "g6.xlarge" has GPUs, which system pods do not use: take a type such as m7i.large`,
      `${PATH}.systemNodes.min: 5 is more than max 3: use 1 to 3`,
    ]);
  });

  it("refuses spot for inference", () => {
    assert.deepEqual(inference({ capacity: "spot", instanceTypes: ["g6.2xlarge", "g6.4xlarge"] }), [
      `${INFERENCE}.capacity: "spot" nodes go at two minutes' notice, and people wait for inference: use on-demand, or purpose batch`,
    ]);
  });

  it("refuses a reservation of spot capacity", () => {
    assert.deepEqual(batch({ instanceTypes: ["g6.2xlarge"], reservation: RESERVATION }), [
      `${BATCH}.reservation: a reservation is of on-demand capacity: set capacity to on-demand, or leave it out`,
      `warning: ${BATCH}.instanceTypes: spot capacity of one type runs out: name several of one GPU and number of GPUs`,
    ]);
  });

  it("refuses a reservation with two instance types", () => {
    assert.deepEqual(inference({ instanceTypes: ["g6.2xlarge", "g6.4xlarge"], reservation: RESERVATION }), [
      `${INFERENCE}.instanceTypes: a reservation is of one instance type: name just that one`,
    ]);
  });

  it("warns of spot capacity of one type", () => {
    assert.deepEqual(batch({ instanceTypes: ["g6.2xlarge"] }), [
      `warning: ${BATCH}.instanceTypes: spot capacity of one type runs out: name several of one GPU and number of GPUs`,
    ]);
  });

  it("keeps the name of the group without GPUs", () => {
    const system = { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 1 };
    assert.deepEqual(problemsOf({ gpuNodes: { system } }), [
      `${PATH}.gpuNodes.system: "system" is the name of the group without GPUs: use another`,
    ]);
  });

  it("refuses a group with more nodes at the least than at the most", () => {
    assert.deepEqual(inference({ min: 5 }), [`${INFERENCE}.min: 5 is more than max 4: use 0 to 4`]);
  });

  it("refuses an instance type that it does not know, with those of the GPU", () => {
    assert.deepEqual(inference({ instanceTypes: ["g6.3xlarge"] }), [
      `${INFERENCE}.instanceTypes[0]: "g6.3xlarge" is not a known GPU instance type; did you mean g6.2xlarge, g6.4xlarge or g6.8xlarge? ` +
        "With l4: g6.xlarge, g6.2xlarge, g6.4xlarge, g6.8xlarge, g6.12xlarge, g6.16xlarge, g6.24xlarge, g6.48xlarge, gr6.4xlarge or gr6.8xlarge",
    ]);
  });

  it("refuses an instance type with another GPU", () => {
    assert.deepEqual(inference({ instanceTypes: ["g6e.2xlarge"] }), [
      `${INFERENCE}.instanceTypes[0]: "g6e.2xlarge" has l40s GPUs, not l4: set gpu: l40s or another type`,
    ]);
  });

  it("refuses instance types with different numbers of GPUs", () => {
    assert.deepEqual(batch({ instanceTypes: ["g6.2xlarge", "g6.12xlarge"] }), [
      `${BATCH}.instanceTypes: the types have different numbers of GPUs (1, 4): use one group for each number`,
    ]);
  });

  it("refuses an instance type that is given twice", () => {
    assert.deepEqual(batch({ instanceTypes: ["g6.2xlarge", "g6.4xlarge", "g6.2xlarge"] }), [
      `${BATCH}.instanceTypes[2]: "g6.2xlarge" is given twice: leave one out`,
    ]);
  });

  it("refuses labels and taints of one's own on nodes that it builds", () => {
    const message = `${INFERENCE}: nodeSelector and tolerations are for nodes of an existing cluster: those built here carry this project's own labels`;
    assert.deepEqual(inference({ nodeSelector: { pool: "gpu" } }), [message]);
    assert.deepEqual(inference({ tolerations: [{ key: "gpu" }] }), [message]);
    assert.deepEqual(inference({ nodeSelector: { pool: "gpu" }, tolerations: [] }), [message]);
  });

  it("says before anything starts that nobody outside of the VPC will reach the API server", () => {
    const [warning] = problemsOf({ publicEndpoint: undefined });
    assert.match(
      warning!,
      /^warning: vllm:cluster\.publicEndpoint: without it .* a first `up` stops at the add-ons\. Give the ranges/,
    );
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000002"] };
    assert.deepEqual(problemsOf({ publicEndpoint: undefined, network: { existing } }), []);
    assert.deepEqual(problemsOf({ publicEndpoint: false }), []);
  });

  it("wants the AMI's release of the same version, and stated where Karpenter goes by it", () => {
    const newest =
      "the newest: aws ssm get-parameter --query Parameter.Value --output text " +
      "--name /aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/nvidia/recommended/release_version";
    const [warning, ...others] = problemsOf({ amiRelease: undefined });
    assert.match(
      warning!,
      /^warning: vllm:cluster\.amiRelease: nodes get the AMI that is AWS' newest when their group is made/,
    );
    assert.ok(warning!.endsWith(newest));
    assert.deepEqual(others, []);
    assert.deepEqual(problemsOf({ amiRelease: undefined, nodes: "karpenter" }), [
      `${PATH}.amiRelease: Karpenter would replace every node as soon as AWS has a newer AMI: state a release; ${newest}`,
    ]);
    assert.deepEqual(problemsOf({ amiRelease: "1.35.6-20260714" }), [
      `${PATH}.amiRelease: "1.35.6-20260714" is of another Kubernetes version than 1.36, which EKS refuses: use one that starts with 1.36.`,
    ]);
  });

  it("takes each subnet of an existing VPC once", () => {
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000001"] };
    assert.deepEqual(problemsOf({ network: { existing } }), [
      `${PATH}.network.existing.privateSubnetIds: "subnet-00000001" is named twice: name each subnet once`,
    ]);
  });

  it("warns that Karpenter needs room in a reservation for another AMI", () => {
    const [warning, ...others] = problemsOf({
      nodes: "karpenter",
      gpuNodes: { "inference-l4": { reservation: RESERVATION } },
    });
    assert.match(warning!, /^warning: .*\.reservation: Karpenter replaces a node for another AMI only where/);
    assert.deepEqual(others, []);
  });

  it("knows its zones where they are named: each once, six at the most, and groups within them", () => {
    const zones = ["eu-central-1a", "eu-central-1b"];
    const network = { cidr: "10.40.0.0/16", zones, additionalZones: ["eu-central-1c"] };
    assert.deepEqual(problemsOf({ network, gpuNodes: { "inference-l4": { zones: ["eu-central-1c"] } } }), []);
    assert.deepEqual(problemsOf({ network: { ...network, additionalZones: ["eu-central-1a"] } }), [
      `${PATH}.network.zones: "eu-central-1a" is named twice: name each zone once`,
    ]);
    assert.deepEqual(
      problemsOf({
        systemNodes: { min: 4 },
        network: { zones: 4, additionalZones: ["a", "b", "c"].map((z) => `eu-central-1${z}`) },
      }),
      [`${PATH}.network.additionalZones: there are 7 zones with these, and a VPC is cut for 6`],
    );
    const stranger = `"eu-central-1f" is not one of the cluster's zones (eu-central-1a, eu-central-1b, eu-central-1c): name one of those, or add it to network.additionalZones`;
    assert.deepEqual(
      problemsOf({ network, gpuNodes: { "inference-l4": { zones: ["eu-central-1a", "eu-central-1f"] } } }),
      [`${INFERENCE}.zones[1]: ${stranger}`],
    );
    const reservation = { ...RESERVATION, zone: "eu-central-1f" };
    assert.deepEqual(problemsOf({ network, gpuNodes: { "inference-l4": { reservation } } }), [
      `${INFERENCE}.reservation.zone: ${stranger}`,
    ]);
  });

  it("takes no zones beside a reservation, which has one", () => {
    assert.deepEqual(inference({ reservation: RESERVATION, zones: ["eu-central-1a"] }), [
      `${INFERENCE}.zones: the reservation's zone is where its nodes are: leave zones out`,
    ]);
  });

  it("wants a system node in each zone, where volumes are", () => {
    const spread = (min: number, zones: number | string[]) =>
      problemsOf({ systemNodes: { min }, network: { cidr: "10.40.0.0/16", zones } });
    assert.deepEqual(spread(2, 3), [
      `warning: ${PATH}.systemNodes.min: 2 nodes are in 2 of 3 zones: when one is replaced by a node of another zone, the pods whose volumes are ` +
        "in its zone, such as Prometheus', wait: use 3",
    ]);
    assert.deepEqual(spread(2, ["eu-central-1a", "eu-central-1b"]), []);
  });

  it("refuses a min of nodes that Karpenter makes", () => {
    assert.deepEqual(problemsOf({ nodes: "karpenter", gpuNodes: { "inference-l4": { min: 1 } } }), [
      `${INFERENCE}.min: Karpenter makes nodes when pods need them, and keeps none: leave min out, and use a model's warmSpares or autoscaling.min`,
    ]);
  });

  it("refuses slices of GPUs that Karpenter does not know of, each with its place", () => {
    const slices = { purpose: "inference", gpu: "l4-12q", instanceTypes: ["g6f.4xlarge", "gr6f.4xlarge"], max: 1 };
    const message =
      "has a slice of a GPU, of which Karpenter does not know, so that it would make no node: use a type with whole GPUs, or nodes: managed";
    assert.deepEqual(problemsOf({ nodes: "karpenter", gpuNodes: { slices } }), [
      `${PATH}.gpuNodes.slices.instanceTypes[0]: "g6f.4xlarge" ${message}`,
      `${PATH}.gpuNodes.slices.instanceTypes[1]: "gr6f.4xlarge" ${message}`,
    ]);
    assert.deepEqual(problemsOf({ gpuNodes: { slices } }), []);
  });

  it("names all problems at once, in the order of the config", () => {
    const problems = problemsOf({
      kubernetesVersion: "1.33",
      amiRelease: "1.33.13-20260714",
      network: { cidr: "10.40.1.0/16", interfaceEndpoints: ["sts", "sts"] },
      publicEndpoint: { cidrs: ["0.0.0.0/0"] },
      access: {
        ops: { principalArn: "arn:aws:iam::111122223333:role/ops" },
        dev: { principalArn: "arn:aws:iam::111122223333:role/ops" },
      },
      systemNodes: { instanceTypes: ["m7g.large"], min: 9 },
      gpuNodes: {
        "inference-l4": {
          capacity: "spot",
          instanceTypes: ["g6.2xlarge", "g6.2xlarge"],
          min: 7,
          reservation: RESERVATION,
        },
        "batch-l4": { instanceTypes: ["g5.xlarge"] },
      },
    });
    assert.deepEqual(
      problems.map((line) => /^(?:warning: )?vllm:cluster\.(\S+):/.exec(line)![1]),
      [
        "kubernetesVersion",
        "network.cidr",
        "publicEndpoint.cidrs[0]",
        "network.interfaceEndpoints[1]",
        "access.dev.principalArn",
        "systemNodes.instanceTypes[0]",
        "systemNodes.min",
        "gpuNodes.inference-l4.min",
        "gpuNodes.inference-l4.capacity",
        "gpuNodes.inference-l4.instanceTypes[1]",
        "gpuNodes.inference-l4.reservation",
        "gpuNodes.inference-l4.instanceTypes",
        "gpuNodes.batch-l4.instanceTypes[0]",
        "gpuNodes.batch-l4.instanceTypes",
      ],
    );
  });
});
