import { asksForGpu } from "../../pods/gpus.js";
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
    description: "Containers of vLLM and GPU pods run without root, privileges and a writable root file system.",
    why: "They parse untrusted prompts and third-party model files; an attacker who takes over one of them should find nothing to use.",
    remediationSteps:
      "Set runAsNonRoot: true, readOnlyRootFilesystem: true, allowPrivilegeEscalation: false and capabilities.drop: [ALL]; mount what must be writable.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (!isRuntime(workload) && !asksForGpu(workload)) return;
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
      if (workload.podSpec[field] === true)
        report(`${field} is true: remove it, GPU pods need no namespace of the host`);
    }
    each(workload.containers, (container) => {
      for (const finding of findingsOf(container, workload)) report(`${container.where}: ${finding}`);
    });
  },
);

function findingsOf(container: Container, workload: Workload): string[] {
  const context = container.fields["securityContext"];
  // Where both are set, the container's value wins over the pod's.
  const either = (field: string) => at(context, field) ?? at(workload.podSpec, "securityContext", field);
  const findings: string[] = [];
  const expect = (field: string, got: unknown, allowed: boolean) => {
    // Of a part of a pod, only what it says counts.
    if (got !== allowed && (workload.isWhole || got !== undefined))
      findings.push(`securityContext.${field} ${state(got)}: set it to ${allowed}`);
  };
  if (at(context, "privileged") === true)
    findings.push("securityContext.privileged is true: remove it, the device plugin gives access to GPUs");
  if (either("runAsUser") === 0) findings.push("securityContext.runAsUser is 0, which is root: use another user");
  expect("runAsNonRoot", either("runAsNonRoot"), true);
  expect("readOnlyRootFilesystem", at(context, "readOnlyRootFilesystem"), true);
  expect("allowPrivilegeEscalation", at(context, "allowPrivilegeEscalation"), false);
  const dropped = at(context, "capabilities", "drop");
  if (!list(dropped).includes("ALL") && (workload.isWhole || dropped !== undefined))
    findings.push(`securityContext.capabilities.drop ${state(dropped)}: drop ["ALL"]`);
  return findings;
}
