/**
 * Kubernetes versions of EKS with the last day of their standard support.
 *
 * Source: AWS' release calendar (docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html), as
 * endoflife-date/release-data recorded it on 2026-08-22.
 */
export const END_OF_SUPPORT: Readonly<Record<string, string>> = {
  "1.33": "2026-07-29",
  "1.34": "2026-12-02",
  "1.35": "2027-03-27",
  "1.36": "2027-08-02",
};

/** Versions that this package knows of EKS, oldest first. */
export const KUBERNETES_VERSIONS: readonly string[] = Object.keys(END_OF_SUPPORT);
