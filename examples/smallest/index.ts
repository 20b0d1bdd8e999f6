/** A VPC, an EKS cluster with one group of L4 nodes, its add-ons, and one model. About $1.30 an hour. */
import * as aws from "@pulumi/aws";
import * as k8s from "@pulumi/kubernetes";
import {
  EksGpuCluster,
  loadCluster,
  loadModels,
  Platform,
  serveModels,
  servingEnvironment,
} from "../../components/index.js";

const gpuNodes = {
  l4: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.xlarge"], min: 1, max: 2 },
};
const { models, nodeGroups } = loadModels(
  {
    chat: {
      class: "interactive",
      route: { stable: "r1" },
      releases: {
        r1: {
          model: { id: "Qwen/Qwen3-0.6B", revision: "c1899de289a04d12100db370d81485cdf75e47ca" },
          image: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
          gpu: { type: "l4" },
          context: 16384,
          concurrency: { sequences: 16, inFlight: 48 },
        },
      },
    },
  },
  gpuNodes,
);

const name = "llm-smallest";
const NAMESPACE = "llm";
const cluster = new EksGpuCluster(name, {
  cluster: loadCluster({
    name,
    kubernetesVersion: "1.36",
    network: { zones: 2, natGateways: "single" },
    systemNodes: { min: 2 },
    // Where you run Pulumi: without it, the API server is reached from inside the VPC alone.
    publicEndpoint: { cidrs: ["203.0.113.0/24"] },
    gpuNodes,
  }),
});
const access = { clusterIdentifier: name, kubeconfig: cluster.kubeconfig };
const platform = new Platform(
  "platform",
  {
    clusterName: name,
    modelNamespaces: [NAMESPACE],
    aws: { region: aws.getRegionOutput().region, accountId: aws.getCallerIdentityOutput().accountId },
  },
  { provider: new k8s.Provider("platform", access, { dependsOn: cluster.ready }) },
);
// Models come after the add-ons and go before them: a provider of their own sees to both.
const provider = new k8s.Provider("models", access, { dependsOn: platform.ready });

const namespace = new k8s.core.v1.Namespace("llm", { metadata: { name: NAMESPACE } }, { provider }).metadata.name;
const environment = servingEnvironment(
  models,
  {
    namespace,
    partOf: name,
    priorityPrefix: "llm",
    monitoring: { prometheusUrl: platform.prometheusUrl!, namespace: "monitoring" },
    nodeGroups,
  },
  { provider },
);

export const live = serveModels(models, environment, { provider });
