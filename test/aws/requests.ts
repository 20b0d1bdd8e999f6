/**
 * What AWS would be asked for resources of the program, judged by AWS' own models of its requests.
 *
 * The provider's part is put in here: which operation makes a resource, and how it names each input. Source: `Create` of each
 * resource in internal/service of hashicorp/terraform-provider-aws, which @pulumi/aws is made of.
 */
import models from "./fixtures/requestShapes.json";

export type Service = "eks" | "ec2" | "autoscaling";
type Inputs = Record<string, unknown>;

/** One request. */
export interface AwsRequest {
  service: Service;
  operation: string;
  body: Inputs;
}

/** A shape of a model: https://smithy.io/2.0/spec/model.html, as botocore writes it. */
interface Shape {
  type: string;
  required?: string[];
  members?: Record<string, string>;
  member?: string;
  key?: string;
  value?: string;
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
}

interface Model {
  inputs: Record<string, string>;
  shapes: Record<string, Shape>;
}

function modelOf(service: Service): Model {
  return models[service];
}

/** The values that a shape takes. */
export function valuesOf(service: Service, shape: string): string[] {
  return modelOf(service).shapes[shape]!.enum!;
}

/** Every operation that there is a model of. */
export const OPERATIONS = (["eks", "ec2", "autoscaling"] as const).flatMap((service) =>
  Object.keys(modelOf(service).inputs),
);

/** EC2 and Auto Scaling have names with a capital. */
function capitalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalised);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key[0]!.toUpperCase() + key.slice(1), capitalised(inner)]),
  );
}

function tagList(tags: unknown): object[] {
  return Object.entries(tags as Record<string, string>).map(([Key, Value]) => ({ Key, Value }));
}

/** A request to EC2, whose tags go with the type of what they are for. */
function ofEc2(operation: string, resourceType: string, { tags, ...inputs }: Inputs): AwsRequest {
  const body = capitalised(inputs) as Inputs;
  return {
    service: "ec2",
    operation,
    body: { ...body, TagSpecifications: [{ ResourceType: resourceType, Tags: tagList(tags) }] },
  };
}

function launchTemplate(name: string, inputs: Inputs): AwsRequest {
  // `updateDefaultVersion` is the provider's own.
  const { updateDefaultVersion: _, tags, tagSpecifications, blockDeviceMappings, ...data } = inputs;
  const disks = (blockDeviceMappings as { ebs: Inputs }[]).map(({ ebs, ...mapping }) => ({
    ...mapping,
    // The provider takes these as text, to tell false from nothing.
    ebs: { ...ebs, encrypted: ebs["encrypted"] === "true", deleteOnTermination: ebs["deleteOnTermination"] === "true" },
  }));
  const specifications = (tagSpecifications as { resourceType: string; tags: unknown }[]).map((of) => ({
    ResourceType: of.resourceType,
    Tags: tagList(of.tags),
  }));
  return ofEc2("CreateLaunchTemplate", "launch-template", {
    launchTemplateName: name,
    launchTemplateData: { ...data, blockDeviceMappings: disks, TagSpecifications: specifications },
    tags,
  });
}

/** pulumi-eks' component: `createCore` in nodejs/eks/cluster/cluster.ts of pulumi/pulumi-eks, 4.3.0. */
function controlPlane(inputs: Inputs, name: string): AwsRequest {
  return {
    service: "eks",
    operation: "CreateCluster",
    body: {
      name: inputs["name"],
      version: inputs["version"],
      // The role is an object of its own.
      roleArn: "arn:aws:iam::123456789012:role/cluster-control-plane",
      resourcesVpcConfig: {
        subnetIds: inputs["subnetIds"],
        endpointPrivateAccess: inputs["endpointPrivateAccess"],
        endpointPublicAccess: inputs["endpointPublicAccess"],
        ...(inputs["publicAccessCidrs"] !== undefined && { publicAccessCidrs: inputs["publicAccessCidrs"] }),
      },
      kubernetesNetworkConfig: { serviceIpv4Cidr: inputs["kubernetesServiceIpAddressRange"], ipFamily: "ipv4" },
      logging: { clusterLogging: [{ types: inputs["enabledClusterLogTypes"], enabled: true }] },
      encryptionConfig: [{ resources: ["secrets"], provider: { keyArn: inputs["encryptionConfigKeyArn"] } }],
      accessConfig: {
        authenticationMode: inputs["authenticationMode"],
        bootstrapClusterCreatorAdminPermissions: true,
      },
      bootstrapSelfManagedAddons: inputs["bootstrapSelfManagedAddons"],
      upgradePolicy: inputs["upgradePolicy"],
      deletionProtection: inputs["deletionProtection"],
      tags: { Name: `${name}-eksCluster`, ...(inputs["tags"] as Inputs) },
    },
  };
}

const ofEks = (operation: string, body: Inputs): AwsRequest => ({ service: "eks", operation, body });

