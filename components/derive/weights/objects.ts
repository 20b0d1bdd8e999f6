/** Names of a cache's objects, and what the objects of a release say of it. */
import { createHash } from "node:crypto";
import type { CacheConfig } from "../../contract/cache.js";
import { ANNOTATIONS, APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../../vocabulary/labels.js";
import type { RuntimePlan } from "../plan.js";
import { artifactFolder, type HoldingCache, isFilled } from "./delivery.js";

/** Of a claim that the stack makes. */
const CLAIM = "model-cache";

/** The claim that runtimes mount; none where they stream. */
export function claimName(cache: HoldingCache): string | undefined {
  if (cache.kind === "claim") return cache.name;
  return cache.kind === "s3" && cache.read === "stream" ? undefined : CLAIM;
}

/** The claim that fills write to; none where they write by S3. */
export function writtenClaim(cache: HoldingCache): string | undefined {
  return cache.kind === "s3" ? undefined : claimName(cache);
}

/** Name of what a stack's cache consists of: two stacks may share a namespace. */
export function cacheName(partOf: string): string {
  const text = partOf.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${text.slice(0, 30).replace(/^-+|-+$/g, "")}-cache`.replace(/^-/, "");
}

/** The start of a value's hash, for names of what is never changed in place. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
}

/** Labels that choose the pods of a cache. */
export function cacheSelector(partOf: string): Record<string, string> {
  return { [LABELS.name]: APP_NAME, [LABELS.component]: COMPONENTS.cache, [LABELS.partOf]: partOf };
}

export function cacheLabels(partOf: string): Record<string, string> {
  return { ...cacheSelector(partOf), [LABELS.managedBy]: MANAGED_BY };
}

/** Folders of the cache that a release needs. */
export function foldersOf(plan: Pick<RuntimePlan, "artifacts" | "cache">): string[] {
  return plan.artifacts.filter((artifact) => isFilled(artifact, plan.cache)).map(artifactFolder);
}

/** Says on a workload what it loads, so that nobody removes it. */
export function weightsAnnotation(plan: Pick<RuntimePlan, "artifacts" | "cache">): Record<string, string> {
  const folders = foldersOf(plan);
  return folders.length === 0 ? {} : { [ANNOTATIONS.weights]: folders.join(",") };
}

/** Whether pods need AWS' credentials for the bucket by themselves. */
export function readsAwsBucket(cache: CacheConfig | undefined): boolean {
  return cache?.kind === "s3" && cache.endpoint === undefined;
}

/** Annotation by which EKS gives an account a role: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";

/** Of accounts whose pods use the bucket, on a cluster whose roles go by annotations. */
export function roleAnnotation(cache: CacheConfig | undefined): Record<string, string> {
  return cache?.kind === "s3" && cache.roleArn !== undefined ? { [ROLE_ANNOTATION]: cache.roleArn } : {};
}
