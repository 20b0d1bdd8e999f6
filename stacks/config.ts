/**
 * The whole stack config, parsed once: every key under `vllm:`, every problem at once. Nothing downstream reads config.
 */
import { z } from "zod";
import { checkCluster } from "../components/cluster/check.js";
import { type BuiltClusterConfig, builtClusterSchema, builtNodeGroupSchema } from "../components/cluster/schema.js";
import type { RuntimeContract } from "../components/contract/contract.js";
import { checkNodeGroup } from "../components/contract/nodeGroup.js";
import { joinPath, parse, salvage } from "../components/config/parse.js";
import { tooLarge } from "../components/config/size.js";
import { checkPlacements } from "../components/checks/load.js";
import type { NodeGroups } from "../components/derive/placement.js";
import { didYouMean, error, listOr, type Problem, quote, warning } from "../components/config/problems.js";
import { ADDON_NAMESPACES } from "../components/platform/namespaces.js";
import { addonsSchema } from "../components/platform/schema.js";
import { resolveModels, type ServedModel } from "../components/checks/resolve.js";
import { NAMESPACE } from "./namespace.js";
import { type ExistingClusterConfig, existingClusterSchema, stackConfigSchema } from "./schema.js";
import { type Secrets, takeSecrets } from "./secrets.js";

/** All but the cluster, which is of two kinds, and the models, which are resolved to contracts. */
const otherSchema = stackConfigSchema.omit({ cluster: true, models: true });
type Other = z.infer<typeof otherSchema>;

/** A cluster that is there, or one to build. */
export type ClusterConfig =
  { existing: ExistingClusterConfig; built?: undefined } | { built: BuiltClusterConfig; existing?: undefined };

export interface StackConfig extends Omit<Other, "huggingFaceToken"> {
  cluster: ClusterConfig;
  /** A secret: wrap it before it goes into a resource. */
  huggingFaceToken?: string;
  models: ServedModel[];
}

/** GPU node groups of a cluster of either kind. */
export function nodeGroupsOf({ existing, built }: ClusterConfig): NodeGroups {
  return existing === undefined ? built.gpuNodes : existing.gpuNodes;
}

/** Releases whose weights the hub gives only to those that it knows. */
export function gatedReleases(models: readonly ServedModel[]): RuntimeContract[] {
  return models.flatMap(({ releases }) => [...releases.values()]).filter(({ model }) => model.gated);
}

export interface ParsedConfig {
  /** Absent when there is an error. */
  config?: StackConfig;
  /** Errors and warnings, in the order of the config. */
  problems: Problem[];
}

const PLACEHOLDER: Other = {
  namespace: "vllm",
  platform: {
    prometheus: { url: "http://placeholder", namespace: "monitoring", podMonitorLabels: {} },
    addons: addonsSchema.parse({}),
  },
  access: {},
};

/**
 * Parses a stack's config.
 *
 * @param given the values by key without `vllm:`; structured ones already read from YAML or JSON
 * @param encrypted paths without `vllm:` of the values that are encrypted, such as `cluster.existing.kubeconfig`; a key alone,
 *   such as `cluster`, says that there is one somewhere in it
 */
export function parseStackConfig(
  given: Readonly<Record<string, unknown>>,
  encrypted: readonly string[] = [],
  today = new Date(),
): ParsedConfig {
  const wrong = Object.entries(given).flatMap(([key, value]) => {
    const large = tooLarge(value);
    return large === undefined ? [] : [error(`${NAMESPACE}:${key}`, large)];
  });
  if (wrong.length > 0) return { problems: wrong };
  const { values, secrets, problems, review } = takeSecrets(given, encrypted);
  const parsed = parseValues(values, today);
  const all = [...review(parsed.problems), ...problems];
  if (parsed.config === undefined || all.some(({ severity }) => severity === "error")) return { problems: all };
  return { config: withSecrets(parsed.config, secrets), problems: all };
}

/** Puts the secrets back in their places. */
function withSecrets(config: StackConfig, secrets: Secrets): StackConfig {
  const { existing } = config.cluster;
  const kubeconfig = secrets["cluster.existing.kubeconfig"];
  const { huggingFaceToken } = secrets;
  return {
    ...config,
    ...(existing !== undefined && kubeconfig !== undefined && { cluster: { existing: { ...existing, kubeconfig } } }),
    ...(huggingFaceToken !== undefined && { huggingFaceToken }),
  };
}

/** Parses what is left of the config without its secrets, of which a placeholder says where they are. */
function parseValues(values: Readonly<Record<string, unknown>>, today: Date): ParsedConfig {
  const { models: modelValues, cluster: clusterValue, ...others } = values;
  const prefix = `${NAMESPACE}:`;
  const problems: Problem[] = [];
  const known = Object.keys(stackConfigSchema.shape);
  for (const key of Object.keys(values).filter((key) => !known.includes(key))) {
    problems.push(error(prefix + key, `unknown key${didYouMean(key, known) || "."} Allowed: ${listOr(known)}`));
  }
  const { cluster, problems: clusterProblems } = parseCluster(clusterValue, `${prefix}cluster`, today);
  const other = salvage(otherSchema, others, PLACEHOLDER);
  const resolved = resolveModels(modelValues, `${prefix}models`);
  const all = [
    problems,
    clusterProblems,
    ...Object.entries(otherSchema.shape).map(([key, schema]) => parse(schema, others[key], prefix + key).problems),
    resolved.problems,
    // Groups that are wrong in shape have been reported, and say nothing of where a model fits.
    cluster === undefined
      ? []
      : checkPlacements(
          resolved.models,
          nodeGroupsOf(cluster),
          `${prefix}models`,
          `${prefix}cluster.${cluster.existing === undefined ? "" : "existing."}gpuNodes`,
        ),
    "huggingFaceToken" in others && other.huggingFaceToken === undefined ? [] : checkTokens(other, resolved.models),
    checkNamespace(cluster, other),
    missingAddons(cluster, other),
    checkAutoscaler(cluster, other),
  ].flat();
  if (cluster === undefined || all.some(({ severity }) => severity === "error")) return { problems: all };
  return { config: { ...other, cluster, models: resolved.models }, problems: all };
}

