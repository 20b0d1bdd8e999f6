import { quote } from "../../../components/config/problems.js";
import { kindOf } from "../../read/kinds.js";
import { text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

/** https://semver.org, with the `v` that many charts put before it. */
const VERSION = /^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
/** A directory, an archive or a digest: there is no version left to choose. */
const FIXED = /^\.{0,2}\/|\.tgz$|@sha256:[0-9a-f]{64}$/;

export const helmChartVersion = resourceRule(
  {
    name: "helm-chart-version",
    description: "Every Helm chart is installed at one exact version.",
    why: "A range or no version takes the latest release: an unrelated change then upgrades an operator.",
    remediationSteps: "Set version to one version, such as 1.2.3.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ type, props }, report) => {
    const { group, kind } = kindOf(type) ?? {};
    if (group !== "helm.sh" || (kind !== "Release" && kind !== "Chart")) return;
    const chart = text(props["chart"]);
    if (chart === undefined || FIXED.test(chart)) return;
    const version = props["version"];
    if (typeof version === "string" && VERSION.test(version)) return;
    if (version === undefined) return report(`chart ${quote(chart)} has no version: set one, such as 1.2.3`);
    report(`chart ${quote(chart)}: version ${quote(version)} is not exact: set one version, such as 1.2.3`);
  },
);
