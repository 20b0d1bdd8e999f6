/**
 * What a pod says that opens its node to it, or takes the node's guards off: the fields of the Pod Security Standard "restricted".
 * Each is judged though another is not known yet.
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import { quote } from "../../components/config/problems.js";
import { all, each } from "../read/unknown.js";
import { at, list, text } from "../read/values.js";
import type { Container } from "./containers.js";
import type { Workload } from "./workloads.js";

const HOST_NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];
/** Followed by a container's name: how a profile was stated before Kubernetes 1.30. */
const APPARMOR_ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";
/** The only capability that the standard lets pods add. */
const HARMLESS_CAPABILITY = "NET_BIND_SERVICE";
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

type Report = (finding: string) => void;

/** Of the pod as a whole. */
export function podHostAccess({ podSpec }: Workload, report: Report): void {
  all(
    () =>
      each(HOST_NAMESPACES, (field) => {
        if (podSpec[field] === true) report(`${field} is true: remove it, GPU pods need no namespace of the host`);
      }),
    () =>
      each(["runAsGroup", "fsGroup"], (field) => {
        if (at(podSpec, "securityContext", field) !== 0) return;
        report(`securityContext.${field} is 0, root's group: use another`);
      }),
    () => {
      if (!list(at(podSpec, "securityContext", "supplementalGroups")).includes(0)) return;
      report("securityContext.supplementalGroups has 0, root's group: leave it out");
    },
    () =>
      each(list(podSpec["volumes"]), (volume) => {
        const path = text(at(volume, "hostPath", "path"));
        if (path === undefined) return;
        report(`volume ${quote(at(volume, "name"))} is the node's ${quote(path)}: use a claim or an emptyDir`);
      }),
  );
}

/** Of a container. @param either reads a field of its security context, else of the pod's */
export function containerHostAccess(
  { fields, name }: Container,
  workload: Workload,
  either: (field: string) => unknown,
  report: Report,
): void {
  const own = (...path: string[]) => at(fields, "securityContext", ...path);
  all(
    () => {
      if (own("privileged") !== true) return;
      report("securityContext.privileged is true: remove it, the device plugin gives access to GPUs");
    },
    () => {
      const added = list(own("capabilities", "add")).filter((capability) => capability !== HARMLESS_CAPABILITY);
      if (added.length > 0) report(`securityContext.capabilities.add is ${quote(added)}: remove it`);
    },
    () => {
      const mount = own("procMount") ?? "Default";
      if (mount !== "Default") report(`securityContext.procMount is ${quote(mount)}: remove it`);
    },
    () => {
      if (at(either("windowsOptions"), "hostProcess") !== true) return;
      report("securityContext.windowsOptions.hostProcess is true: remove it");
    },
    () =>
      each(["user", "role"], (part) => {
        const stated = text(at(either("seLinuxOptions"), part)) ?? "";
        if (stated !== "") report(`securityContext.seLinuxOptions.${part} is ${quote(stated)}: remove it`);
      }),
    () => {
      const type = text(at(either("seLinuxOptions"), "type")) ?? "";
      if (!SELINUX_TYPES.includes(type)) report(`securityContext.seLinuxOptions.type is ${quote(type)}: remove it`);
    },
    () => {
      if (at(either("appArmorProfile"), "type") !== "Unconfined") return;
      report('securityContext.appArmorProfile.type is "Unconfined": remove it');
    },
    () => {
      const annotation = APPARMOR_ANNOTATION + name;
      if (at(workload.podAnnotations, annotation) !== "unconfined") return;
      report(`annotation ${annotation} is "unconfined": remove it`);
    },
    () =>
      each(list(fields["ports"]), (port) => {
        const hostPort = at(port, "hostPort") ?? 0;
        if (Number(hostPort) === 0) return;
        report(`hostPort ${quote(hostPort)} opens the container on its node's address: remove it`);
      }),
  );
}
