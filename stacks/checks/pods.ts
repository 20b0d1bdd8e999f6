/** What all pods have, against the models. */
import { checkPods } from "../../components/checks/pod.js";
import { checkImage } from "../../components/checks/release.js";
import { checkGpuTypes } from "../../components/checks/nodes/gpuTypes.js";
import { GPUS } from "../../components/facts/gpus.js";
import { checkHubToken, needHubToken } from "../../components/checks/hubToken.js";
import { checkCache } from "../../components/checks/cache.js";
import { NAMESPACE } from "../namespace.js";
import { given, isWrong } from "../../components/config/parts.js";
import { listOr, type Problem, warning } from "../../components/config/problems.js";
import { areServed, isBuilt, wholeCache, type Sections } from "./sections.js";

/** The stack's pod section, and what it says together with a model's. */
export function checkPodSections({ plain: { pod }, models: { releases } }: Sections): Problem[] {
  const path = `${NAMESPACE}:pod`;
  const image = pod?.spareImage;
  return [
    ...checkPods(pod, releases, path),
    ...given([image], (name) => (name === undefined ? [] : checkImage({ image: name }, `${path}.spareImage`))),
  ];
}

export function checkOwnGpuTypes({ plain: { gpuTypes } }: Sections): Problem[] {
  return checkGpuTypes(gpuTypes, `${NAMESPACE}:gpuTypes`);
}

/** With the strategy `single` a slice passes for a GPU, and is smaller. */
export function checkSlices({ cluster, plain: { platform }, releases }: Sections): Problem[] {
  if (cluster.kind !== "existing") return [];
  const whole = releases.flatMap(({ plan: { gpu } }) =>
    isWrong(gpu.type) || !Object.hasOwn(GPUS, gpu.type) ? [] : gpu.type,
  );
  return given([platform.addons.devicePlugin.migStrategy], (strategy) => {
    if (strategy !== "single" || whole.length === 0) return [];
    const message =
      `offers slices of nodes with MIG as nvidia.com/gpu, and ${listOr([...new Set(whole)])} is counted as a whole GPU: ` +
      "where nodes have MIG, describe the slice in gpuTypes, by its own memory";
    return [warning(`${NAMESPACE}:platform.addons.devicePlugin.migStrategy`, message)];
  });
}

/** A gated model without a token would fail only once its pod asks the hub; a token without a gated model is of no use. */
export function checkTokens({ plain: { huggingFaceToken }, releases, models, batches }: Sections): Problem[] {
  const path = `${NAMESPACE}:huggingFaceToken`;
  if (isWrong(huggingFaceToken)) return [];
  if (huggingFaceToken === undefined) return checkHubToken(releases, `pulumi config set --secret ${path}`);
  return areServed({ models, batches }) && needHubToken(releases) === false
    ? [warning(path, "no model is gated, so no pod gets it")]
    : [];
}

export function checkWeightCache({ cluster, plain: { cache }, releases }: Sections): Problem[] {
  return checkCache(wholeCache(cache), { releases, isBuilt: isBuilt({ cluster }) }, `${NAMESPACE}:cache`);
}
