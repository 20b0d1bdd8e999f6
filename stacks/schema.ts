/** The shape of everything under `vllm:`; the source of types, of the JSON Schema and of docs/configuration.md. */
import { z } from "zod";
import { builtClusterSchema } from "../components/cluster/schema.js";
import { labelsSchema, nodeGroupSchema } from "../components/contract/nodes.js";
import { addonsSchema, dnsLabel } from "../components/platform/schema.js";
import { modelSchema } from "../components/contract/schema.js";

const cidr = z.cidrv4("is not an IPv4 range: use a form such as 10.0.0.0/16");

const existingSchema = z
  .strictObject({
    name: z.string().min(1).describe("The cluster's own name; changing it replaces everything"),
    context: z.string().min(1).optional().describe("Context of the kubeconfig; its current one unless said"),
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe("Contents of a kubeconfig, as a secret; the ambient one unless said"),
    gpuNodes: z
      .record(z.string(), nodeGroupSchema)
      .optional()
      .describe("GPU node groups that the cluster has; without them placement and cost are not checked"),
  })
  .describe("A cluster that is there already, with KEDA, the Prometheus operator and NVIDIA's device plugin");

/** `vllm:cluster` that names an existing cluster. */
export const existingClusterSchema = z.strictObject({ existing: existingSchema });

const platformSchema = z
  .strictObject({
    prometheus: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: "is not an http or https URL" })
          .default("http://kube-prometheus-stack-prometheus.monitoring.svc:9090")
          .describe("Prometheus as KEDA reaches it"),
        namespace: dnsLabel.default("monitoring").describe("Namespace of Prometheus, which may read the metrics"),
        podMonitorLabels: labelsSchema.default({}).describe("Labels that Prometheus selects PodMonitors by"),
      })
      .prefault({})
      .describe("Where Prometheus is; installed by the stack, it is where the stack puts it"),
    addons: addonsSchema.prefault({}),
  })
  .describe("What the cluster offers to the models");

const accessSchema = z
  .strictObject({
    clientNamespaces: z
      .array(dnsLabel)
      .min(1)
      .optional()
      .describe("Namespaces whose pods may send requests; the models' own unless said"),
    egressCidrs: z
      .array(cidr)
      .optional()
      .describe("Ranges reached by HTTPS for weights; all but private ones unless said"),
  })
  .describe("Who may talk to the models");

export const stackConfigSchema = z.strictObject({
  cluster: z.union([existingClusterSchema, builtClusterSchema]).describe("Where to deploy: existing, or one to build"),
  namespace: dnsLabel.default("vllm").describe("Kubernetes namespace, made by the stack"),
  platform: platformSchema.prefault({}),
  access: accessSchema.prefault({}),
  huggingFaceToken: z.string().min(1).optional().describe("Token for gated models; set it with --secret"),
  models: z.record(z.string(), modelSchema).describe("Models by key"),
});

/** Values that Pulumi keeps encrypted. */
export const SECRET_SCHEMAS: ReadonlySet<z.core.$ZodType> = new Set([
  stackConfigSchema.shape.huggingFaceToken.unwrap(),
  existingSchema.shape.kubeconfig.unwrap(),
]);

export type ExistingClusterConfig = z.infer<typeof existingSchema>;
