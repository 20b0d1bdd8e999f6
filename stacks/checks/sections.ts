/** The config as far as it is right, for checks that look at several sections. */
import type { ResolvedBatches } from "../../components/checks/batch/resolve.js";
import type { PlacedRelease } from "../../components/checks/nodes/placement.js";
import type { ResolvedModels } from "../../components/checks/resolve.js";
import { isWrong, type Parts } from "../../components/config/parts.js";
import type { ParsedCluster } from "../clusterConfig.js";
import { NAMESPACE } from "../namespace.js";
import type { PlainSections } from "../schema.js";

export const BATCH_PATH = `${NAMESPACE}:batch`;

export interface Sections {
  cluster: ParsedCluster;
  plain: Parts<PlainSections>;
  models: ResolvedModels;
  batches: ResolvedBatches;
  /** Releases of models, and those that batches state themselves. */
  releases: readonly PlacedRelease[];
}

/** Whether the stack builds its cluster; `undefined` where nobody can tell. */
export function isBuilt({ cluster: { kind } }: Pick<Sections, "cluster">): boolean | undefined {
  return kind === undefined ? undefined : kind === "built";
}

/** Whether all models and batches are right: of what is wrong nobody can tell. */
export function areServed({ models, batches }: Pick<Sections, "models" | "batches">): boolean {
  return [...models.problems, ...batches.problems].every(({ severity }) => severity === "warning");
}

/** The cache, where it is right: releases are judged without one otherwise. */
export function wholeCache(cache: Parts<PlainSections["cache"]>): PlainSections["cache"] {
  return isWrong(cache) ? undefined : (cache as PlainSections["cache"]);
}
