/** A cluster on AWS that every rule accepts, as a program without our components would write it. */
import type { PolicyInput } from "../../tools/policyRunner.js";
import { type Json, resource } from "./fixtures.js";

type Changes = { [key: string]: Json };

const ACCOUNT = "111122223333";
export const KEY_ARN = `arn:aws:kms:us-east-1:${ACCOUNT}:key/3d8f`;

export const GPU_TAINT = { key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE" };

/** A good group of GPU nodes, on demand. */
export function nodeGroup(changes: Changes = {}): PolicyInput {
  return resource("aws:eks/nodeGroup:NodeGroup", "gpu", {
    clusterName: "models",
    nodeRoleArn: `arn:aws:iam::${ACCOUNT}:role/node`,
    subnetIds: ["subnet-1"],
    scalingConfig: { minSize: 0, maxSize: 4, desiredSize: 0 },
    instanceTypes: ["g6.2xlarge"],
    amiType: "AL2023_x86_64_NVIDIA",
    capacityType: "ON_DEMAND",
    taints: [GPU_TAINT],
    launchTemplate: { id: "lt-1", version: "1" },
    nodeRepairConfig: { enabled: true },
    ...changes,
  });
}

/** The same by AWS Native. */
export function nativeNodeGroup(changes: Changes = {}): PolicyInput {
  return { ...nodeGroup(changes), type: "aws-native:eks:Nodegroup" };
}

/** The same by pulumi-eks. */
export function managedNodeGroup(changes: Changes = {}): PolicyInput {
  return resource("eks:index:ManagedNodeGroup", "gpu-component", {
    instanceTypes: ["g6.2xlarge"],
    amiType: "AL2023_x86_64_NVIDIA",
    taints: [GPU_TAINT],
    launchTemplate: { id: "lt-1", version: "1" },
    ...changes,
  });
}

export function cluster(changes: Changes = {}): PolicyInput {
  return resource("aws:eks/cluster:Cluster", "models", {
    roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
    vpcConfig: { subnetIds: ["subnet-1"], endpointPrivateAccess: true, endpointPublicAccess: false },
    encryptionConfig: { provider: { keyArn: KEY_ARN }, resources: ["secrets"] },
    enabledClusterLogTypes: ["api", "audit", "authenticator"],
    accessConfig: { authenticationMode: "API" },
    deletionProtection: true,
    ...changes,
  });
}

/** The same by pulumi-eks. */
export function componentCluster(changes: Changes = {}): PolicyInput {
  return resource("eks:index:Cluster", "models-component", {
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
    encryptionConfigKeyArn: KEY_ARN,
    enabledClusterLogTypes: ["api", "audit", "authenticator"],
    authenticationMode: "API",
    deletionProtection: true,
    skipDefaultNodeGroup: true,
    ...changes,
  });
}

/** The same by AWS Native. */
export function nativeCluster(changes: Changes = {}): PolicyInput {
  return resource("aws-native:eks:Cluster", "models-native", {
    roleArn: `arn:aws:iam::${ACCOUNT}:role/cluster`,
    resourcesVpcConfig: { subnetIds: ["subnet-1"], endpointPrivateAccess: true, endpointPublicAccess: false },
    encryptionConfig: [{ provider: { keyArn: KEY_ARN }, resources: ["secrets"] }],
    logging: { clusterLogging: { enabledTypes: [{ type: "api" }, { type: "audit" }, { type: "authenticator" }] } },
    accessConfig: { authenticationMode: "API" },
    deletionProtection: true,
    ...changes,
  });
}

/** A cluster of pulumi-eks with the default node group, which has these properties. */
export function defaultGroup(changes: Changes = {}): PolicyInput {
  return componentCluster({ skipDefaultNodeGroup: undefined, nodeGroupOptions: selfManaged(changes) });
}

function selfManaged(changes: Changes): Changes {
  return {
    instanceType: "g6.2xlarge",
    gpu: true,
    taints: { "nvidia.com/gpu": { value: "true", effect: "NoSchedule" } },
    nodeRootVolumeEncrypted: true,
    nodeAssociatePublicIpAddress: false,
    ...changes,
  };
}

/** A self-managed group of GPU nodes by pulumi-eks; `imdsv2` and `node-repair` accept none. */
export function selfManagedGroup(changes: Changes = {}): PolicyInput {
  return resource("eks:index:NodeGroupV2", "gpu-self-managed", selfManaged(changes));
}

/** The first of pulumi-eks' components of that kind. */
export function firstNodeGroup(changes: Changes = {}): PolicyInput {
  return resource("eks:index:NodeGroup", "gpu-first", selfManaged(changes));
}

/** A Karpenter pool of GPU nodes, on demand. @param changes over its spec @param node over the spec of its nodes */
export function nodePool(changes: Changes = {}, node: Changes = {}, labels: Changes = {}): PolicyInput {
  return resource("kubernetes:karpenter.sh/v1:NodePool", "gpu-pool", {
    metadata: { name: "gpu" },
    spec: {
      template: {
        metadata: { labels },
        spec: {
          nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name: "gpu" },
          requirements: [
            { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
            { key: "karpenter.k8s.aws/instance-family", operator: "In", values: ["g6", "g6e"] },
          ],
          taints: [{ key: "nvidia.com/gpu", value: "true", effect: "NoSchedule" }],
          ...node,
        },
      },
      disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: "10m" },
      limits: { "nvidia.com/gpu": 8 },
      ...changes,
    },
  });
}

