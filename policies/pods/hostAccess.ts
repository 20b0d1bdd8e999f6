/**
 * What a pod says that opens its node to it, or takes the node's guards off: the fields of the Pod Security Standard "restricted".
 * Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import { quote } from "../../components/config/problems.js";
import { at, list, text } from "../read/values.js";
import type { Container } from "./containers.js";
import type { Workload } from "./workloads.js";

const HOST_NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"];
/** The only capability that the standard lets pods add. */
const HARMLESS_CAPABILITY = "NET_BIND_SERVICE";
const SELINUX_TYPES = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** Of the pod as a whole. */
export function podHostAccess(workload: Workload): string[] {
  const { podSpec } = workload;
  const namespaces = HOST_NAMESPACES.filter((field) => podSpec[field] === true);
  const groups = ["runAsGroup", "fsGroup"].filter((field) => at(podSpec, "securityContext", field) === 0);
  const volumes = list(podSpec["volumes"]).filter((volume) => text(at(volume, "hostPath", "path")) !== undefined);
  return [
    ...namespaces.map((field) => `${field} is true: remove it, GPU pods need no namespace of the host`),
    ...groups.map((field) => `securityContext.${field} is 0, root's group: use another`),
    ...(list(at(podSpec, "securityContext", "supplementalGroups")).includes(0)
      ? ["securityContext.supplementalGroups has 0, root's group: leave it out"]
      : []),
    ...volumes.map(
      (volume) =>
        `volume ${quote(at(volume, "name"))} is the node's ${quote(at(volume, "hostPath", "path"))}: use a claim or an emptyDir`,
    ),
  ];
}

/** Of a container. @param either reads a field of its security context, else of the pod's */
export function containerHostAccess(container: Container, either: (field: string) => unknown): string[] {
  const context = container.fields["securityContext"];
  const added = list(at(context, "capabilities", "add")).filter((capability) => capability !== HARMLESS_CAPABILITY);
  const ports = list(container.fields["ports"]).filter((port) => Number(at(port, "hostPort") ?? 0) !== 0);
  const findings: string[] = [];
  const refuse = (isWrong: boolean, finding: string) => void (isWrong && findings.push(finding));
  refuse(
    at(context, "privileged") === true,
    "securityContext.privileged is true: remove it, the device plugin gives access to GPUs",
  );
  refuse(added.length > 0, `securityContext.capabilities.add is ${quote(added)}: remove it`);
  const mount = at(context, "procMount") ?? "Default";
  refuse(mount !== "Default", `securityContext.procMount is ${quote(mount)}: remove it`);
  const type = text(at(either("seLinuxOptions"), "type")) ?? "";
  refuse(!SELINUX_TYPES.includes(type), `securityContext.seLinuxOptions.type is ${quote(type)}: remove it`);
  const profile = at(either("appArmorProfile"), "type");
  refuse(profile === "Unconfined", 'securityContext.appArmorProfile.type is "Unconfined": remove it');
  for (const port of ports) {
    findings.push(`hostPort ${quote(at(port, "hostPort"))} opens the container on its node's address: remove it`);
  }
  return findings;
}
