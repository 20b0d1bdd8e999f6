/**
 * The whole stack config, parsed once: every key under `vllm:`, every problem at once. Nothing downstream reads config.
 */
import { isDeepStrictEqual } from "node:util";
import { checkAlerts } from "../components/checks/alerts.js";
import { checkAround, checkQuota } from "../components/checks/batch/around.js";
import { resolveBatches, type ResolvedBatches } from "../components/checks/batch/resolve.js";
import { checkBudgets, checkPrices } from "../components/checks/budgets.js";
import { checkCache } from "../components/checks/cache.js";
import { checkGpuTypes } from "../components/checks/nodes/gpuTypes.js";
import { checkHubToken, needHubToken } from "../components/checks/hubToken.js";
import { checkPods } from "../components/checks/pod.js";
import { checkPlacements, type PlacedRelease } from "../components/checks/nodes/placement.js";
import { checkImage } from "../components/checks/release.js";
import { checkReach } from "../components/checks/reach.js";
import { checkRoutes } from "../components/checks/observability/routes.js";
import { checkTelemetry } from "../components/checks/observability/telemetry.js";
import { resolveModels, type ResolvedModels } from "../components/checks/resolve.js";
import type { BatchPlan } from "../components/derive/batch/plan.js";
import { gpuTypesOf } from "../components/derive/nodes/gpuTypes.js";
import type { ServedModel } from "../components/derive/servedModel.js";
import { parse } from "../components/config/parse.js";
import { given, isWrong, type Parts } from "../components/config/parts.js";
import { didYouMean, error, listOr, type Problem, warning } from "../components/config/problems.js";
import type { SecretRef } from "../components/config/secretRef.js";
import { tooLarge } from "../components/config/size.js";
import { GPUS } from "../components/facts/gpus.js";
import { checkAddonValues } from "../components/platform/addonValues.js";
import { ADDON_NAMESPACES, COLLECTOR_NAMESPACE } from "../components/platform/namespaces.js";
import { checkBuilt } from "./builtChecks.js";
import { withArchitectureFiles } from "./architectureFiles.js";
import { type ClusterConfig, nodeGroupsOf, parseCluster, type ParsedCluster } from "./clusterConfig.js";
import { NAMESPACE } from "./namespace.js";
import { checkPrometheus } from "./prometheusChecks.js";
import { checkServiceLevels } from "./serviceLevelChecks.js";
import { namespaceName, type PlainSections, plainSectionsSchema, stackConfigSchema } from "./schema.js";
import { type Secrets, takeSecrets } from "./secrets.js";

export interface StackConfig extends Omit<PlainSections, "huggingFaceToken"> {
  cluster: ClusterConfig;
  /** A secret: wrap it before it goes into a resource. */
  huggingFaceToken?: string | SecretRef;
  models: ServedModel[];
  batches: BatchPlan[];
}

export interface ParsedConfig {
  /** Absent when there is an error. */
  config?: StackConfig;
  /** Errors and warnings, in the order of the config. */
  problems: Problem[];
}

/**
 * Parses a stack's config.
 *
 * @param given the values by key without `vllm:`; structured ones already read from YAML or JSON
 * @param encrypted paths without `vllm:` of the values that are encrypted, such as `cluster.existing.kubeconfig`; a key alone,
 *   such as `cluster`, says that there is one somewhere in it
 * @param today the day to judge the Kubernetes version by
 * @param folder of the stack's file, beside which releases may keep files
 */
