import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { POD_SECURITY } from "../vocabulary/kubernetes.js";
import { LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import type { Chart } from "./charts.js";
import { type OwnValues, withOwnValues } from "./ownValues.js";
import type { HelmValues } from "./values.js";

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/ */
type PodSecurity = "privileged" | "restricted";

/** A namespace for an add-on alone. */
export function addonNamespace(
  name: string,
  namespace: string,
  podSecurity: PodSecurity,
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Namespace {
  const labels = { [LABELS.managedBy]: MANAGED_BY, [POD_SECURITY]: podSecurity };
  return new k8s.core.v1.Namespace(name, { metadata: { name: namespace, labels } }, opts);
}

/** Helm's own: https://helm.sh/docs/helm/helm_upgrade/ */
export const HELM_TIMEOUT_SECONDS = 300;

/** What {@link addonRelease} installs. */
export interface AddonReleaseArgs {
  chart: Chart;
  namespace: pulumi.Input<string>;
  values: HelmValues;
  /** Values of the config's own, beside these, and where they stand. @default none */
  ownValues?: { values: OwnValues | undefined; path: string };
  /** For a release with volumes, hooks or a DaemonSet, which take longer than Helm's own five minutes. @default 300 */
  timeoutSeconds?: number;
  /** Whether to leave out the CRDs that Helm would install and never upgrade, for a chart that has them in another. @default false */
  skipCrds?: boolean;
}

/** A release with its chart's name. Helm rolls it back if it does not become ready, so the next attempt starts clean. */
export function addonRelease(
  name: string,
  { chart, namespace, values, ownValues, timeoutSeconds = HELM_TIMEOUT_SECONDS, skipCrds = false }: AddonReleaseArgs,
  opts: pulumi.CustomResourceOptions,
): k8s.helm.v3.Release {
  const isOci = chart.repository.startsWith("oci://");
  return new k8s.helm.v3.Release(
    name,
    {
      name: chart.name,
      chart: isOci ? `${chart.repository}/${chart.name}` : chart.name,
      ...(!isOci && { repositoryOpts: { repo: chart.repository } }),
      version: chart.version,
      namespace,
      ...(skipCrds && { skipCrds }),
      atomic: true,
      timeout: timeoutSeconds,
      values: withOwnValues(values, ownValues?.values, ownValues?.path ?? "values"),
    },
    opts,
  );
}
