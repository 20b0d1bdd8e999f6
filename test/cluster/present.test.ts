/** What AWS would refuse, given what there is: asked and judged before anything is made. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type PresentCluster, type PresentNetwork, readPresentCluster } from "../../components/cluster/present.js";
import { checkPresentCluster } from "../../components/cluster/presentChecks.js";
import type { Config } from "../serving/fixtures.js";
import { builtCluster, lines } from "./fixtures.js";

const PATH = "vllm:cluster";
const CALLER = "arn:aws:sts::123456789012:assumed-role/deployer/session";
/** There is no cluster yet. */
const ZONES = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const TYPES = ["m7i.large", "g6.2xlarge", "g6.4xlarge", "p5.48xlarge"];
const OFFERING = Object.fromEntries(TYPES.map((type) => [type, ZONES]));
const NONE: PresentCluster = {
  nodeGroups: {},
  caller: CALLER,
  hasOldLogs: false,
  zones: { ofCluster: ZONES, offering: OFFERING },
};

const problemsOf = (changes: Config, present: Partial<PresentCluster> = {}): string[] =>
  lines(checkPresentCluster(builtCluster(changes), { ...NONE, ...present }, PATH));

describe("checkPresentCluster", () => {
  it("has nothing to say of a cluster that is new, or the same, or one version behind", () => {
    assert.deepEqual(problemsOf({}), []);
    for (const kubernetesVersion of ["1.36", "1.35"]) assert.deepEqual(problemsOf({}, { kubernetesVersion }), []);
  });

  it("refuses an upgrade over two minor versions, and names the next", () => {
    assert.deepEqual(problemsOf({}, { kubernetesVersion: "1.34" }), [
      `${PATH}.kubernetesVersion: the cluster runs 1.34, and EKS goes one minor version at a time: use 1.35, run \`pulumi up\`, and then the next`,
    ]);
  });

  it("refuses an earlier version", () => {
    assert.deepEqual(problemsOf({}, { kubernetesVersion: "1.37" }), [
      `${PATH}.kubernetesVersion: the cluster runs 1.37, and EKS does not go back to 1.36: use 1.37 or later`,
    ]);
  });

  for (const [principalArn, caller] of [
    ["arn:aws:iam::123456789012:role/deployer", CALLER],
    // A session's ARN lacks the role's path.
    ["arn:aws:iam::123456789012:role/ci/deployer", CALLER],
    ["arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/me"],
  ] as const) {
    it(`refuses an entry for the creator ${principalArn}, before there is a cluster`, () => {
      const access = { ci: { principalArn, policy: "cluster-admin" } };
      assert.deepEqual(problemsOf({ access }, { caller }), [
        `${PATH}.access.ci.principalArn: "${principalArn}" is who creates the cluster, which EKS makes its administrator by itself: ` +
          "leave the entry out",
      ]);
      // Who runs a later `up` need not be its creator.
      assert.deepEqual(problemsOf({ access }, { caller, kubernetesVersion: "1.36" }), []);
    });
  }

  it("takes entries of others for what they are", () => {
    for (const principalArn of [
      "arn:aws:iam::123456789012:role/deployer-2",
      "arn:aws:iam::999999999999:role/deployer",
      "arn:aws:iam::123456789012:user/deployer",
    ]) {
      assert.deepEqual(problemsOf({ access: { ci: { principalArn } } }), [], principalArn);
    }
  });

  it("says what to do with the logs of an earlier cluster", () => {
    assert.deepEqual(problemsOf({}, { hasOldLogs: true }), [
      `${PATH}.name: the log group /aws/eks/llm-test/cluster of an earlier cluster is still there, and AWS makes no second one: keep what you ` +
        "need of it, then `aws logs delete-log-group --log-group-name /aws/eks/llm-test/cluster`",
    ]);
  });

  it("wants Capacity Blocks empty for another version, and for nothing else", () => {
    const reservation = { id: "cr-0123456789abcdef0", type: "capacity-block", zone: "eu-central-1a" };
    const block = { purpose: "batch", gpu: "h100", instanceTypes: ["p5.48xlarge"], max: 2, reservation };
    const active = { status: "ACTIVE", instanceTypes: [], amiRelease: "1.36.2-20260714" };
    const nodeGroups = {
      block: { ...active, min: 0, max: 2, desired: 2 },
      "inference-l4": { ...active, min: 0, max: 4, desired: 4 },
    };
    const gpuNodes = { block };
    assert.deepEqual(problemsOf({ gpuNodes }, { kubernetesVersion: "1.35", nodeGroups }), [
      `${PATH}.gpuNodes.block: the group has 2 nodes in a Capacity Block, and EKS updates such a group only while it is empty: scale its ` +
        "models down, set min to 0 and the group's desired size to 0, and run this again",
    ]);
    assert.deepEqual(problemsOf({ gpuNodes }, { kubernetesVersion: "1.36", nodeGroups }), []);
    const amiRelease = "1.36.3-20261001";
    assert.equal(problemsOf({ gpuNodes, amiRelease }, { kubernetesVersion: "1.36", nodeGroups }).length, 1);
    const empty = { ...nodeGroups, block: { ...active, min: 0, max: 2, desired: 0 } };
    assert.deepEqual(problemsOf({ gpuNodes }, { kubernetesVersion: "1.35", nodeGroups: empty }), []);
  });
});

