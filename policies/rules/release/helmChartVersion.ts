import { quote } from "../../../components/config/problems.js";
import { chartsOf, type InstalledChart } from "../../charts/charts.js";
import { pathText } from "../../objects/path.js";
import { kindOf } from "../../read/kinds.js";
import { each } from "../../read/unknown.js";
import { resourceRule } from "../../rule.js";

const SEMVER = String.raw`v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?`;
/** https://semver.org, with the `v` that many charts put before it, and the `=` of a range that holds one version. */
const VERSION = new RegExp(`^=?\\s*${SEMVER}$`);
const DIGEST = /@sha256:[0-9a-f]{64}$/;
const ADDRESS = /^[a-z][a-z0-9+.-]*:\/\//i;
const ARCHIVE_ADDRESS = /^https?:.*\.tgz($|[?#])/i;
/** An address names one archive if a version, a commit or a hash is in it. */
const EXACT_ADDRESS = new RegExp(`[/:@=_-](${SEMVER}|[0-9a-f]{40}|[0-9a-f]{64})($|[/?#@&]|\\.tgz)`);
/** A folder or an archive of the program's own: paths, and names of folders that no alias of a repository has. */
const OWN_PATH =
  /^[~.]{0,2}\/|\.tgz$|^[^/]+(\/[^/]+){2,}$|^(\.?\w*charts?|helm|deploy|deployments?|infra|infrastructure|k8s|kubernetes|manifests|packages|vendor|vendored|third[-_]party|modules|lib|src|apps?|services?)\/[^/]+\/?$|^[^/]+\/$/i;

export const helmChartVersion = resourceRule(
  {
    name: "helm-chart-version",
    description: "Every Helm chart is installed at one exact version.",
    why: "A range or no version takes the latest release: an unrelated change then upgrades an operator.",
    remediationSteps: "Set version to one version, such as 1.2.3.",
    equalForms:
      "Judged alike: Pulumi's `Release` and `Chart`, Flux' `HelmRelease` and `HelmChart`, Argo CD's `Application` and `ApplicationSet`, K3s' `HelmChart`, Crossplane's `Release` and Cluster API's `HelmChartProxy`. Good: a whole version, also with `v` or `=`; a digest; an address with a version, commit or hash in it; a folder or archive of the program; a path in a Git source of Flux or Argo CD. Not seen: which revision such a Git source has, and charts that a chart depends on.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const isPatch = kindOf(resource.type)?.isPatch === true;
    each(chartsOf(resource), (installed) => {
      // A patch may leave the version to the object that it changes.
      if (isPatch && installed.version === undefined) return;
      const place = installed.path.length === 0 ? "" : `${pathText(installed.path)}: `;
      const problem = problemOf(installed);
      if (problem !== undefined) report(`${place}chart ${quote(installed.chart)}${problem}, such as 1.2.3`);
    });
  },
);

function problemOf(installed: InstalledChart): string | undefined {
  const { chart } = installed;
  if (DIGEST.test(chart) || installed.isInSource) return undefined;
  if (ADDRESS.test(chart)) {
    if (EXACT_ADDRESS.test(chart)) return undefined;
    // Helm takes what is there, whatever version is asked for.
    if (ARCHIVE_ADDRESS.test(chart)) return " is an address without version: use one that names a version";
  } else if (installed.repository === undefined && OWN_PATH.test(chart)) return undefined;
  if ((installed.digest ?? "") !== "") return undefined;
  const { version } = installed;
  if (version === undefined) return " has no version: set one";
  if (typeof version === "string" && (VERSION.test(version) || isTemplate(version))) return undefined;
  return `: version ${quote(version)} is not exact: set one version`;
}

/** What a generator of Argo CD fills in. */
function isTemplate(version: string): boolean {
  return version.includes("{{");
}
