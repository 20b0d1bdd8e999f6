import { END_OF_SUPPORT, KUBERNETES_VERSIONS } from "../facts/kubernetes/eks.js";
import { error, listOr, type Problem, quote, warning } from "../config/problems.js";

/**
 * An upgrade takes planning. At the end of standard support AWS upgrades our clusters, since they have the upgrade policy
 * STANDARD (docs.aws.amazon.com/eks/latest/userguide/view-upgrade-policy.html).
 */
const WARNING_DAYS = 60;
const DAY_MS = 24 * 60 * 60 * 1000;

/** @param today the day to judge by */
export function checkKubernetesVersion(version: string, path: string, today: Date): Problem[] {
  const instead = (days: number): string => {
    const later = KUBERNETES_VERSIONS.filter((known) => daysLeft(known, today) > days);
    return later.length > 0 ? listOr(later) : "a later version, with a later release of this package that knows it";
  };
  if (!(version in END_OF_SUPPORT)) {
    return [error(path, `${quote(version)} is not a version that this package knows of EKS: use ${instead(-1)}`)];
  }
  const left = daysLeft(version, today);
  const end = END_OF_SUPPORT[version];
  if (left < 0) return [error(path, `EKS ended the support of ${version} on ${end}: use ${instead(-1)}`)];
  if (left > WARNING_DAYS) return [];
  return [
    warning(path, `EKS ends the support of ${version} on ${end}, in ${left} days: move to ${instead(WARNING_DAYS)}`),
  ];
}

/** Whole days until a version's support ends; negative once it has. */
function daysLeft(version: string, today: Date): number {
  const end = Date.parse(`${END_OF_SUPPORT[version]}T00:00:00Z`);
  const start = Date.parse(`${today.toISOString().slice(0, 10)}T00:00:00Z`);
  return Math.round((end - start) / DAY_MS);
}