describe("checkPresentCluster of zones", () => {
  const of = (changes: Config, offering: Record<string, string[]> = {}) =>
    problemsOf(changes, { zones: { ofCluster: ZONES, offering: { ...OFFERING, ...offering } } });
  const inference = (changes: Config) => ({ gpuNodes: { "inference-l4": changes } });

  it("refuses zones that the cluster does not have, of groups and of reservations, whoever makes the nodes", () => {
    const stranger =
      '"eu-central-1f" is not one of the cluster\'s zones (eu-central-1a, eu-central-1b, eu-central-1c): name one of those, or add it to ' +
      "network.additionalZones";
    for (const nodes of ["managed", "karpenter"]) {
      assert.deepEqual(of({ nodes, ...inference({ zones: ["eu-central-1a", "eu-central-1f"] }) }), [
        `${PATH}.gpuNodes.inference-l4.zones: ${stranger}`,
      ]);
    }
    const reservation = { id: "cr-0123456789abcdef0", zone: "eu-central-1f" };
    assert.deepEqual(of(inference({ reservation })), [`${PATH}.gpuNodes.inference-l4.reservation.zone: ${stranger}`]);
  });

  it("refuses types that no zone of theirs offers all of, and names those that do", () => {
    assert.deepEqual(of({}, { "g6.4xlarge": ["eu-central-1d"], "g6.2xlarge": ["eu-central-1a", "eu-central-1d"] }), [
      `${PATH}.gpuNodes.batch-l4.instanceTypes: not all of g6.2xlarge, g6.4xlarge are offered in eu-central-1a, eu-central-1b, eu-central-1c: ` +
        "eu-central-1d would do, so use that (network.additionalZones adds a zone), or other types",
    ]);
    assert.deepEqual(of({}, { "m7i.large": [] }), [
      `${PATH}.systemNodes.instanceTypes: not all of m7i.large are offered in eu-central-1a, eu-central-1b, eu-central-1c: no zone of the ` +
        "region offers all of them, so use other types",
    ]);
    assert.deepEqual(
      of(inference({ zones: ["eu-central-1a"] }), { "g6.2xlarge": ["eu-central-1b"], "g6.4xlarge": ZONES }),
      [
        `${PATH}.gpuNodes.inference-l4.instanceTypes: not all of g6.2xlarge are offered in eu-central-1a: eu-central-1b would do, so use that ` +
          "(network.additionalZones adds a zone), or other types",
      ],
    );
  });

  it("is content with some of the cluster's zones", () => {
    assert.deepEqual(of({}, { "g6.2xlarge": ["eu-central-1b"], "g6.4xlarge": ["eu-central-1b", "eu-central-1c"] }), []);
  });
});

