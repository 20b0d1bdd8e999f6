import assert from "node:assert/strict";

import { parseStackConfig } from "../../stacks/config.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import type { Config } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";
import { clusterValues, lines, TODAY } from "./fixtures.js";

/** The stack config with a cluster to build, with changes to `vllm:cluster`. */
const parsed = (changes: Config = {}) =>
  parseStackConfig(stackValues({ cluster: { existing: undefined, ...clusterValues(changes) } }), [], TODAY);
const problemsOf = (changes: Config): string[] => lines(parsed(changes).problems);
/** Changes to one entry of `access`. */
const access = (entry: Config): string[] =>
  problemsOf({ access: { ops: { principalArn: "arn:aws:iam::111122223333:role/ops", ...entry } } });

const GPU_GROUP = { gpu: "l4", capacity: "on-demand", min: 0, diskGiB: 100 };

describe("a cluster to build in the stack config", () => {
  it("fills in every default", () => {
    const { config, problems } = parsed({ network: undefined });
    assert.deepEqual(problems, []);
    assert.deepEqual(config!.cluster, {
      built: {
        name: "llm-test",
        kubernetesVersion: "1.36",
        network: {
          cidr: "10.0.0.0/16",
          zones: 3,
          natGateways: "per-zone",
          serviceCidr: "172.20.0.0/16",
          additionalZones: [],
          interfaceEndpoints: [],
        },
        publicEndpoint: { cidrs: ["203.0.113.0/24"] },
        access: {},
        deletionProtection: true,
        iam: {},
        amiRelease: "1.36.2-20260714",
        nodes: "managed",
        logRetentionDays: 90,
        systemNodes: { instanceTypes: ["m7i.large"], min: 3, max: 5 },
        gpuNodes: {
          "inference-l4": { ...GPU_GROUP, purpose: "inference", instanceTypes: ["g6.2xlarge"], max: 4 },
          "batch-l4": {
            ...GPU_GROUP,
            purpose: "batch",
            instanceTypes: ["g6.2xlarge", "g6.4xlarge"],
            capacity: "spot",
            max: 6,
          },
        },
      },
    });
    assert.deepEqual(Object.keys(nodeGroupsOf(config!.cluster)!), ["inference-l4", "batch-l4"]);
  });

  it("takes what is given", () => {
    const given = {
      network: {
        cidr: "192.168.0.0/18",
        zones: ["eu-central-1a", "eu-central-1c"],
        additionalZones: ["eu-central-1b"],
        natGateways: "single",
        serviceCidr: "10.100.0.0/16",
        interfaceEndpoints: ["ecr.api", "sts"],
      },
      publicEndpoint: { cidrs: ["203.0.113.0/24"] },
      access: {
        dev: { principalArn: "arn:aws-cn:iam::111122223333:user/team/dev", policy: "edit", namespaces: ["vllm"] },
      },
      deletionProtection: false,
      iam: { path: "/platform/", permissionsBoundary: "arn:aws-cn:iam::111122223333:policy/edge" },
      amiRelease: "1.36.1-20260601",
      nodes: "managed",
      logRetentionDays: 365,
      systemNodes: { instanceTypes: ["m7i.xlarge"], min: 3, max: 6 },
    };
    const { config, problems } = parsed(given);
    assert.deepEqual(problems, []);
    const { name, kubernetesVersion, gpuNodes, ...others } = config!.cluster.built!;
    assert.deepEqual(others, given);
    assert.deepEqual([name, kubernetesVersion, Object.keys(gpuNodes).length], ["llm-test", "1.36", 2]);
  });

  it("judges the cluster by the day that it is given", () => {
    assert.deepEqual(problemsOf({ kubernetesVersion: "1.33", amiRelease: "1.33.13-20260714" }), [
      "vllm:cluster.kubernetesVersion: EKS ended the support of 1.33 on 2026-07-29: use 1.34, 1.35 or 1.36",
    ]);
    const { problems } = parseStackConfig(
      stackValues({
        cluster: {
          existing: undefined,
          ...clusterValues({ kubernetesVersion: "1.33", amiRelease: "1.33.1-20260401" }),
        },
      }),
      [],
      new Date("2026-05-01"),
    );
    assert.deepEqual(problems, []);
  });

  it("keeps a config with warnings alone", () => {
    const { config, problems } = parsed({ kubernetesVersion: "1.34", amiRelease: "1.34.9-20260714" });
    assert.deepEqual(
      problems.map(({ severity, path }) => [severity, path]),
      [["warning", "vllm:cluster.kubernetesVersion"]],
    );
    assert.equal(config!.cluster.built!.kubernetesVersion, "1.34");
  });

  it("refuses an existing cluster and one to build at once", () => {
    assert.deepEqual(problemsOf({ existing: { name: "llm" } }), [
      "vllm:cluster: an existing cluster and one to build are both described (name, kubernetesVersion, amiRelease, network, publicEndpoint, gpuNodes): " +
        "leave out existing, or the others",
    ]);
  });

  it("refuses a cluster that is neither", () => {
    const { problems } = parseStackConfig({ ...stackValues(), cluster: {} }, [], TODAY);
    assert.deepEqual(lines(problems), [
      "vllm:cluster: names no cluster: give existing, or the name, kubernetesVersion and gpuNodes of one to build",
    ]);
  });

  it("names every key that is missing", () => {
    assert.deepEqual(problemsOf({ name: undefined, kubernetesVersion: undefined, gpuNodes: undefined }), [
      "vllm:cluster.name: is missing: give text",
      "vllm:cluster.kubernetesVersion: is missing: give text",
      "vllm:cluster.gpuNodes: is missing: give an object such as { <name>: { purpose: …, gpu: …, instanceTypes: …, max: … } }",
    ]);
  });

  it("refuses a version without quotes, which YAML reads as a number", () => {
    assert.deepEqual(problemsOf({ kubernetesVersion: 1.36 }), [
      'vllm:cluster.kubernetesVersion: is read as the number 1.36: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
    ]);
  });

  for (const version of ["1.3", "v1.36", "1.36.2", "latest"]) {
    it(`refuses "${version}" for a version`, () => {
      assert.deepEqual(problemsOf({ kubernetesVersion: version }), [
        `vllm:cluster.kubernetesVersion: "${version}" is not a Kubernetes version: use a form such as "1.36", in quotes`,
      ]);
    });
  }

  for (const principalArn of [
    "ops",
    "arn:aws:iam::1111:role/ops",
    "arn:aws:iam::111122223333:group/ops",
    "arn:aws:iam::111122223333:root",
    "arn:aws:sts::111122223333:assumed-role/ops/me",
  ]) {
    it(`refuses ${principalArn} for a principal`, () => {
      assert.deepEqual(access({ principalArn }), [
        `vllm:cluster.access.ops.principalArn: "${principalArn}" is not the ARN of an IAM role or user`,
      ]);
    });
  }

  it("refuses an access policy that EKS does not have, and an empty list of namespaces", () => {
    assert.deepEqual(access({ policy: "admn" }), [
      'vllm:cluster.access.ops.policy: "admn" is not allowed: use cluster-admin, admin, edit, admin-view or view; did you mean admin?',
    ]);
    assert.deepEqual(access({ namespaces: [] }), ["vllm:cluster.access.ops.namespaces: [] is empty: give at least 1"]);
  });

  it("refuses what has the wrong form", () => {
    assert.deepEqual(problemsOf({ name: "-llm" }), [
      'vllm:cluster.name: "-llm" is not an EKS name: use letters, digits, dashes and underscores',
    ]);
    assert.deepEqual(problemsOf({ network: { cidr: "10.40.0.0", zones: 1 } }), [
      'vllm:cluster.network.cidr: "10.40.0.0" is not an IPv4 range: use a form such as 10.0.0.0/16',
      "vllm:cluster.network.zones: 1 is too small: use at least 2",
    ]);
    assert.deepEqual(problemsOf({ publicEndpoint: { cidrs: [] } }), [
      "vllm:cluster.publicEndpoint.cidrs: [] is empty: give at least 1",
    ]);
    assert.deepEqual(problemsOf({ network: { interfaceEndpoints: ["s3"] } }), [
      'vllm:cluster.network.interfaceEndpoints[0]: "s3" is not allowed: ' +
        "use ecr.api, ecr.dkr, ec2, sts, logs, eks-auth, elasticloadbalancing or autoscaling; did you mean sts?",
    ]);
    assert.deepEqual(problemsOf({ gpuNodes: { "inference-l4": { diskGiB: 49, reservation: { id: "r-1" } } } }), [
      "vllm:cluster.gpuNodes.inference-l4.diskGiB: 49 is too small: use at least 50",
      'vllm:cluster.gpuNodes.inference-l4.reservation.id: "r-1" is not the id of a capacity reservation: cr-…',
      "vllm:cluster.gpuNodes.inference-l4.reservation.zone: is missing: give text",
    ]);
  });

  for (const zone of ["us-east-1", "a", "use1-az1", "us-east-1A", "us-west-2-lax-1a"]) {
    it(`refuses ${zone} for a reservation's zone`, () => {
      const reservation = { id: "cr-0123456789abcdef0", zone };
      assert.deepEqual(problemsOf({ gpuNodes: { "inference-l4": { reservation } } }), [
        `vllm:cluster.gpuNodes.inference-l4.reservation.zone: "${zone}" is not the name of an availability zone: use a form such as us-east-1a`,
      ]);
    });
  }

  it("takes the name of a zone of every partition for a reservation's", () => {
    for (const zone of ["us-east-1a", "ap-southeast-2c", "us-gov-west-1b", "cn-north-1a"]) {
      const reservation = { id: "cr-0123456789abcdef0", zone };
      const { config, problems } = parsed({ gpuNodes: { "inference-l4": { reservation } } });
      assert.deepEqual(problems, [], zone);
      assert.deepEqual(config!.cluster.built!.gpuNodes["inference-l4"]!.reservation, {
        ...reservation,
        type: "on-demand",
      });
    }
  });

  it("keeps logs for the days that it offers, and no others", () => {
    for (const logRetentionDays of [30, 60, 90, 180, 365, 731]) assert.deepEqual(problemsOf({ logRetentionDays }), []);
    assert.deepEqual(problemsOf({ logRetentionDays: 45 }), [
      "vllm:cluster.logRetentionDays: 45 is not allowed: use 30, 60, 90, 180, 365 or 731",
    ]);
  });

  it("refuses keys that make no resource's name", () => {
    const message = "the key is not a name: use up to 40 lower-case letters, digits and dashes, first a letter";
    const pool = { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge", "g6.4xlarge"], max: 1 };
    const long = "a".repeat(41);
    assert.deepEqual(problemsOf({ gpuNodes: { Batch: pool, "1st": pool, [long]: pool } }), [
      `vllm:cluster.gpuNodes.Batch: ${message}`,
      `vllm:cluster.gpuNodes.1st: ${message}`,
      `vllm:cluster.gpuNodes.${long}: ${message}`,
    ]);
    assert.deepEqual(problemsOf({ access: { "on call": { principalArn: "arn:aws:iam::111122223333:role/ops" } } }), [
      `vllm:cluster.access["on call"]: ${message}`,
    ]);
    assert.deepEqual(problemsOf({ gpuNodes: { ["a".repeat(40)]: { ...pool, capacity: "spot" } } }), []);
  });

  it("names the nearest key for one that it does not know", () => {
    assert.deepEqual(problemsOf({ network: { zone: 3 } }), [
      "vllm:cluster.network.zone: unknown key; did you mean zones? Allowed: existing, cidr, zones, additionalZones, natGateways, serviceCidr or interfaceEndpoints",
    ]);
  });

  it("checks that the models fit the groups to build", () => {
    const [first, ...others] = problemsOf({
      gpuNodes: { "inference-l4": { gpu: "l40s", instanceTypes: ["g6e.2xlarge"] } },
    });
    assert.match(first!, /^vllm:models\.chat\.releases\.r1\.gpu/);
    assert.deepEqual(others, []);
  });

  it("takes no keys of a VPC to make beside an existing one, not even with their defaults", () => {
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000002"] };
    const network = { existing, cidr: "10.40.0.0/16", zones: 3, natGateways: "per-zone" };
    assert.deepEqual(problemsOf({ network }), [
      "vllm:cluster.network: an existing VPC is given, and one to make is described (cidr, zones, natGateways): leave out existing, or the others",
    ]);
    assert.deepEqual(problemsOf({ network: { existing, cidr: undefined, serviceCidr: "10.100.0.0/16" } }), []);
  });

  it("says why one subnet or one zone is too few", () => {
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001"] };
    assert.deepEqual(problemsOf({ network: { existing, cidr: undefined } }), [
      "vllm:cluster.network.existing.privateSubnetIds: is too few: EKS needs subnets in two zones at least, so name two or more",
    ]);
    assert.deepEqual(problemsOf({ network: { zones: ["eu-central-1a"] } }), [
      "vllm:cluster.network.zones: is too few: EKS needs two zones at least, so name two or more",
    ]);
    assert.deepEqual(problemsOf({ network: { zones: "three" } }), [
      'vllm:cluster.network.zones: "three" is not allowed: use a number or a list',
    ]);
  });

  it("says of an endpoint what it may be, and what is wrong within it", () => {
    assert.deepEqual(problemsOf({ publicEndpoint: true }), [
      "vllm:cluster.publicEndpoint: true is not allowed: use false",
    ]);
    assert.deepEqual(problemsOf({ publicEndpoint: 5 }), [
      "vllm:cluster.publicEndpoint: 5 is not allowed: use false or an object",
    ]);
    assert.deepEqual(problemsOf({ publicEndpoint: { cidrs: -1 } }), [
      "vllm:cluster.publicEndpoint.cidrs: -1 is a number: use a list such as […]",
    ]);
    assert.match(
      problemsOf({ publicEndpoint: { cidrs: ["203.0.113.0/24"], open: true } }).join("\n"),
      /publicEndpoint\.open: unknown key/,
    );
  });

  it("refuses an AMI of a day that is none", () => {
    assert.deepEqual(problemsOf({ amiRelease: "1.36.2-20260231" }), [
      'vllm:cluster.amiRelease: "1.36.2-20260231": ends in no day: use a form such as 1.36.1-20261106',
    ]);
  });
});
