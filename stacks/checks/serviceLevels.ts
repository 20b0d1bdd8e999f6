/** Service levels of the environment, and whether what measures any is there. */
import { checkDefaultSlo, checkRetention } from "../../components/checks/observability.js";
import type { PlacedRelease } from "../../components/checks/nodes/placement.js";
import { given, type Parts } from "../../components/config/parts.js";
import { type Problem, warning } from "../../components/config/problems.js";
import type { SloConfig } from "../../components/contract/observability/slo.js";
import type { PlatformConfig } from "../../components/platform/schema.js";

/** What service levels depend on. */
interface Around {
  platform: Parts<PlatformConfig>;
  /** Of all models. */
  releases: readonly PlacedRelease[];
  /** Whether the stack builds its cluster, if that is known. */
  isBuilt: boolean | undefined;
}

/**
 * @param slo those of interactive models that state none
 * @param prefix of the sections' paths, such as `vllm:`
 */
export function checkServiceLevels(
  slo: Parts<SloConfig> | undefined,
  { platform: { prometheus, addons }, releases, isBuilt }: Around,
  prefix: string,
): Problem[] {
  const path = `${prefix}observability.slo`;
  const own = releases.filter((release) => release.slo !== undefined);
  const stated = [
    ...(slo === undefined ? [] : [path]),
    ...new Set(own.map((release) => release.path.replace(/\.releases[.[].*$/, ".slo"))),
  ];
  return [
    ...checkDefaultSlo(slo, releases, path),
    ...given([prometheus.monitors], (monitors) => {
      if (monitors === "podMonitor") return [];
      const message = `is not measured: rules are made where ${prefix}platform.prometheus.monitors is podMonitor, and it is ${monitors}`;
      return stated.map((at) => warning(at, message));
    }),
    ...given([addons.prometheus.install, addons.prometheus.retentionDays], (install, days) =>
      stated.length > 0 && (install ?? isBuilt) === true
        ? checkRetention(days, `${prefix}platform.addons.prometheus.retentionDays`)
        : [],
    ),
  ];
}