/** How Karpenter launches them. @param changes over its spec */
export function nodeClass(changes: Changes = {}): PolicyInput {
  return resource("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "gpu-class", {
    metadata: { name: "gpu" },
    spec: {
      role: "node",
      amiSelectorTerms: [{ alias: "al2023@v20240625" }],
      subnetSelectorTerms: [{ id: "subnet-1" }],
      securityGroupSelectorTerms: [{ id: "sg-1" }],
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: "200Gi", encrypted: true } }],
      ...changes,
    },
  });
}

export function launchTemplate(changes: Changes = {}): PolicyInput {
  return resource("aws:ec2/launchTemplate:LaunchTemplate", "gpu-template", {
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 200, encrypted: "true" } }],
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    ...changes,
  });
}

/** Of the first self-managed groups. */
export function launchConfiguration(changes: Changes = {}): PolicyInput {
  return resource("aws:ec2/launchConfiguration:LaunchConfiguration", "gpu-configuration", {
    imageId: "ami-1",
    instanceType: "g6.2xlarge",
    rootBlockDevice: { volumeSize: 200, encrypted: true },
    ebsBlockDevices: [{ deviceName: "/dev/xvdb", encrypted: true }],
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    ...changes,
  });
}

/** A launch template by AWS Native. */
export function nativeTemplate(changes: Changes = {}): PolicyInput {
  return resource("aws-native:ec2:LaunchTemplate", "gpu-native", {
    launchTemplateData: {
      blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 200, encrypted: true } }],
      metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
      ...changes,
    },
  });
}

export function instance(changes: Changes = {}): PolicyInput {
  return resource("aws:ec2/instance:Instance", "bastion", {
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    ...changes,
  });
}

export function volume(changes: Changes = {}): PolicyInput {
  return resource("aws:ebs/volume:Volume", "scratch", { availabilityZone: "us-east-1a", encrypted: true, ...changes });
}

export function fileSystem(changes: Changes = {}): PolicyInput {
  return resource("aws:efs/fileSystem:FileSystem", "weights", { encrypted: true, ...changes });
}

export function storageClass(changes: Changes = {}): PolicyInput {
  return resource("kubernetes:storage.k8s.io/v1:StorageClass", "gp3", {
    metadata: { name: "gp3" },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3", encrypted: "true" },
    ...changes,
  });
}

const READ_WEIGHTS = { Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::weights/*" };

/** A policy document of these statements. */
export function policyDocument(...Statement: Json[]): { [key: string]: Json } {
  return { Version: "2012-10-17", Statement };
}

export function policy(document: Json = JSON.stringify(policyDocument(READ_WEIGHTS))): PolicyInput {
  return resource("aws:iam/policy:Policy", "read-weights", { policy: document });
}

export function role(changes: Changes = {}): PolicyInput {
  const assumed = { Effect: "Allow", Principal: { Service: "pods.eks.amazonaws.com" }, Action: "sts:AssumeRole" };
  return resource("aws:iam/role:Role", "runtime", {
    assumeRolePolicy: JSON.stringify(policyDocument(assumed)),
    inlinePolicies: [{ name: "weights", policy: JSON.stringify(policyDocument(READ_WEIGHTS)) }],
    managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"],
    ...changes,
  });
}

export function attachment(policyArn: Json = "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"): PolicyInput {
  return resource("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "cni", { role: "node", policyArn });
}

/** One of each. */
export function goodCluster(): PolicyInput[] {
  return [
    cluster(),
    componentCluster(),
    nativeCluster(),
    nodeGroup(),
    nativeNodeGroup(),
    managedNodeGroup(),
    nodePool(),
    nodeClass(),
    launchTemplate(),
    nativeTemplate(),
    launchConfiguration(),
    instance(),
    volume(),
    fileSystem(),
    storageClass(),
    policy(),
    role(),
    attachment(),
  ];
}
