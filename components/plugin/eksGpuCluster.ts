import * as pulumi from "@pulumi/pulumi";
import { checkCluster, loadCluster } from "../cluster/check.js";
import { EksGpuCluster as Cluster } from "../cluster/eksGpuCluster.js";
import { error, formatProblem, throwIfErrors } from "../config/problems.js";
import { withInputErrors } from "./inputErrors.js";

/** Inputs of {@link EksGpuCluster}. */
export interface EksGpuClusterArgs {
  /** The cluster, in the shape of `vllm:cluster` in docs/configuration.md. Plain data, known when the program runs. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the analyzer of component schemas takes for any JSON
  cluster: any;
  /** Tags of everything that can have some. Default: none. */
  tags?: { [key: string]: string };
  /** Profile of the AWS command's configuration by which the kubeconfig asks for tokens. Default: the environment decides. */
  profile?: string;
  /** Role by which the kubeconfig asks for tokens. Default: none. */
  roleArn?: string;
}

const NO_KARPENTER =
  '"karpenter" takes NodePools beside the cluster, which this component does not make: use managed, or the TypeScript package\'s ' +
  "EksGpuCluster, Platform and KarpenterNodes";

/** An EKS cluster with GPU node groups, from a VPC to schedulable GPUs. */
export class EksGpuCluster extends pulumi.ComponentResource {
  /** Name of the cluster. */
  public readonly clusterName: pulumi.Output<string>;
  /** A kubeconfig without credentials: it asks the `aws` command for a token. */
  public readonly kubeconfig: pulumi.Output<string>;

  constructor(name: string, args: EksGpuClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:index:EksGpuCluster", name, {}, opts);
    const cluster = withInputErrors("EksGpuCluster", () => {
      const loaded = loadCluster(args.cluster);
      // NodePools go through Karpenter's CRDs, which come with an add-on, after the cluster.
      if (loaded.nodes === "karpenter") throwIfErrors([error("cluster.nodes", NO_KARPENTER)]);
      return loaded;
    });
    const warnings = checkCluster(cluster, "cluster", new Date());
    for (const warning of warnings) void pulumi.log.warn(formatProblem(warning), this);
    const { profile, roleArn } = args;
    const credentials = { ...(profile !== undefined && { profile }), ...(roleArn !== undefined && { roleArn }) };
    const built = new Cluster(name, { cluster, tags: args.tags, credentials }, { parent: this });
    this.clusterName = built.clusterName;
    this.kubeconfig = built.kubeconfig;
    this.registerOutputs({ clusterName: this.clusterName, kubeconfig: this.kubeconfig });
  }
}
