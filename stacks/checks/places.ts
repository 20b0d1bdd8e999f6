/** Namespaces and addresses. */
import { checkReach } from "../../components/checks/reach.js";
import { checkAround, checkQuota } from "../../components/checks/batch/around.js";
import { ADDON_NAMESPACES, COLLECTOR_NAMESPACE } from "../../components/platform/namespaces.js";
import { NAMESPACE } from "../namespace.js";
import { namespaceName } from "../schema.js";
import { given, type Parts } from "../../components/config/parts.js";
import { error, type Problem } from "../../components/config/problems.js";
import { BATCH_PATH, isBuilt, type Sections } from "./sections.js";

/** Namespaces that are not the stack's to make. */
export function checkNamespace({ cluster, plain: { namespace, platform } }: Sections): Problem[] {
  const path = `${NAMESPACE}:namespace`;
  const ofKubernetes = given([namespace], (stated) => {
    const name = namespaceName(stated);
    if (name.startsWith("kube-")) return [error(path, `"${name}" is Kubernetes' own: use another`)];
    const isMade = typeof stated === "string";
    if (name !== "default" || !isMade) return [];
    return [
      error(
        path,
        `"default" is Kubernetes' own, and the stack would make and destroy it: use another, or create: false`,
      ),
    ];
  });
  if (ofKubernetes.length > 0 || cluster.kind !== "built") return ofKubernetes;
  const addons: Parts<string>[] = [
    ...Object.values(ADDON_NAMESPACES),
    platform.prometheus.namespace,
    ...(platform.addons.openTelemetryCollector.install === true ? [COLLECTOR_NAMESPACE] : []),
  ];
  return given([namespace], (stated) => {
    const name = namespaceName(stated);
    if (addons.includes(name)) return [error(path, `"${name}" is the namespace of an add-on: use another`)];
    if (typeof stated === "string" || name === "default") return [];
    return [
      error(
        path,
        `a cluster that the stack builds has no namespace "${name}" yet: leave out create, and give the name`,
      ),
    ];
  });
}

/** Addresses that releases name, against where their pods may connect to. */
export function checkEndpoints({ plain: { namespace, access }, releases }: Sections): Problem[] {
  return given([namespace, access], (own, rules) =>
    checkReach(releases, { access: rules, accessPath: `${NAMESPACE}:access`, namespace: namespaceName(own) }),
  );
}

export function checkBatches({ cluster, plain, batches: { batches } }: Sections): Problem[] {
  return [
    ...given([plain.access, plain.namespace], (access, own) =>
      checkAround(batches, { access, namespace: namespaceName(own), isBuilt: isBuilt({ cluster }) }, BATCH_PATH),
    ),
    ...given([plain.batchQuota], (quota) => checkQuota(quota, batches, `${NAMESPACE}:batchQuota`)),
  ];
}