/** A cluster of either kind; it is absent where its shape is wrong. */
function parseCluster(value: unknown, path: string, today: Date): { cluster?: ClusterConfig; problems: Problem[] } {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { problems: parse(z.strictObject({}), value, path).problems };
  }
  const known = ["existing", ...Object.keys(builtClusterSchema.shape)];
  if (!Object.keys(value).some((key) => known.includes(key))) {
    const unknown = Object.keys(value).map((key) => `; ${quote(key)} is unknown${didYouMean(key, known)}`);
    const message = "names no cluster: give existing, or the name, kubernetesVersion and gpuNodes of one to build";
    return { problems: [error(path, message + unknown.join(""))] };
  }
  if (!("existing" in value)) {
    const parsed = parse(builtClusterSchema, value, path);
    if (parsed.value === undefined) {
      // What is right of it is checked all the same.
      const sound = soundCluster(value);
      return { problems: [...parsed.problems, ...(sound === undefined ? [] : checkCluster(sound, path, today))] };
    }
    return { cluster: { built: parsed.value }, problems: checkCluster(parsed.value, path, today) };
  }
  const both = Object.keys(value).filter((key) => key in builtClusterSchema.shape);
  if (both.length > 0) {
    const message = `an existing cluster and one to build are both described (${both.join(", ")}): leave out existing, or the others`;
    return { problems: [error(path, message)] };
  }
  const parsed = parse(existingClusterSchema, value, path);
  if (parsed.value === undefined) return parsed;
  const { existing } = parsed.value;
  const problems = Object.entries(existing.gpuNodes ?? {}).flatMap(([name, group]) =>
    checkNodeGroup(group, joinPath(`${path}.existing.gpuNodes`, [name])),
  );
  return { cluster: { existing }, problems };
}

/** Namespaces that are not the stack's to make. */
function checkNamespace(cluster: ClusterConfig | undefined, { namespace, platform }: Other): Problem[] {
  const path = `${NAMESPACE}:namespace`;
  if (namespace === "default" || namespace.startsWith("kube-")) {
    return [
      error(path, `"${namespace}" is Kubernetes' own, and the stack makes and destroys its namespace: use another`),
    ];
  }
  const addons = [...Object.values(ADDON_NAMESPACES), platform.prometheus.namespace];
  if (cluster?.built !== undefined && addons.includes(namespace)) {
    return [error(path, `"${namespace}" is the namespace of an add-on: use another`)];
  }
  return [];
}

/** A cluster that is built here has only what the stack installs. */
function missingAddons(cluster: ClusterConfig | undefined, { platform: { addons } }: Other): Problem[] {
  if (cluster?.built === undefined) return [];
  return (["devicePlugin", "keda", "prometheus"] as const)
    .filter((addon) => addons[addon].install === false)
    .map((addon) =>
      warning(
        `${NAMESPACE}:platform.addons.${addon}.install`,
        "models need it: install it otherwise, before the models come",
      ),
    );
}

/** The autoscaler gets its rights in AWS with the cluster. */
function checkAutoscaler(cluster: ClusterConfig | undefined, { platform }: Other): Problem[] {
  if (cluster?.existing === undefined || platform.addons.clusterAutoscaler.install !== true) return [];
  const path = `${NAMESPACE}:platform.addons.clusterAutoscaler.install`;
  return [
    error(
      path,
      "needs a cluster that the stack builds, for its rights in AWS: leave it out, and install it with the cluster",
    ),
  ];
}

/** A cluster of the parts that are right in shape. */
function soundCluster(value: object): BuiltClusterConfig | undefined {
  const salvaged = salvage(builtClusterSchema, value, CLUSTER_PLACEHOLDER);
  const groups = Object.entries(salvaged.gpuNodes ?? {}).filter(
    ([, group]) => builtNodeGroupSchema.safeParse(group).success,
  );
  return builtClusterSchema.safeParse({ ...salvaged, gpuNodes: Object.fromEntries(groups) }).data;
}

/** What stands in for a cluster's wrong values, chosen to pass the checks that are not about them. */
const CLUSTER_PLACEHOLDER = builtClusterSchema.parse({ name: "placeholder", kubernetesVersion: "1.36", gpuNodes: {} });

/** A gated model without a token would fail only once its pod asks the hub. */
function checkTokens({ huggingFaceToken }: Other, models: readonly ServedModel[]): Problem[] {
  const gated = gatedReleases(models);
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
