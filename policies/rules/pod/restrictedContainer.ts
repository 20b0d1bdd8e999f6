import { containerHostAccess, podHostAccess } from "../../pods/hostAccess.js";
import { usesGpu } from "../../pods/gpus.js";
import { each } from "../../read/unknown.js";
import { at, list } from "../../read/values.js";
import { workloadRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";
import { state } from "../../read/show.js";
import type { Container } from "../../pods/containers.js";
import type { Workload } from "../../pods/workloads.js";

export const restrictedContainer = workloadRule(
  {
    name: "restricted-container",
    description:
      "Containers of vLLM and GPU pods run without root, privileges, access to their node and a writable root file system.",
    why: "They parse untrusted prompts and third-party model files; an attacker who takes over one of them should find nothing to use.",
    remediationSteps:
      "Set runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false and capabilities.drop: [ALL] and seccompProfile.type: RuntimeDefault; remove host paths, ports and namespaces; mount what must be writable.",
    equalForms:
      "Judges vLLM pods and all pods that use GPUs: by a request, a claim, `NVIDIA_VISIBLE_DEVICES` or device files; every container of them, init and sidecar containers, too. A pod's security context counts where the container states nothing. In parts of pods (patches, custom resources, charts' values), only what they state is judged. Good: `NET_BIND_SERVICE`, and the seccomp profiles RuntimeDefault and Localhost.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (!usesGpu(workload) && !isRuntime(workload)) return;
    podHostAccess(workload).forEach(report);
    each(workload.containers, (container) => {
      for (const finding of findingsOf(container, workload)) report(`${container.where}: ${finding}`);
    });
  },
);

function findingsOf(container: Container, workload: Workload): string[] {
  const context = container.fields["securityContext"];
  // Where both are set, the container's value wins over the pod's.
  const either = (field: string) => at(context, field) ?? at(workload.podSpec, "securityContext", field);
  const findings = containerHostAccess(container, either);
  const expect = (field: string, got: unknown, allowed: boolean) => {
    // Of a part of a pod, only what it says counts.
    if (got !== allowed && (workload.isWhole || got !== undefined))
      findings.push(`securityContext.${field} ${state(got)}: set it to ${allowed}`);
  };
  if (either("runAsUser") === 0) findings.push("securityContext.runAsUser is 0, which is root: use another user");
  expect("runAsNonRoot", either("runAsNonRoot"), true);
  expect("readOnlyRootFilesystem", at(context, "readOnlyRootFilesystem"), true);
  expect("allowPrivilegeEscalation", at(context, "allowPrivilegeEscalation"), false);
  const dropped = at(context, "capabilities", "drop");
  if (!list(dropped).includes("ALL") && (workload.isWhole || dropped !== undefined))
    findings.push(`securityContext.capabilities.drop ${state(dropped)}: drop ["ALL"]`);
  const profile = at(either("seccompProfile"), "type");
  if (profile !== "RuntimeDefault" && profile !== "Localhost" && (workload.isWhole || profile !== undefined))
    findings.push(`securityContext.seccompProfile.type ${state(profile)}: set it to "RuntimeDefault"`);
  return findings;
}
