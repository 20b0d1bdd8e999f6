// A stand-in for Pulumi's `aws` provider, for tests only: it keeps state and asks nobody.
const { isDeepStrictEqual } = require("node:util");
const { main } = require("@pulumi/pulumi/provider");

const REGION = "us-east-1";
const ACCOUNT = "123456789012";

/** Inputs whose change replaces a resource, as far as these tests change any. */
const REPLACED_BY = {
  "aws:ec2/vpc:Vpc": ["cidrBlock"],
  "aws:ec2/subnet:Subnet": ["cidrBlock", "availabilityZone", "vpcId"],
  "aws:eks/cluster:Cluster": ["name", "roleArn"],
  "aws:eks/nodeGroup:NodeGroup": ["amiType", "capacityType", "instanceTypes", "subnetIds"],
};

const ANSWERS = {
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
    id: REGION,
    names: ["a", "b", "c", "d", "e", "f"].map((zone) => REGION + zone),
  }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": () => ({
    id: REGION,
    locations: ["a", "b", "d"].map((zone) => REGION + zone),
  }),
  "aws:index/getRegion:getRegion": () => ({ id: REGION, region: REGION }),
  "aws:index/getPartition:getPartition": () => ({ id: "aws", partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({ id: ACCOUNT, accountId: ACCOUNT }),
  "aws:eks/getAddonVersion:getAddonVersion": ({ addonName }) => ({ id: addonName, version: "v1.0.0-eksbuild.1" }),
};

/** `{type, name}` of a URN; the type without those of its parents. */
function parse(urn) {
  const [, , types, ...name] = urn.split("::");
  return { type: types.split("$").pop(), name: name.join("::") };
}

/** What AWS would add to the inputs, as far as the program reads it. */
function computed({ type, name }, inputs) {
  const arn = `arn:aws:${type.split(/[:/]/)[1]}:${REGION}:${ACCOUNT}:${name}`;
  switch (type) {
    case "aws:eks/cluster:Cluster":
      return { arn, endpoint: "https://127.0.0.1:6443", certificateAuthority: { data: "" } };
    case "aws:eks/nodeGroup:NodeGroup":
      return { arn, nodeGroupName: name, resources: [{ autoscalingGroups: [{ name: `eks-${name}` }] }] };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { arn, latestVersion: 1 };
    case "aws:ec2/eip:Eip":
      return { arn, allocationId: `eipalloc-${name}` };
    case "aws:iam/role:Role":
      return { arn, name: inputs.name ?? name };
    default:
      return { arn };
  }
}

const provider = {
  version: "7.48.0",

  async check(urn, olds, news) {
    return { inputs: news };
  },

  async diff(id, urn, olds, news) {
    const before = olds.__inputs ?? {};
    const replaces = (REPLACED_BY[parse(urn).type] ?? []).filter((key) => !isDeepStrictEqual(before[key], news[key]));
    return { changes: !isDeepStrictEqual(before, news), replaces };
  },

  async create(urn, inputs) {
    const resource = parse(urn);
    return { id: inputs.name ?? resource.name, outs: { ...inputs, ...computed(resource, inputs), __inputs: inputs } };
  },

  async update(id, urn, olds, news) {
    return { outs: { ...news, ...computed(parse(urn), news), __inputs: news } };
  },

  async read(id, urn, props) {
    return { id, props, inputs: props.__inputs };
  },

  async delete() {},

  async invoke(token, inputs) {
    const answer = ANSWERS[token];
    if (answer === undefined) throw new Error(`the stand-in for aws has no answer to ${token}`);
    return { outputs: answer(inputs) };
  },
};

main(provider, process.argv.slice(2));
