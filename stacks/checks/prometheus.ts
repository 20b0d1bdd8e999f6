/** What the config may say of a Prometheus that the stack does not install. */
import { given, type Parts } from "../../components/config/parts.js";
import { error, type Problem } from "../../components/config/problems.js";
import type { PlatformConfig } from "../../components/platform/schema.js";

/**
 * @param installsByDefault whether the stack installs an add-on that does not say
 * @param path of the platform's section
 */
export function checkPrometheus(
  { prometheus, addons }: Parts<PlatformConfig>,
  installsByDefault: boolean,
  path: string,
): Problem[] {
  const at = `${path}.prometheus`;
  const { monitors, seriesLabels, authentication } = prometheus;
  const labels = given([monitors, seriesLabels], (kind, stated) =>
    kind === "podMonitor" && stated !== undefined
      ? [
          error(
            `${at}.seriesLabels`,
            "has no effect with monitors: podMonitor, which gives labels of our own: leave it out",
          ),
        ]
      : [],
  );
  const ofInstalled = given([addons.prometheus.install], (install) => {
    if (!(install ?? installsByDefault)) return [];
    return [
      ...given([monitors], (kind) =>
        kind === "podMonitor"
          ? []
          : [
              error(
                `${at}.monitors`,
                `${kind} is for a Prometheus of others, and the one that the stack installs reads PodMonitors: leave it out`,
              ),
            ],
      ),
      ...given([authentication], (stated) =>
        stated === undefined
          ? []
          : [
              error(
                `${at}.authentication`,
                "is for a Prometheus of others, and the one that the stack installs asks for none: leave it out",
              ),
            ],
      ),
    ];
  });
  const ofKeda = given([addons.keda.install, authentication], (install, stated) =>
    (install ?? installsByDefault) && stated !== undefined && stated.aws === undefined
      ? [
          error(
            `${at}.authentication`,
            "needs Secrets of the models' namespace, and the KEDA that the stack installs may read no Secrets but its own: " +
              `install KEDA otherwise and set ${path}.addons.keda.install to false`,
          ),
        ]
      : [],
  );
  return [...labels, ...ofInstalled, ...(ofInstalled.length > 0 ? [] : ofKeda)];
}
