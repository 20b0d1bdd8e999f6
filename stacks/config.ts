/**
 * The whole stack config, parsed once: every key under `vllm:`, every problem at once. Nothing downstream reads config.
 */
import { z } from "zod";
import { checkNodeGroup, nodeGroupSchema } from "../components/contract/nodes.js";
import { joinPath, parse, salvage } from "../components/contract/parse.js";
import { checkCapacity, checkPlacement } from "../components/contract/placement.js";
import { didYouMean, error, listOr, type Problem, quote, warning } from "../components/contract/problems.js";
import { resolveModels, type ServedModel } from "../components/contract/resolve.js";
import { modelSchema } from "../components/contract/schema.js";

/** The start of every key: the project's name in Pulumi.yaml. */
export const NAMESPACE = "vllm";

const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is not a Kubernetes name: use lower-case letters, digits and dashes");
const cidr = z.cidrv4("is not an IPv4 range: use a form such as 10.0.0.0/16");

const clusterSchema = z
  .strictObject({
    existing: z
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
      .describe("A cluster that is there already, with KEDA, the Prometheus operator and NVIDIA's device plugin"),
  })
  .describe("Where to deploy");

const platformSchema = z
  .strictObject({
    prometheus: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: "is not an http or https URL" })
          .default("http://kube-prometheus-stack-prometheus.monitoring.svc:9090")
          .describe("Prometheus as KEDA reaches it"),
        namespace: dnsLabel.default("monitoring").describe("Namespace of Prometheus, which may read the metrics"),
        podMonitorLabels: z
          .record(z.string(), z.string())
          .default({})
          .describe("Labels that Prometheus selects PodMonitors by"),
      })
      .prefault({}),
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

/** The shape of everything under `vllm:`; the source of the JSON Schema. */
export const stackConfigSchema = z.strictObject({
  cluster: clusterSchema,
  namespace: dnsLabel.default("vllm").describe("Kubernetes namespace, made by the stack"),
  platform: platformSchema.prefault({}),
  access: accessSchema.prefault({}),
  huggingFaceToken: z.string().min(1).optional().describe("Token for gated models; set it with --secret"),
  models: z.record(z.string(), modelSchema).describe("Models by key"),
});

/** All but the models, which are resolved to contracts. */
const otherSchema = stackConfigSchema.omit({ models: true });
type Other = z.infer<typeof otherSchema>;

export interface StackConfig extends Omit<Other, "huggingFaceToken"> {
  /** A secret: wrap it before it goes into a resource. */
  huggingFaceToken?: string;
  models: ServedModel[];
}

export interface ParsedConfig {
  /** Absent when there is an error. */
  config?: StackConfig;
  /** Errors and warnings, in the order of the config. */
  problems: Problem[];
}

const PLACEHOLDER: Other = {
  cluster: { existing: { name: "" } },
  namespace: "vllm",
  platform: { prometheus: { url: "http://placeholder", namespace: "monitoring", podMonitorLabels: {} } },
  access: {},
};

/**
 * Parses a stack's config.
 *
 * @param values the values by key without `vllm:`; structured ones already read from YAML or JSON
 * @param secretKeys keys without `vllm:` that hold a secret, in whole or in part
 */
export function parseStackConfig(
  values: Readonly<Record<string, unknown>>,
  secretKeys: readonly string[] = [],
): ParsedConfig {
  const { models: modelValues, ...others } = values;
  const prefix = `${NAMESPACE}:`;
  const problems: Problem[] = [];
  const known = Object.keys(stackConfigSchema.shape);
  for (const key of Object.keys(values).filter((key) => !known.includes(key))) {
    problems.push(error(prefix + key, `unknown key${didYouMean(key, known) || "."} Allowed: ${listOr(known)}`));
  }
  for (const [key, schema] of Object.entries(otherSchema.shape)) {
    problems.push(...parse(schema, others[key], prefix + key).problems);
  }
  const other = salvage(otherSchema, others, PLACEHOLDER);
  const resolved = resolveModels(modelValues, `${prefix}models`);
  problems.push(
    ...resolved.problems,
    ...checkCluster(other, resolved.models, otherSchema.shape.cluster.safeParse(others["cluster"]).success),
    ...checkTokens(other, resolved.models),
    ...checkSecrets(other, secretKeys),
  );
  if (problems.some(({ severity }) => severity === "error")) return { problems };
  return { config: { ...other, models: resolved.models }, problems };
}

/** Node groups in themselves, and every contract against them. */
function checkCluster({ cluster }: Other, models: readonly ServedModel[], sound: boolean): Problem[] {
  // Groups that are wrong in shape have been reported, and say nothing of where a model fits.
  if (!sound) return [];
  const groups = cluster.existing.gpuNodes;
  const ownProblems = Object.entries(groups ?? {}).flatMap(([name, group]) =>
    checkNodeGroup(group, joinPath(`${NAMESPACE}:cluster.existing.gpuNodes`, [name])),
  );
  const path = `${NAMESPACE}:cluster.existing.gpuNodes`;
  const replicas = models.flatMap(({ route, warmSpares, releases }) =>
    [...releases].map(([release, contract]) => ({ contract, warmSpares: release === route.stable ? warmSpares : 0 })),
  );
  return [
    ...ownProblems,
    ...(ownProblems.length === 0 ? checkCapacity(replicas, groups, path) : []),
    ...models.flatMap((model) =>
      [...model.releases].flatMap(([release, contract]) =>
        checkPlacement(contract, groups, joinPath(`${NAMESPACE}:models`, [model.name, "releases", release])),
      ),
    ),
  ];
}

/** A gated model without a token would fail only once its pod asks the hub. */
function checkTokens({ huggingFaceToken }: Other, models: readonly ServedModel[]): Problem[] {
  const gated = models.flatMap(({ releases }) => [...releases.values()]).filter(({ model }) => model.gated);
  if (huggingFaceToken !== undefined) {
    return gated.length > 0 ? [] : [warning(`${NAMESPACE}:huggingFaceToken`, "no model is gated, so no pod gets it")];
  }
  return gated.map(({ name, release, model }) =>
    error(
      joinPath(`${NAMESPACE}:models`, [name, "releases", release, "model", "id"]),
      `${quote(model.id)} is gated, and there is no token: pulumi config set --secret ${NAMESPACE}:huggingFaceToken`,
    ),
  );
}

/** What would be readable in the stack file, and in the state. */
function checkSecrets({ cluster, huggingFaceToken }: Other, secretKeys: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (huggingFaceToken !== undefined && !secretKeys.includes("huggingFaceToken")) {
    const command = `pulumi config set --secret ${NAMESPACE}:huggingFaceToken`;
    problems.push(
      error(`${NAMESPACE}:huggingFaceToken`, `is in plain text in the stack file: ${command}, and revoke the token`),
    );
  }
  if (cluster.existing.kubeconfig !== undefined && !secretKeys.includes("cluster")) {
    const path = `${NAMESPACE}:cluster.existing.kubeconfig`;
    problems.push(
      error(
        path,
        `is in plain text in the stack file: pulumi config set --secret --path '${path}', and renew its credentials`,
      ),
    );
  }
  return problems;
}