/** By the last part of a resource's type. Inputs that no request takes here are those of a second one, which changes an attribute. */
const REQUESTS: Record<string, (inputs: Inputs, name: string) => AwsRequest> = {
  "eks:index:Cluster": controlPlane,
  "aws:eks/nodeGroup:NodeGroup": ({ nodeRoleArn, subnetIds, ...rest }, name) =>
    ofEks("CreateNodegroup", { ...rest, nodegroupName: name, nodeRole: nodeRoleArn, subnets: subnetIds }),
  "aws:eks/addon:Addon": ({ resolveConflictsOnCreate, resolveConflictsOnUpdate: _, ...rest }) =>
    ofEks("CreateAddon", { ...rest, resolveConflicts: resolveConflictsOnCreate }),
  "aws:eks/accessEntry:AccessEntry": (inputs) => ofEks("CreateAccessEntry", inputs),
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": (inputs) => ofEks("AssociateAccessPolicy", inputs),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": (inputs) => ofEks("CreatePodIdentityAssociation", inputs),
  "aws:ec2/launchTemplate:LaunchTemplate": (inputs, name) => launchTemplate(name, inputs),
  "aws:ec2/vpc:Vpc": ({ enableDnsHostnames: _, enableDnsSupport: __, ...rest }) => ofEc2("CreateVpc", "vpc", rest),
  "aws:ec2/subnet:Subnet": ({ mapPublicIpOnLaunch: _, ...rest }) => ofEc2("CreateSubnet", "subnet", rest),
  "aws:ec2/natGateway:NatGateway": (inputs) => ofEc2("CreateNatGateway", "natgateway", inputs),
  "aws:ec2/eip:Eip": (inputs) => ofEc2("AllocateAddress", "elastic-ip", inputs),
  "aws:ec2/vpcEndpoint:VpcEndpoint": (inputs) => ofEc2("CreateVpcEndpoint", "vpc-endpoint", inputs),
  "aws:autoscaling/tag:Tag": ({ autoscalingGroupName, tag }) => ({
    service: "autoscaling",
    operation: "CreateOrUpdateTags",
    body: {
      Tags: [
        {
          ...(capitalised(tag) as Inputs),
          ResourceId: autoscalingGroupName,
          ResourceType: "auto-scaling-group",
        },
      ],
    },
  }),
};

/** The request that makes a resource; `undefined` for kinds that there is no model of here. */
export function requestOf({
  type,
  name,
  inputs,
}: {
  type: string;
  name: string;
  inputs: Inputs;
}): AwsRequest | undefined {
  return REQUESTS[type]?.(inputs, name);
}

/** Java's way to write characters beyond the first plane, in ours. */
function expression(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replace("\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\u{10000}-\\u{10FFFF}")})$`, "u");
}

function outOfBounds({ min = -Infinity, max = Infinity }: Shape, size: number): boolean {
  return size < min || size > max;
}

function problemsOf(value: unknown, name: string, { shapes }: Model, path: string): string[] {
  const shape = shapes[name]!;
  const inner = (part: unknown, of: string, at: string) => problemsOf(part, of, { inputs: {}, shapes }, at);
  const wrong = (why: string): string[] => [`${path}: ${JSON.stringify(value)} ${why}`];
  switch (shape.type) {
    case "structure": {
      if (value === null || typeof value !== "object" || Array.isArray(value)) return wrong("is no structure");
      const given = Object.entries(value).filter(([, part]) => part !== undefined);
      const keys = new Set(given.map(([key]) => key));
      const missing = (shape.required ?? []).filter((key) => !keys.has(key));
      return [
        ...missing.map((key) => `${path}.${key}: is missing`),
        ...given.flatMap(([key, part]) => {
          const member = shape.members?.[key];
          return member === undefined
            ? [`${path}.${key}: is no member of ${name}`]
            : inner(part, member, `${path}.${key}`);
        }),
      ];
    }
    case "list": {
      if (!Array.isArray(value)) return wrong("is no list");
      const own = outOfBounds(shape, value.length) ? wrong("has too few or too many items") : [];
      return [...own, ...value.flatMap((item, index) => inner(item, shape.member!, `${path}[${index}]`))];
    }
    case "map": {
      if (value === null || typeof value !== "object") return wrong("is no map");
      const entries = Object.entries(value);
      const own = outOfBounds(shape, entries.length) ? wrong("has too few or too many entries") : [];
      return [
        ...own,
        ...entries.flatMap(([key, part]) => [
          ...inner(key, shape.key!, `${path}.${key}`),
          ...inner(part, shape.value!, `${path}.${key}`),
        ]),
      ];
    }
    case "string": {
      if (typeof value !== "string") return wrong("is no string");
      if (shape.enum?.includes(value) === false) return wrong(`is not one of ${name}`);
      if (shape.pattern !== undefined && !expression(shape.pattern).test(value))
        return wrong(`is not ${shape.pattern}`);
      return outOfBounds(shape, value.length) ? wrong("is too short or too long") : [];
    }
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("is no boolean");
    case "integer":
      if (!Number.isInteger(value)) return wrong("is no integer");
      return outOfBounds(shape, value as number) ? wrong("is too small or too large") : [];
    default:
      return wrong(`is of a type that nobody has asked for yet: ${shape.type}`);
  }
}

/** What AWS would refuse of a request by its shape alone, one line each. */
export function refusals({ service, operation, body }: AwsRequest): string[] {
  const model = modelOf(service);
  return problemsOf(body, model.inputs[operation]!, model, operation);
}
