/** Volumes of a `pod` section against those that bring a release's weights. */
import { joinPath } from "../config/parse.js";
import { isWrong, type Parts } from "../config/parts.js";
import { error, type Problem, quote } from "../config/problems.js";
import type { PodConfig } from "../contract/pod.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { Artifact } from "../derive/weights/artifacts.js";
import { deliveryOf } from "../derive/weights/delivery.js";
import { COMPILED_PATH, MODELS_PATH, SOURCES_PATH } from "../vocabulary/paths.js";
import { WEIGHTS_VOLUMES } from "../vocabulary/workloads.js";

const TREES = [MODELS_PATH, COMPILED_PATH, SOURCES_PATH];

/** Whether weights are mounted into a release's pods. */
function areMounted({ artifacts, cache }: Pick<Parts<RuntimePlan>, "artifacts" | "cache">): boolean {
  if (artifacts === undefined || isWrong(artifacts) || !Array.isArray(artifacts)) return false;
  return (artifacts as Artifact[]).some(
    (artifact) =>
      !isWrong(artifact) && ["cache", "claim", "image"].includes(deliveryOf(artifact, cache as RuntimePlan["cache"])),
  );
}

/** Names and paths that the weights have. @param path of the section */
export function checkWeightsPaths(
  { volumes = {} }: PodConfig,
  releases: readonly Pick<Parts<RuntimePlan>, "artifacts" | "cache">[],
  path: string,
): Problem[] {
  if (!releases.some(areMounted)) return [];
  return Object.entries(volumes).flatMap(([name, { mountPath }]) => {
    const at = joinPath(`${path}.volumes`, [name]);
    const tree = TREES.find((root) => mountPath === root || mountPath?.startsWith(`${root}/`) === true);
    return [
      ...(name.startsWith(WEIGHTS_VOLUMES)
        ? [error(at, `${quote(name)} is a name of volumes that bring weights: use another, without ${WEIGHTS_VOLUMES}`)]
        : []),
      ...(tree === undefined
        ? []
        : [
            error(
              `${at}.mountPath`,
              `${quote(mountPath!)} is where weights are mounted: use another path, such as /mnt/${name}`,
            ),
          ]),
    ];
  });
}
