// A stand-in for Pulumi's `aws` provider, for tests only: it keeps state and asks nobody.
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
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

/** What there is in AWS: `{ clusters: { NAME: { version } }, groups: { AUTOSCALING_GROUP: { min, max, desired } } }`. */
const FILE = process.env.STANDIN_AWS_FILE;

function account() {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : { clusters: {}, groups: {} };
}

function changeAccount(change) {
  const all = account();
  change(all);
  writeFileSync(FILE, JSON.stringify(all));
}

/** In the form of Pulumi's names and EKS' around them. */
const autoscalingGroup = (name) => `eks-${name}-0123abc-12345678-1234-1234-1234-123456789abc`;

/** As EKS refuses it: https://github.com/terraform-aws-modules/terraform-aws-eks/issues/3521 */
function checkSizes({ minSize, maxSize, desiredSize }) {
  const refuse = (message) => {
    throw new Error(`InvalidParameterException: ${message}`);
  };
  if (minSize > desiredSize) refuse(`Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`);
  if (desiredSize > maxSize) refuse(`Desired capacity ${desiredSize} can't be greater than max size ${maxSize}`);
}

/** What AWS has after a resource was made or changed. */
function keep({ type, name }, inputs, before) {
  if (type === "aws:eks/cluster:Cluster") {
    changeAccount(({ clusters }) => (clusters[inputs.name] = { version: inputs.version }));
  }
  if (type === "aws:eks/nodeGroup:NodeGroup") {
    const { minSize: min, maxSize: max, desiredSize: desired } = inputs.scalingConfig;
    // Without a change of the sizes none is sent.
    if (before !== undefined && isDeepStrictEqual(before.scalingConfig, inputs.scalingConfig)) return;
    checkSizes(inputs.scalingConfig);
    changeAccount(({ groups }) => {
      groups[autoscalingGroup(name)] = { min, max, desired, instanceTypes: inputs.instanceTypes };
    });
  }
}

function forget({ type, name }, { name: own }) {
  if (type === "aws:eks/cluster:Cluster") changeAccount(({ clusters }) => delete clusters[own]);
  if (type === "aws:eks/nodeGroup:NodeGroup") changeAccount(({ groups }) => delete groups[autoscalingGroup(name)]);
}

const ANSWERS = {
  "aws:eks/getClusters:getClusters": () => ({ id: REGION, names: Object.keys(account().clusters) }),
  "aws:eks/getCluster:getCluster": ({ name }) => ({ id: name, name, ...account().clusters[name] }),
  "aws:autoscaling/getAmiIds:getAmiIds": () => ({ id: REGION, names: Object.keys(account().groups) }),
  "aws:eks/getNodeGroup:getNodeGroup": ({ nodeGroupName }) => {
    const [, group] = Object.entries(account().groups).find(([name]) => name.startsWith(`eks-${nodeGroupName}-`));
    const { min: minSize, max: maxSize, desired: desiredSize, instanceTypes } = group;
    return {
      id: nodeGroupName,
      scalingConfigs: [{ minSize, maxSize, desiredSize }],
      instanceTypes: instanceTypes ?? [],
      status: "ACTIVE",
    };
  },
  "aws:cloudwatch/getLogGroups:getLogGroups": () => ({ id: REGION, logGroupNames: [], arns: [] }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({
    id: REGION,
    names: ["a", "b", "c", "d", "e", "f"].map((zone) => REGION + zone),
  }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": ({ filters: [{ values }] }) => {
    const offers = ["a", "b", "d"].flatMap((zone) => values.map((type) => ({ zone: REGION + zone, type })));
    return { id: REGION, locations: offers.map(({ zone }) => zone), instanceTypes: offers.map(({ type }) => type) };
  },
  "aws:index/getRegion:getRegion": () => ({ id: REGION, region: REGION }),
  "aws:index/getPartition:getPartition": () => ({ id: "aws", partition: "aws" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    id: ACCOUNT,
    accountId: ACCOUNT,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deployer/session`,
  }),
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
      return { arn, nodeGroupName: name, resources: [{ autoscalingGroups: [{ name: autoscalingGroup(name) }] }] };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { arn, latestVersion: 1 };
    case "aws:ec2/eip:Eip":
      return { arn, allocationId: `eipalloc-${name}` };
    case "aws:iam/role:Role":
      return { arn, name: inputs.name ?? name };
    case "aws:fsx/lustreFileSystem:LustreFileSystem":
      return { arn, dnsName: `${name}.fsx.${REGION}.amazonaws.com`, mountName: "q5pdvb4v" };
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
    keep(resource, inputs);
    return { id: inputs.name ?? resource.name, outs: { ...inputs, ...computed(resource, inputs), __inputs: inputs } };
  },

  async update(id, urn, olds, news) {
    keep(parse(urn), news, olds.__inputs);
    return { outs: { ...news, ...computed(parse(urn), news), __inputs: news } };
  },

  async read(id, urn, props) {
    return { id, props, inputs: props.__inputs };
  },

  async delete(id, urn, props) {
    const resource = parse(urn);
    if (resource.type === "aws:eks/cluster:Cluster" && props.deletionProtection) {
      throw new Error("InvalidRequestException: the cluster has deletion protection: disable it first");
    }
    forget(resource, props);
  },

  async invoke(token, inputs) {
    const answer = ANSWERS[token];
    if (answer === undefined) throw new Error(`the stand-in for aws has no answer to ${token}`);
    return { outputs: answer(inputs) };
  },
};

main(provider, process.argv.slice(2));
