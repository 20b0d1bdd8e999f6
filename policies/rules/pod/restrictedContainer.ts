import { containerHostAccess, podHostAccess } from "../../pods/hostAccess.js";
import { usesGpu } from "../../pods/gpus.js";
import { all, each } from "../../read/unknown.js";
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
    all(
      () => podHostAccess(workload, report),
      () =>
        each(workload.containers, (container) =>
          judgeContainer(container, workload, (finding) => report(`${container.where}: ${finding}`)),
        ),
    );
  },
);

function judgeContainer(container: Container, workload: Workload, report: (finding: string) => void): void {
  const own = (...path: string[]) => at(container.fields, "securityContext", ...path);
  // Where both are set, the container's value wins over the pod's.
  const either = (field: string) => own(field) ?? at(workload.podSpec, "securityContext", field);
  /** Of a part of a pod, only what it says counts. */
  const isMissed = (got: unknown) => workload.isWhole || got !== undefined;
  const expect = (field: string, got: unknown, allowed: boolean) => {
    if (got !== allowed && isMissed(got)) report(`securityContext.${field} ${state(got)}: set it to ${allowed}`);
  };
  all(
    () => containerHostAccess(container, workload, either, report),
    () => {
      if (either("runAsUser") === 0) report("securityContext.runAsUser is 0, which is root: use another user");
    },
    () => expect("runAsNonRoot", either("runAsNonRoot"), true),
    () => expect("readOnlyRootFilesystem", own("readOnlyRootFilesystem"), true),
    () => expect("allowPrivilegeEscalation", own("allowPrivilegeEscalation"), false),
    () => {
      const dropped = own("capabilities", "drop");
      if (!list(dropped).includes("ALL") && isMissed(dropped))
        report(`securityContext.capabilities.drop ${state(dropped)}: drop ["ALL"]`);
    },
    () => {
      const profile = at(either("seccompProfile"), "type");
      if (profile !== "RuntimeDefault" && profile !== "Localhost" && isMissed(profile))
        report(`securityContext.seccompProfile.type ${state(profile)}: set it to "RuntimeDefault"`);
    },
  );
}