describe("checkPresentCluster of node groups", () => {
  const group = (changes: object = {}) => ({
    "inference-l4": {
      min: 0,
      max: 4,
      desired: 3,
      instanceTypes: ["g6.2xlarge"],
      amiRelease: "",
      status: "ACTIVE",
      ...changes,
    },
  });
  const of = (changes?: object) => problemsOf({}, { kubernetesVersion: "1.36", nodeGroups: group(changes) });

  it("has nothing to say of a group that stays, or has no nodes", () => {
    assert.deepEqual(of(), []);
    assert.deepEqual(of({ instanceTypes: ["g6.4xlarge"], desired: 0 }), []);
  });

  it("warns of other instance types, which end the nodes that run", () => {
    assert.deepEqual(of({ instanceTypes: ["g6.4xlarge"] }), [
      `warning: ${PATH}.gpuNodes.inference-l4.instanceTypes: the group runs g6.4xlarge, and other types replace it: its 3 nodes go within ` +
        "minutes, whatever their pods' drains say. Without a pause: add a group of the new types, wait until its nodes serve, and take " +
        "this one out then",
    ]);
  });

  it("refuses an older AMI than the nodes have", () => {
    assert.deepEqual(of({ amiRelease: "1.36.3-20261101" }), [
      `${PATH}.amiRelease: the nodes have 1.36.3-20261101, and EKS does not go back to 1.36.2-20260714: use that or a later release`,
    ]);
    assert.deepEqual(of({ amiRelease: "1.36.1-20260101" }), []);
  });

  it("refuses to go on with a group that EKS could not make", () => {
    assert.deepEqual(of({ status: "CREATE_FAILED" }), [
      `${PATH}.gpuNodes.inference-l4: EKS could not make this node group, which Pulumi may take for one that it made: see why with ` +
        "`aws eks describe-nodegroup`, delete the group there, and run `pulumi refresh`",
    ]);
  });
});

describe("checkPresentCluster of an existing VPC", () => {
  const VPC = "vpc-00000001";
  const subnet = (id: string, zone: string) => ({
    ...{ id, zone, vpcId: VPC, freeAddresses: 200, isPublic: false, hasWayOut: true },
  });
  const RIGHT: PresentNetwork = {
    cidrs: ["10.40.0.0/16"],
    hasDns: true,
    subnets: [subnet("subnet-00000001", "eu-central-1a"), subnet("subnet-00000002", "eu-central-1b")],
  };
  const [first, second] = RIGHT.subnets;
  const AT = `${PATH}.network.existing`;
  const existing = { vpcId: VPC, privateSubnetIds: ["subnet-00000001", "subnet-00000002"] };
  const of = (network: Partial<PresentNetwork>, present: Partial<PresentCluster> = {}): string[] =>
    problemsOf({ network: { existing } }, { ...present, network: { ...RIGHT, ...network } });

  it("lets a cluster that runs fill its subnets", () => {
    const full = { subnets: RIGHT.subnets.map((one) => ({ ...one, freeAddresses: 0, hasWayOut: false })) };
    assert.deepEqual(of(full, { kubernetesVersion: "1.36" }), []);
  });

  it("accepts private subnets with a way out in two zones", () => {
    assert.deepEqual(of({}), []);
  });

  it("refuses public subnets, small ones and those of another VPC, each by its place", () => {
    assert.deepEqual(
      of({
        subnets: [
          { ...first!, isPublic: true },
          { ...second!, freeAddresses: 5 },
        ],
      }),
      [
        `${AT}.privateSubnetIds[0]: subnet-00000001 is public, a route of it leads to an internet gateway: name private subnets`,
        `${AT}.privateSubnetIds[1]: subnet-00000002 has 5 free addresses; beside nodes and pods EKS needs 6 and advises 16: name another`,
      ],
    );
    assert.deepEqual(of({ subnets: [first!, { ...second!, freeAddresses: 9 }] }), [
      `warning: ${AT}.privateSubnetIds[1]: subnet-00000002 has 9 free addresses; beside nodes and pods EKS needs 6 and advises 16: name another`,
    ]);
    assert.deepEqual(of({ subnets: [first!, { ...second!, vpcId: "vpc-00000009" }] }), [
      `${AT}.privateSubnetIds[1]: subnet-00000002 is in vpc-00000009, not in vpc-00000001: name subnets of one VPC`,
    ]);
  });

  it("refuses subnets of one zone", () => {
    assert.deepEqual(of({ subnets: [first!, { ...second!, zone: "eu-central-1a" }] }), [
      `${AT}.privateSubnetIds: all subnets are in eu-central-1a, and EKS needs two zones: add one in another zone`,
    ]);
  });

  it("warns of subnets without a way out", () => {
    assert.deepEqual(of({ subnets: [{ ...first!, hasWayOut: false }, second!] }), [
      `warning: ${AT}.privateSubnetIds[0]: subnet-00000001 has no route out of the VPC: images and weights come only through endpoints and ` +
        "mirrors of your own",
    ]);
  });

  it("refuses a VPC without DNS, and Services' addresses within it", () => {
    assert.deepEqual(of({ hasDns: false }), [
      `${AT}.vpcId: vpc-00000001 has DNS hostnames or DNS resolution off, and nodes could not register: turn both on`,
    ]);
    assert.deepEqual(of({ cidrs: ["10.40.0.0/16", "172.20.0.0/20"] }), [
      `${PATH}.network.serviceCidr: "172.20.0.0/16" overlaps the VPC's 172.20.0.0/20: use a range of its own`,
    ]);
  });
});

