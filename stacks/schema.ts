/** The shape of everything under `vllm:`; the source of types, of the JSON Schema and of docs/configuration.md. */
import { z } from "zod";
import { builtClusterSchema } from "../components/cluster/schema.js";
import { labelsSchema, nodeGroupSchema } from "../components/contract/nodeGroup.js";
import { addonsSchema, dnsLabel } from "../components/platform/schema.js";
import { modelSchema } from "../components/contract/schema.js";

const cidr = z.cidrv4("is not an IPv4 range: use a form such as 10.0.0.0/16");

const existingSchema = z
  .strictObject({
    name: z.string().min(1).describe("Name that identifies the cluster; changing it replaces every resource"),
    context: z.string().min(1).optional().describe("Context of the kubeconfig; default: the current context"),
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe("Contents of a kubeconfig, as a secret; default: KUBECONFIG or ~/.kube/config"),
    gpuNodes: z
      .record(z.string(), nodeGroupSchema)
      .optional()
      .describe("GPU node groups of the cluster; without them placement, capacity and cost are not checked"),
  })
  .describe(
    "An existing cluster with KEDA, the Prometheus operator, NVIDIA's device plugin and a network plug-in that enforces NetworkPolicies",
  );

/** `vllm:cluster` that names an existing cluster. */
export const existingClusterSchema = z.strictObject({ existing: existingSchema });

const platformSchema = z
  .strictObject({
    prometheus: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: "is not an http or https URL" })
          .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
            error:
              "holds a user or a password, which would be plain text in every ScaledObject and in the state: leave them out " +
              "and let the network policy keep others away",
          })
          .refine((url) => !/[?#]/.test(url), { error: "holds a query or a fragment: give the address alone" })
          .default("http://kube-prometheus-stack-prometheus.monitoring.svc:9090")
          .describe("Address of Prometheus as KEDA reaches it; ignored where the stack installs Prometheus"),
        namespace: dnsLabel
          .default("monitoring")
          .describe(
            "Namespace of Prometheus: its pods may read the metrics; where the stack installs Prometheus, it goes there",
          ),
        podMonitorLabels: labelsSchema.default({}).describe("Labels that Prometheus selects PodMonitors by"),
      })
      .prefault({})
      .describe("Where Prometheus runs, or where the stack installs it"),
    addons: addonsSchema.prefault({}),
  })
  .describe("Monitoring and add-ons of the cluster");

const accessSchema = z
  .strictObject({
    clientNamespaces: z
      .array(dnsLabel)
      .min(1)
      .optional()
      .describe("Namespaces whose pods may send requests; default: the models' own"),
    egressCidrs: z
      .array(cidr)
      .optional()
      .describe(
        "Address ranges that pods may reach by HTTPS, for weights; default: all but private and link-local ones",
      ),
  })
  .describe("Who may send requests to the models, and where models may connect to");

export const stackConfigSchema = z.strictObject({
  cluster: z
    .union([existingClusterSchema, builtClusterSchema])
    .describe("Where to deploy: `existing` describes an existing cluster, the other keys one that the stack builds"),
  namespace: dnsLabel.default("vllm").describe("Kubernetes namespace of the models; the stack creates it"),
  platform: platformSchema.prefault({}),
  access: accessSchema.prefault({}),
  huggingFaceToken: z.string().min(1).optional().describe("Hugging Face token for gated models; set it with --secret"),
  models: z.record(z.string(), modelSchema).describe("Models by key"),
});

export type ExistingClusterConfig = z.infer<typeof existingSchema>;
