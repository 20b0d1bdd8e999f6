/**
 * The whole stack config, parsed once: every key under `vllm:`, every problem at once. Nothing downstream reads config.
 */
import { isDeepStrictEqual } from "node:util";
import { resolveBatches } from "../components/checks/batch/resolve.js";
import { checkPlacements } from "../components/checks/nodes/placement.js";
import { resolveModels } from "../components/checks/resolve.js";
import type { BatchPlan } from "../components/derive/batch/plan.js";
import type { TenantKeys } from "../components/derive/gateway/keys.js";
import { gpuTypesOf } from "../components/derive/nodes/gpuTypes.js";
import type { ServedModel } from "../components/derive/servedModel.js";
import { parse } from "../components/config/parse.js";
import { isWrong, type Parts } from "../components/config/parts.js";
import { didYouMean, error, listOr, type Problem } from "../components/config/problems.js";
import type { SecretRef } from "../components/config/secretRef.js";
import { tooLarge } from "../components/config/size.js";
import { withArchitectureFiles } from "./architectureFiles.js";
import { type ClusterConfig, parseCluster } from "./clusterConfig.js";
import { CROSS_CHECKS } from "./checks/crossChecks.js";
import { BATCH_PATH, type Sections, wholeCache } from "./checks/sections.js";
import { NAMESPACE } from "./namespace.js";
import { type PlainSections, plainSectionsSchema, stackConfigSchema } from "./schema.js";
import { type Secrets, takeSecrets } from "./secrets.js";

export interface StackConfig extends Omit<PlainSections, "huggingFaceToken" | "tenantKeys"> {
  cluster: ClusterConfig;
  /** A secret: wrap it before it goes into a resource. */
  huggingFaceToken?: string | SecretRef;
  /** Keys of tenants: secrets, too. */
  tenantKeys?: TenantKeys;
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
  const { huggingFaceToken, tenantKeys } = secrets;
  return {
    ...config,
    ...(tenantKeys !== undefined && { tenantKeys }),
    ...(existing !== undefined && kubeconfig !== undefined && { cluster: { existing: { ...existing, kubeconfig } } }),
    ...(huggingFaceToken !== undefined && { huggingFaceToken }),
  };
}

/** Sections that may be left out. */
const OPTIONAL = ["cache", "gateway"];

/** A cache without a kind and a gateway without a host are not there: the engine insists on a default for each declared key, and gives `{}`. */
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
      [key, parse(schema, OPTIONAL.includes(key) ? unlessEmpty(others[key]) : others[key], prefix + key)] as const,
  );
  const plainProblems = plain.flatMap(([, { problems }]) => problems);
  const plainParts = plain.map(([key, { parts }]) => [key, parts] as const).filter(([, parts]) => parts !== undefined);
  const plainSections = Object.fromEntries(plainParts) as Parts<PlainSections>;
  const gpuTypes = gpuTypesOf(plainSections.gpuTypes);
  const cache = isWrong(plainSections.cache) ? plainSections.cache : wholeCache(plainSections.cache);
  const parsedCluster = parseCluster(clusterValue, `${prefix}cluster`, today, gpuTypes);
  const models = resolveModels(modelValues, `${prefix}models`, gpuTypes, cache, plainSections.gateway !== undefined);
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
  const { tenantKeys: _, ...sectionsWithoutKeys } = sections.plain as PlainSections;
  const config = {
    ...sectionsWithoutKeys,
    cluster,
    models: models.models,
    batches: batches.batches,
  };
  return { config, problems: all };
}