export function parseStackConfig(
  given: Readonly<Record<string, unknown>>,
  encrypted: readonly string[] = [],
  today = new Date(),
  folder = ".",
): ParsedConfig {
  const wrong = Object.entries(given).flatMap(([key, value]) => {
    const large = tooLarge(value);
    return large === undefined ? [] : [error(`${NAMESPACE}:${key}`, large)];
  });
  if (wrong.length > 0) return { problems: wrong };
  const { values, secrets, problems, review } = takeSecrets(given, encrypted);
  const files = withArchitectureFiles(values["models"], folder, `${NAMESPACE}:models`);
  const parsed = parseValues({ ...values, ...("models" in values && { models: files.models }) }, today);
  const all = [
    ...review([...files.problems, ...parsed.problems.filter((problem) => !files.unread.has(problem.path))]),
    ...problems,
  ];
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

const BATCH_PATH = `${NAMESPACE}:batch`;

/** The config as far as it is right, for checks that look at several sections. */
interface Sections {
  cluster: ParsedCluster;
  plain: Parts<PlainSections>;
  models: ResolvedModels;
  batches: ResolvedBatches;
  /** Releases of models, and those that batches state themselves. */
  releases: readonly PlacedRelease[];
}

/** A cache without a kind is not there: the engine insists on a default for each declared key, and gives `{}`. */
function unlessEmpty(section: unknown): unknown {
  return isDeepStrictEqual(section, {}) ? undefined : section;
}

/** Parses the config without its secrets; a placeholder marks where each one is. */
function parseValues(values: Readonly<Record<string, unknown>>, today: Date): ParsedConfig {
  const prefix = `${NAMESPACE}:`;
  const { models: modelValues, batch: batchValues, cluster: clusterValue, ...others } = values;
  const known = Object.keys(stackConfigSchema.shape);
  const plain = Object.entries(plainSectionsSchema.shape).map(
    ([key, schema]) =>
      [key, parse(schema, key === "cache" ? unlessEmpty(others[key]) : others[key], prefix + key)] as const,
  );
  const plainProblems = plain.flatMap(([, { problems }]) => problems);
  const plainParts = plain.map(([key, { parts }]) => [key, parts] as const).filter(([, parts]) => parts !== undefined);
  const plainSections = Object.fromEntries(plainParts) as Parts<PlainSections>;
  const gpuTypes = gpuTypesOf(plainSections.gpuTypes);
  const cache = isWrong(plainSections.cache) ? plainSections.cache : wholeCache(plainSections.cache);
  const parsedCluster = parseCluster(clusterValue, `${prefix}cluster`, today, gpuTypes);
  const models = resolveModels(modelValues, `${prefix}models`, gpuTypes, cache);
  const { groups } = parsedCluster;
  const surroundings = { models, groups, pod: plainSections.pod, gpuTypes, cache };
  const batches = resolveBatches(batchValues, BATCH_PATH, surroundings);
  const sections: Sections = {
    cluster: parsedCluster,
    plain: plainSections,
    models,
    batches,
    releases: [...models.releases, ...batches.releases],
  };
  const all = [
    ...Object.keys(values)
      .filter((key) => !known.includes(key))
      .map((key) => error(prefix + key, `unknown key${didYouMean(key, known) || "."} Allowed: ${listOr(known)}`)),
    ...sections.cluster.problems,
    ...plainProblems,
    ...models.problems,
    ...batches.problems,
    ...checkPlacements(models.releases, groups, sections.cluster.groupsPath, plainSections.pod),
    ...CROSS_CHECKS.flatMap((check) => check(sections)),
  ];
  const cluster = sections.cluster.config;
  if (cluster === undefined || all.some(({ severity }) => severity === "error")) return { problems: all };
  // Without an error every part is whole.
  const config = {
    ...(sections.plain as PlainSections),
    cluster,
    models: models.models,
    batches: batches.batches,
  };
  return { config, problems: all };
}

/** What sections may not say together. */
const CROSS_CHECKS: readonly ((sections: Sections) => Problem[])[] = [
  checkPodSections,
  checkOwnGpuTypes,
  checkSlices,
  checkHelmValues,
  checkTokens,
  checkNamespace,
  checkWeightCache,
  checkEndpoints,
  checkObserved,
  ({ cluster, plain: { platform } }) => checkPrometheus(platform, cluster.kind === "built", `${NAMESPACE}:platform`),
  missingAddons,
  checkAwsAddons,
  checkBuiltCluster,
  checkBatches,
  ({ plain: { observability } }) => checkAlerts(observability.alerts, `${NAMESPACE}:observability.alerts`),
  ({ cluster: { kind }, plain: { observability, platform }, models: { releases } }) =>
    checkServiceLevels(
      observability.slo,
      { platform, releases, isBuilt: kind === undefined ? undefined : kind === "built" },
      `${NAMESPACE}:`,
    ),
  checkCosts,
];

/** The stack's pod section, and what it says together with a model's. */
function checkPodSections({ plain: { pod }, models: { releases } }: Sections): Problem[] {
  const path = `${NAMESPACE}:pod`;
  const image = pod?.spareImage;
  return [
    ...checkPods(pod, releases, path),
    ...given([image], (name) => (name === undefined ? [] : checkImage({ image: name }, `${path}.spareImage`))),
  ];
}

function checkOwnGpuTypes({ plain: { gpuTypes } }: Sections): Problem[] {
  return checkGpuTypes(gpuTypes, `${NAMESPACE}:gpuTypes`);
}

function checkHelmValues({ plain: { platform } }: Sections): Problem[] {
  return checkAddonValues(platform.addons, `${NAMESPACE}:platform.addons`);
}

/** With the strategy `single` a slice passes for a GPU, and is smaller. */
function checkSlices({ cluster, plain: { platform }, releases }: Sections): Problem[] {
  if (cluster.kind !== "existing") return [];
  const whole = releases.flatMap(({ plan: { gpu } }) =>
    isWrong(gpu.type) || !Object.hasOwn(GPUS, gpu.type) ? [] : gpu.type,
  );
  return given([platform.addons.devicePlugin.migStrategy], (strategy) => {
    if (strategy !== "single" || whole.length === 0) return [];
    const message =
      `offers slices of nodes with MIG as nvidia.com/gpu, and ${listOr([...new Set(whole)])} is counted as a whole GPU: ` +
      "where nodes have MIG, describe the slice in gpuTypes, by its own memory";
    return [warning(`${NAMESPACE}:platform.addons.devicePlugin.migStrategy`, message)];
  });
}

/** A gated model without a token would fail only once its pod asks the hub; a token without a gated model is of no use. */
function checkTokens({ plain: { huggingFaceToken }, releases, models, batches }: Sections): Problem[] {
  const path = `${NAMESPACE}:huggingFaceToken`;
  if (isWrong(huggingFaceToken)) return [];
  if (huggingFaceToken === undefined) return checkHubToken(releases, `pulumi config set --secret ${path}`);
  // Of what is wrong nobody can tell.
  const isKnown = [...models.problems, ...batches.problems].every(({ severity }) => severity === "warning");
  return isKnown && needHubToken(releases) === false ? [warning(path, "no model is gated, so no pod gets it")] : [];
}

/** The cache, where it is right: releases are judged without one otherwise. */
function wholeCache(cache: Parts<PlainSections["cache"]>): PlainSections["cache"] {
  return isWrong(cache) ? undefined : (cache as PlainSections["cache"]);
}

function checkWeightCache({ cluster, plain: { cache }, releases }: Sections): Problem[] {
  const isBuilt = cluster.kind === undefined ? undefined : cluster.kind === "built";
  return checkCache(wholeCache(cache), { releases, isBuilt }, `${NAMESPACE}:cache`);
}

/** Namespaces that are not the stack's to make. */
function checkNamespace({ cluster, plain: { namespace, platform } }: Sections): Problem[] {
  const path = `${NAMESPACE}:namespace`;
  const ofKubernetes = given([namespace], (stated) => {
    const name = namespaceName(stated);
    if (name.startsWith("kube-")) return [error(path, `"${name}" is Kubernetes' own: use another`)];
    const isMade = typeof stated === "string";
    if (name !== "default" || !isMade) return [];
    return [
      error(
        path,
        `"default" is Kubernetes' own, and the stack would make and destroy it: use another, or create: false`,
      ),
    ];
  });
  if (ofKubernetes.length > 0 || cluster.kind !== "built") return ofKubernetes;
  const addons: Parts<string>[] = [
    ...Object.values(ADDON_NAMESPACES),
    platform.prometheus.namespace,
    ...(platform.addons.openTelemetryCollector.install === true ? [COLLECTOR_NAMESPACE] : []),
  ];
  return given([namespace], (stated) => {
    const name = namespaceName(stated);
    if (addons.includes(name)) return [error(path, `"${name}" is the namespace of an add-on: use another`)];
    if (typeof stated === "string" || name === "default") return [];
    return [
      error(
        path,
        `a cluster that the stack builds has no namespace "${name}" yet: leave out create, and give the name`,
      ),
    ];
  });
}

/** Addresses that releases name, against where their pods may connect to. */
function checkEndpoints({ plain: { namespace, access }, releases }: Sections): Problem[] {
  return given([namespace, access], (own, rules) =>
    checkReach(releases, { access: rules, accessPath: `${NAMESPACE}:access`, namespace: namespaceName(own) }),
  );
}

/** Logs, traces and routes of alerts, against what models' releases set themselves. */
function checkObserved({
  cluster: { kind },
  plain: { namespace, access, platform, observability },
  models: { releases },
}: Sections): Problem[] {
  const path = `${NAMESPACE}:observability`;
  return [
    ...given([namespace, access, platform.addons.openTelemetryCollector.install], (own, rules, hasCollector) =>
      checkTelemetry(
        observability,
        { releases, access: rules, accessPath: `${NAMESPACE}:access`, namespace: namespaceName(own), hasCollector },
        path,
      ),
    ),
    ...given([platform.prometheus.namespace, platform.addons.prometheus.install], (inNamespace, install) => {
      const isOwn = install ?? (kind === undefined ? undefined : kind === "built");
      return checkRoutes(observability.routes, { namespace: inNamespace, isOwn }, `${path}.routes`);
    }),
  ];
}

/** A cluster that is built here has only what the stack installs. */
function missingAddons({ cluster, plain: { platform } }: Sections): Problem[] {
  if (cluster.kind !== "built") return [];
  return (["devicePlugin", "keda", "prometheus"] as const)
    .filter((addon) => platform.addons[addon].install === false)
    .map((addon) =>
      warning(
        `${NAMESPACE}:platform.addons.${addon}.install`,
        "models need it: install it otherwise, before the models come",
      ),
    );
}

/** Add-ons that act in AWS get their permissions with the cluster. */
function checkAwsAddons({ cluster, plain: { platform } }: Sections): Problem[] {
  if (cluster.kind !== "existing") return [];
  return (["clusterAutoscaler", "loadBalancerController"] as const)
    .filter((addon) => platform.addons[addon].install === true)
    .map((addon) =>
      error(
        `${NAMESPACE}:platform.addons.${addon}.install`,
        "needs a cluster that the stack builds, for its AWS permissions: leave it out, and install it with the cluster",
      ),
    );
}

function checkBuiltCluster({ cluster: { built }, plain, models: { releases } }: Sections): Problem[] {
  if (built === undefined) return [];
  const cache = isWrong(plain.cache) ? plain.cache : wholeCache(plain.cache);
  return checkBuilt({ built, platform: plain.platform, cache, releases }, `${NAMESPACE}:`);
}

function checkBatches({ cluster: { kind }, plain, batches: { batches } }: Sections): Problem[] {
  const isBuilt = kind === undefined ? undefined : kind === "built";
  return [
    ...given([plain.access, plain.namespace], (access, own) =>
      checkAround(batches, { access, namespace: namespaceName(own), isBuilt }, BATCH_PATH),
    ),
    ...given([plain.batchQuota], (quota) => checkQuota(quota, batches, `${NAMESPACE}:batchQuota`)),
  ];
}

function checkCosts({ cluster, plain: { observability }, models, batches }: Sections): Problem[] {
  const path = `${NAMESPACE}:observability`;
  if (isWrong(observability)) return [];
  return given([observability.prices], (prices) => [
    ...checkPrices(prices, `${path}.prices`),
    ...given([observability.budgets], (budgets) => {
      // Of what is wrong nobody can tell whether it is there.
      const isKnown = [...models.problems, ...batches.problems].every(({ severity }) => severity === "warning");
      const names = isKnown ? [...models.models, ...batches.batches].map(({ name }) => name) : undefined;
      const groups = cluster.config && nodeGroupsOf(cluster.config);
      const stack = { names, models: models.models, groups, prices };
      return checkBudgets(budgets, stack, `${path}.budgets`);
    }),
  ]);
}
