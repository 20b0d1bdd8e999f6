import { quote } from "../../../components/config/problems.js";
import { isRuntime } from "../../engine/runtimes.js";
import { nameOf, type Workload } from "../../pods/workloads.js";
import { isSameNamespace, namespaceOf } from "../../read/namespaces.js";
import { isKind, type Resource } from "../../read/kinds.js";
import { state } from "../../read/show.js";
import { all, each, some } from "../../read/unknown.js";
import { at, list, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";

/** Of pods that name none. */
const DEFAULT_ACCOUNT = "default";
/** A Secret of this type holds a token that never ends: https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
const TOKEN_SECRET = "kubernetes.io/service-account-token";
/** Audiences of the API server: its issuer's usual names. Tokens for others, such as sts.amazonaws.com, are refused by it. */
const API_AUDIENCE =
  /^(https:\/\/)?(kubernetes\.default|api$|k3s$|rke2$)|^https:\/\/(oidc\.eks\.|container\.googleapis\.com\/)/;

export const noServiceAccountToken = stackRule(
  {
    name: "no-service-account-token",
    description: "A vLLM runtime carries no token for the Kubernetes API.",
    why: "vLLM never calls the API: only an attacker in the pod would use the token.",
    remediationSteps: "Set automountServiceAccountToken: false in the pod's spec.",
    equalForms:
      "Good: `automountServiceAccountToken: false` in the pod, or in the ServiceAccount of the same program that the pod names. The pod's own value wins. A projected `serviceAccountToken` volume without an audience of somebody else, and a Secret of the program with a token, are tokens, too, where a container mounts them. Not seen: ServiceAccounts and Secrets of other programs.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const secrets = resources.filter(
      (resource) => isKind(resource, "core", "Secret") && resource.props["type"] === TOKEN_SECRET,
    );
    each(workloads, (workload) => {
      const say = (message: string) => report(workload.urn, `${workload.where}${message}`);
      all(
        () => judgeMount(workload, resources, say),
        () => judgeVolumes(workload, secrets, say),
      );
    });
  },
);

function judgeMount(workload: Workload, resources: readonly Resource[], say: (message: string) => void): void {
  const own = workload.podSpec["automountServiceAccountToken"];
  // Of a part of a pod, only what it says counts.
  if (own === false || (!workload.isWhole && own !== true) || !isRuntime(workload)) return;
  if ((own === undefined || own === null) && isOffInAccount(workload, resources)) return;
  say(`automountServiceAccountToken ${state(own)}: set it to false in the pod's spec`);
}

function isOffInAccount(workload: Workload, resources: readonly Resource[]): boolean {
  const { podSpec, namespace } = workload;
  const name = text(podSpec["serviceAccountName"]) ?? text(podSpec["serviceAccount"]) ?? DEFAULT_ACCOUNT;
  return some(
    resources,
    (resource) =>
      isKind(resource, "core", "ServiceAccount") &&
      nameOf(resource) === name &&
      resource.props["automountServiceAccountToken"] === false &&
      isSameNamespace(namespaceOf(resource), namespace),
  );
}

function judgeVolumes(workload: Workload, secrets: readonly Resource[], say: (message: string) => void): void {
  each(list(workload.podSpec["volumes"]), (volume) => {
    const sources = list(at(volume, "projected", "sources"));
    const holds =
      sources.some((source) => isApiToken(at(source, "serviceAccountToken"))) ||
      [at(volume, "secret", "secretName"), ...sources.map((source) => at(source, "secret", "name"))].some((name) =>
        some(secrets, (secret) => nameOf(secret) === name && isSameNamespace(namespaceOf(secret), workload.namespace)),
      );
    const name = at(volume, "name");
    if (!holds || !isMounted(workload, name) || !isRuntime(workload)) return;
    say(`volume ${quote(name)} holds a token for the Kubernetes API: remove it, vLLM calls no API`);
  });
}

function isApiToken(source: unknown): boolean {
  if (typeof source !== "object" || source === null) return false;
  const audience = text(at(source, "audience")) ?? "";
  return audience === "" || API_AUDIENCE.test(audience);
}

function isMounted(workload: Workload, volume: unknown): boolean {
  return workload.containers.some(({ fields }) =>
    list(fields["volumeMounts"]).some((mount) => at(mount, "name") === volume),
  );
}
