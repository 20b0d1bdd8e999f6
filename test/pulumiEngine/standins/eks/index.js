// A stand-in for Pulumi's `eks` provider, for tests only: of its Cluster it makes the children that version 4.3.0 makes with the
// inputs that this project gives it (pulumi/pulumi-eks, v4.3.0, nodejs/eks/cluster/cluster.ts), without the `aws` command.
const aws = require("@pulumi/aws");
const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");
const { main } = require("@pulumi/pulumi/provider");

class Cluster extends pulumi.ComponentResource {
  constructor(name, args, opts) {
    super("eks:index:Cluster", name, {}, opts);
    const unmade = ["kubeProxyAddonOptions", "corednsAddonOptions"].filter((key) => args[key]?.enabled !== false);
    if (
      unmade.length > 0 ||
      args.useDefaultVpcCni !== true ||
      !args.skipDefaultNodeGroup ||
      !args.skipDefaultSecurityGroups
    ) {
      throw new Error(`the stand-in for eks makes no default add-ons, nodes or security groups (${unmade.join(", ")})`);
    }
    const child = { parent: this };
    const cluster = new aws.eks.Cluster(
      `${name}-eksCluster`,
      {
        name: args.name,
        roleArn: pulumi.output(args.serviceRole).apply((role) => role.arn),
        version: args.version,
        accessConfig: { authenticationMode: args.authenticationMode, bootstrapClusterCreatorAdminPermissions: true },
        bootstrapSelfManagedAddons: args.bootstrapSelfManagedAddons,
        enabledClusterLogTypes: args.enabledClusterLogTypes,
        encryptionConfig: { provider: { keyArn: args.encryptionConfigKeyArn }, resources: ["secrets"] },
        kubernetesNetworkConfig: { serviceIpv4Cidr: args.kubernetesServiceIpAddressRange, ipFamily: "ipv4" },
        upgradePolicy: args.upgradePolicy,
        deletionProtection: args.deletionProtection,
        vpcConfig: {
          subnetIds: args.subnetIds,
          endpointPrivateAccess: args.endpointPrivateAccess,
          endpointPublicAccess: args.endpointPublicAccess,
          publicAccessCidrs: args.publicAccessCidrs,
        },
        tags: pulumi.output(args.tags).apply((tags) => ({ Name: `${name}-eksCluster`, ...tags })),
      },
      {
        ...child,
        ignoreChanges: ["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"],
      },
    );
    const kubeconfig = pulumi
      .all([cluster.name, cluster.endpoint, args.providerCredentialOpts])
      .apply(([clusterName, server, { roleArn } = {}]) => {
        const command = ["eks", "get-token", "--cluster-name", clusterName, ...(roleArn ? ["--role", roleArn] : [])];
        return JSON.stringify({
          apiVersion: "v1",
          kind: "Config",
          clusters: [{ name: "kubernetes", cluster: { server } }],
          contexts: [{ name: "aws", context: { cluster: "kubernetes", user: "aws" } }],
          "current-context": "aws",
          users: [{ name: "aws", user: { exec: { command: "aws", args: command } } }],
        });
      });
    new k8s.Provider(`${name}-eks-k8s`, { kubeconfig }, child);
    this.state = { eksCluster: cluster, kubeconfigJson: kubeconfig, clusterSecurityGroupId: `sg-${name}` };
    this.registerOutputs(this.state);
  }
}

const provider = {
  version: "4.3.0",
  async construct(name, type, inputs, options) {
    if (type !== "eks:index:Cluster") throw new Error(`the stand-in for eks makes no ${type}`);
    const cluster = new Cluster(name, inputs, options);
    return { urn: cluster.urn, state: cluster.state };
  },
};

main(provider, process.argv.slice(2));
