/** Whether a pod's own kind keeps off the node that it is on. */
import { EXCLUSIVE_TOPOLOGY, POD_TEMPLATES } from "../../components/vocabulary/workloads.js";
import { labelSelector } from "../read/selectors.js";
import { at, isSet, list, number } from "../read/values.js";
import type { Workload } from "./workloads.js";

/** Machines have eight GPUs, but for one of Google's with sixteen (components/facts/machines): such a pod has its node for itself. */
const WHOLE_MACHINE = 8;

/** @param gpus that the pod asks for */
export function isSpread(workload: Workload, gpus: number): boolean {
  if (gpus >= WHOLE_MACHINE || hasHostPort(workload)) return true;
  return hasConstraint(workload) || hasAntiAffinity(workload) || workload.annotation(EXCLUSIVE_TOPOLOGY) !== undefined;
}

/** Two pods cannot have the same port of one node. */
function hasHostPort({ containers, podSpec }: Workload): boolean {
  const ports = containers.flatMap((container) => list(container.fields["ports"]));
  return ports.some(
    (port) => (number(at(port, "hostPort")) ?? 0) > 0 || (podSpec["hostNetwork"] === true && isPort(port)),
  );
}

function isPort(port: unknown): boolean {
  return number(at(port, "containerPort")) !== undefined;
}

function hasConstraint(workload: Workload): boolean {
  return list(workload.podSpec["topologySpreadConstraints"]).some((constraint) => selectsOwn(workload, constraint));
}

function hasAntiAffinity(workload: Workload): boolean {
  const rules = at(workload.podSpec, "affinity", "podAntiAffinity");
  const required = list(at(rules, "requiredDuringSchedulingIgnoredDuringExecution"));
  const preferred = list(at(rules, "preferredDuringSchedulingIgnoredDuringExecution"));
  return [...required, ...preferred.map((preference) => at(preference, "podAffinityTerm"))].some((term) =>
    selectsOwn(workload, term),
  );
}

/** Controllers of others label pods with what the program does not state: a selector of theirs is taken for their own. */
function selectsOwn({ kind, podLabels }: Workload, of: unknown): boolean {
  if (!Object.hasOwn(POD_TEMPLATES, kind)) return isSet(at(of, "labelSelector"));
  return labelSelector(at(of, "labelSelector")).selects(podLabels);
}
