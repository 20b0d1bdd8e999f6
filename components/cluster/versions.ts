import { error, listOr, type Problem, quote, warning } from "../contract/problems.js";

/**
 * Kubernetes versions of EKS with the last day of their standard support.
 *
 * Source: AWS' release calendar (docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html), as
 * endoflife-date/release-data recorded it on 2026-08-22.
 */
const END_OF_SUPPORT: Readonly<Record<string, string>> = {
  "1.33": "2026-07-29",
  "1.34": "2026-12-02",
  "1.35": "2027-03-27",
  "1.36": "2027-08-02",
};

/** An upgrade takes planning; after the end a cluster costs six times as much an hour. */
const WARNING_DAYS = 60;
const DAY_MS = 24 * 60 * 60 * 1000;

/** @param today the day to judge by */
export function checkKubernetesVersion(version: string, path: string, today: Date): Problem[] {
  const supported = Object.keys(END_OF_SUPPORT).filter((known) => daysLeft(known, today) >= 0);
  if (!(version in END_OF_SUPPORT)) {
    return [error(path, `${quote(version)} is not a version that this package knows of EKS: use ${listOr(supported)}`)];
  }
  const left = daysLeft(version, today);
  const end = END_OF_SUPPORT[version];
  if (left < 0) return [error(path, `EKS ended the support of ${version} on ${end}: use ${listOr(supported)}`)];
  if (left > WARNING_DAYS) return [];
  const later = supported.filter((known) => daysLeft(known, today) > WARNING_DAYS);
  return [warning(path, `EKS ends the support of ${version} on ${end}, in ${left} days: move to ${listOr(later)}`)];
}

/** Whole days until a version's support ends; negative once it has. */
function daysLeft(version: string, today: Date): number {
  const end = Date.parse(`${END_OF_SUPPORT[version]}T00:00:00Z`);
  const start = Date.parse(`${today.toISOString().slice(0, 10)}T00:00:00Z`);
  return Math.round((end - start) / DAY_MS);
}