/** Answers of AWS, by the last part of the question's token. */
type Answers = Record<string, (inputs: Record<string, unknown>) => object>;

async function read(answers: Answers, changes: Config = {}): Promise<PresentCluster> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: ({ token, inputs }) => {
        const answer = answers[token.split(":").at(-1)!];
        if (answer === undefined) throw new Error(`nobody asks for ${token}`);
        return answer(inputs as Record<string, unknown>);
      },
    },
    "vllm",
    "test",
    false,
  );
  return readPresentCluster(builtCluster(changes), "cluster");
}

/** Every type that is asked for, in every zone. */
const ASKED_OF_ZONES: Answers = {
  getAvailabilityZones: () => ({ names: [...ZONES, "eu-central-1d"] }),
  getInstanceTypeOfferings: ({ filters }) => {
    const [{ values }] = filters as [{ values: string[] }];
    const offers = ZONES.flatMap((zone) => values.map((type) => ({ zone, type })));
    return { locations: offers.map(({ zone }) => zone), instanceTypes: offers.map(({ type }) => type) };
  },
};
/** What {@link ASKED_OF_ZONES} tells of the types of the fixtures. */
const KNOWN_ZONES = {
  ofCluster: ZONES,
  offering: Object.fromEntries(["m7i.large", "g6.2xlarge", "g6.4xlarge"].map((type) => [type, ZONES])),
};

