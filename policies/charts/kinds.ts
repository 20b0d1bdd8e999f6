/** Kinds that install Helm charts, and where each states the chart, its version and its values. */
import type { Path } from "../objects/path.js";

/** How values are written: as an object, as text in YAML, or as a list of `name` and `value`, which may have dots. */
type Form = "object" | "yaml" | "set";

export interface ChartKind {
  /** API groups. */
  groups: readonly string[];
  kinds: readonly string[];
  /** Objects that each install a chart; `*` stands for the items of a list. Other places are in these. */
  at: readonly Path[];
  /** Name or address of the chart. */
  chart: readonly Path[];
  version: readonly Path[];
  digest?: Path;
  /** Address of the repository. */
  repository?: readonly Path[];
  /** The kind of the source. Of those named in {@link PATH_SOURCES}, the chart is a path and the version is ignored. */
  sourceKind?: Path;
  values: ReadonlyArray<{ path: Path; form: Form }>;
}

/** Sources of Flux whose own revision decides: fluxcd/source-controller, docs/spec/v1/helmcharts.md, read 2026-11-26. */
export const PATH_SOURCES: readonly string[] = ["GitRepository", "Bucket"];

/** The values that are an object in every kind. */
const VALUES = { path: ["values"], form: "object" } as const;

/**
 * Sources, each read 2026-11-26: the SDK of @pulumi/kubernetes 4.34; https://fluxcd.io/flux/components/helm/helmreleases/ and
 * source-controller's helmcharts.md; https://argo-cd.readthedocs.io/en/stable/user-guide/helm/ and operator-manual/application.yaml;
 * https://docs.k3s.io/add-ons/helm; crossplane-contrib/provider-helm apis/cluster/release/v1beta1/types.go;
 * kubernetes-sigs/cluster-api-addon-provider-helm api/v1beta1/helmchartproxy_types.go.
 */
export const CHART_KINDS: readonly ChartKind[] = [
  {
    groups: ["helm.sh"],
    kinds: ["Release", "Chart"],
    at: [[]],
    chart: [["chart"]],
    version: [["version"], ["fetchOpts", "version"]],
    repository: [["repositoryOpts", "repo"], ["fetchOpts", "repo"], ["repo"]],
    values: [VALUES],
  },
  {
    groups: ["helm.toolkit.fluxcd.io"],
    kinds: ["HelmRelease"],
    at: [["spec"]],
    chart: [["chart", "spec", "chart"]],
    version: [["chart", "spec", "version"]],
    sourceKind: ["chart", "spec", "sourceRef", "kind"],
    values: [VALUES],
  },
  {
    groups: ["source.toolkit.fluxcd.io"],
    kinds: ["HelmChart"],
    at: [["spec"]],
    chart: [["chart"]],
    version: [["version"]],
    sourceKind: ["sourceRef", "kind"],
    values: [],
  },
  {
    groups: ["argoproj.io"],
    kinds: ["Application", "ApplicationSet"],
    at: ["source", "sources"].flatMap((key) =>
      [["spec"], ["spec", "template", "spec"]].map((spec) => [...spec, key, ...(key === "sources" ? ["*"] : [])]),
    ),
    chart: [["chart"]],
    version: [["targetRevision"]],
    repository: [["repoURL"]],
    values: [
      { path: ["helm", "valuesObject"], form: "object" },
      { path: ["helm", "values"], form: "yaml" },
      { path: ["helm", "parameters"], form: "set" },
    ],
  },
  {
    groups: ["helm.cattle.io"],
    kinds: ["HelmChart", "HelmChartConfig"],
    at: [["spec"]],
    chart: [["chart"]],
    version: [["version"]],
    repository: [["repo"]],
    values: [
      { path: ["valuesContent"], form: "yaml" },
      { path: ["set"], form: "set" },
    ],
  },
  {
    groups: ["helm.crossplane.io", "helm.m.crossplane.io"],
    kinds: ["Release"],
    at: [["spec", "forProvider"]],
    chart: [
      ["chart", "url"],
      ["chart", "name"],
    ],
    version: [["chart", "version"]],
    digest: ["chart", "digest"],
    repository: [["chart", "repository"]],
    values: [VALUES, { path: ["set"], form: "set" }],
  },
  {
    groups: ["addons.cluster.x-k8s.io"],
    kinds: ["HelmChartProxy"],
    at: [["spec"]],
    chart: [["chartName"]],
    version: [["version"]],
    repository: [["repoURL"]],
    values: [],
  },
];

/** The row of a kind, if it installs charts. */
export function chartKindOf(group: string, kind: string): ChartKind | undefined {
  return CHART_KINDS.find(({ groups, kinds }) => groups.includes(group) && kinds.includes(kind));
}