describe("readPresentCluster", () => {
  const WITHOUT: Answers = {
    getClusters: () => ({ names: ["another"] }),
    getCallerIdentity: () => ({ arn: CALLER }),
    ...ASKED_OF_ZONES,
    getLogGroups: () => ({ logGroupNames: ["/aws/eks/llm-test/cluster-other"] }),
  };

  it("finds nothing where there is no cluster of that name", async () => {
    assert.deepEqual(await read(WITHOUT), { ...NONE, zones: KNOWN_ZONES });
  });

  it("tells a log group that EKS made for an earlier cluster from one of its own, which has a retention", async () => {
    const logs: Answers = { ...WITHOUT, getLogGroups: () => ({ logGroupNames: ["/aws/eks/llm-test/cluster"] }) };
    const { hasOldLogs } = await read({ ...logs, getLogGroup: () => ({ retentionInDays: 0 }) });
    assert.equal(hasOldLogs, true);
    const own = await read({ ...logs, getLogGroup: () => ({ retentionInDays: 90 }) });
    assert.equal(own.hasOldLogs, false);
  });

  it("finds the sizes of the cluster's groups by the names of their autoscaling groups", async () => {
    const size = (minSize: number, maxSize: number, desiredSize: number) => [{ minSize, maxSize, desiredSize }];
    const groups: Record<string, object> = {
      "cluster-inference-l4-0123abc": {
        scalingConfigs: size(1, 4, 3),
        instanceTypes: ["g6.2xlarge"],
        releaseVersion: "r1",
        status: "ACTIVE",
      },
      "cluster-system-89abcde": {
        scalingConfigs: size(2, 4, 2),
        instanceTypes: ["m7i.large"],
        releaseVersion: "r2",
        status: "UPDATING",
      },
    };
    const present = await read({
      getClusters: () => ({ names: ["llm-test"] }),
      getCallerIdentity: () => ({ arn: CALLER }),
      ...ASKED_OF_ZONES,
      getCluster: ({ name }) => ({ name, version: "1.35" }),
      getAmiIds: ({ filters }) => {
        assert.deepEqual(filters, [{ name: "tag:eks:cluster-name", values: ["llm-test"] }]);
        const names = Object.keys(groups).map((name) => `eks-${name}-4ac3c5ee-1234-5678-9abc-def012345678`);
        return { names: [...names, "somebody-elses", "eks-other-0123abc-4ac3c5ee-1234-5678-9abc-def012345678"] };
      },
      getNodeGroup: ({ nodeGroupName }) => groups[nodeGroupName as string]!,
    });
    assert.deepEqual(present, {
      kubernetesVersion: "1.35",
      nodeGroups: {
        "inference-l4": {
          min: 1,
          max: 4,
          desired: 3,
          instanceTypes: ["g6.2xlarge"],
          amiRelease: "r1",
          status: "ACTIVE",
        },
        system: { min: 2, max: 4, desired: 2, instanceTypes: ["m7i.large"], amiRelease: "r2", status: "UPDATING" },
      },
      caller: CALLER,
      hasOldLogs: false,
      zones: KNOWN_ZONES,
    });
  });

  it("reads an existing VPC, and takes the main route table for a subnet without one of its own", async () => {
    const existing = { vpcId: "vpc-00000001", privateSubnetIds: ["subnet-00000001", "subnet-00000002"] };
    const { network } = await read(
      {
        ...WITHOUT,
        getVpc: () => ({
          cidrBlockAssociations: [{ cidrBlock: "10.0.0.0/16" }],
          enableDnsHostnames: true,
          enableDnsSupport: true,
        }),
        getSubnet: ({ id }) => ({
          vpcId: "vpc-00000001",
          availabilityZone: id === "subnet-00000001" ? "eu-central-1a" : "eu-central-1b",
          availableIpAddressCount: 100,
        }),
        getRouteTables: ({ filters }) => {
          const [{ name, values }] = filters as [{ name: string; values: string[] }];
          if (name === "association.main") return { ids: ["rtb-main"] };
          return { ids: values[0] === "subnet-00000001" ? ["rtb-own"] : [] };
        },
        getRouteTable: ({ routeTableId }) => ({
          routes: [
            { cidrBlock: "10.0.0.0/16", gatewayId: "local" },
            { cidrBlock: "0.0.0.0/0", gatewayId: routeTableId === "rtb-main" ? "igw-0123" : "" },
          ],
        }),
      },
      { network: { existing } },
    );
    const of = { vpcId: "vpc-00000001", freeAddresses: 100, hasWayOut: true };
    assert.deepEqual(network, {
      cidrs: ["10.0.0.0/16"],
      hasDns: true,
      subnets: [
        { ...of, id: "subnet-00000001", zone: "eu-central-1a", isPublic: false },
        { ...of, id: "subnet-00000002", zone: "eu-central-1b", isPublic: true },
      ],
    });
  });
});
