import { quote } from "../../../components/config/problems.js";
import { REPLICATED_KINDS } from "../../../components/vocabulary/workloads.js";
import { HOST_LABEL } from "../../../components/vocabulary/nodes.js";
import { isRuntime } from "../../engine/runtimes.js";
import { Placement } from "../../pods/placement.js";
import type { Workload } from "../../pods/workloads.js";
import { isSameNamespace } from "../../read/namespaces.js";
import { all, each, knownOf } from "../../read/unknown.js";
import { at, list, number, strings, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import type { Targets } from "../../scaling/targets.js";
import { type NamedClaim, namedClaimsOf } from "../../storage/claims.js";

const ONE_POD = "ReadWriteOncePod";
const ONE_NODE = "ReadWriteOnce";

export const singleWriterClaim = stackRule(
  {
    name: "single-writer-claim",
    description: "A claim for one node is mounted by one pod of a vLLM runtime at a time.",
    why: "The volume attaches to one node: a second replica, or the new pod of a rollout, waits on another node for ever, and the rollout with it.",
    remediationSteps:
      "Use a claim that many may mount (ReadOnlyMany or ReadWriteMany on shared storage), or a volume for each pod (ephemeral, or volumeClaimTemplates).",
    equalForms:
      "Claims of the program whose access modes are ReadWriteOnce or ReadWriteOncePod alone are followed into the volumes of runtimes, read-only mounts too. Replicas are those stated, an autoscaler's most, and those of several runtimes that mount one claim. A Deployment of one replica is judged by its surge: one that is replaced in place (Recreate, maxSurge 0) has a pod at a time, though rollout-keeps-capacity refuses that. Pods that name one node (by name or hostname) may share ReadWriteOnce. `volumeClaimTemplates` and ephemeral volumes give each pod its own; claims that are not in the program are not seen.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  ({ resources, workloads, targets }, report) => {
    const claims = namedClaimsOf(resources);
    if (claims.length === 0) return;
    const mounts = new Map<NamedClaim, Workload[]>();
    all(
      () =>
        each(workloads, (workload) => {
          if (!workload.isWhole || !REPLICATED_KINDS.includes(workload.kind)) return;
          each(mountedBy(workload, claims), (claim) => {
            const held = mounts.get(claim) ?? [];
            if (!held.includes(workload) && isRuntime(workload)) mounts.set(claim, [...held, workload]);
          });
        }),
      () =>
        each(mounts, ([claim, mounting]) => {
          const fault = faultOf(claim, mounting, targets);
          if (fault !== undefined) report(mounting[0]?.urn ?? claim.urn, fault);
        }),
    );
  },
);

function faultOf(claim: NamedClaim, mounting: readonly Workload[], targets: Targets): string | undefined {
  const mode = modeOf(claim);
  if (mode === undefined || (mode === ONE_NODE && mounting.every(isOnOneNode))) return undefined;
  const names = mounting.map(({ kind, name }) => `${kind} ${quote(name)}`).join(" and ");
  const subject = `${claim.where} is ${mode} and mounted by ${names}`;
  const pods = mounting.reduce((sum, workload) => sum + targets.leastReplicas(workload), 0);
  if (pods > 1) return `${subject}, ${pods} pods: use shared storage, or a volume for each pod`;
  const most = mounting.reduce((sum, workload) => sum + targets.mostReplicas(workload), 0);
  if (most > 1) return `${subject}, which may be scaled to ${most} pods: use shared storage, or a volume for each pod`;
  if (!mounting.some(surges)) return undefined;
  return `${subject}, whose rollout starts a second pod before the first one stops: use shared storage, or a volume for each pod`;
}

function mountedBy(workload: Workload, claims: readonly NamedClaim[]): Iterable<NamedClaim> {
  return knownOf(list(workload.podSpec["volumes"]), (volume) => {
    const mounted = text(at(volume, "persistentVolumeClaim", "claimName"));
    if (mounted === undefined) return [];
    return claims.filter(({ name, namespace }) => name === mounted && isSameNamespace(namespace, workload.namespace));
  });
}

/** The mode of a claim that has no other. */
function modeOf({ spec }: NamedClaim): string | undefined {
  const modes = strings(spec["accessModes"]);
  if (modes.length === 0 || modes.some((mode) => mode !== ONE_NODE && mode !== ONE_POD)) return undefined;
  return modes.includes(ONE_POD) ? ONE_POD : ONE_NODE;
}

function isOnOneNode(workload: Workload): boolean {
  const placement = new Placement(workload.podSpec);
  const [term, ...others] = placement.required;
  const names = term?.find(({ key }) => key === HOST_LABEL || key === "metadata.name")?.values ?? [];
  return placement.hasNode || (others.length === 0 && names.length === 1);
}

/** By default a Deployment adds a quarter, rounded up: a pod. */
function surges({ kind, spec, replicas }: Workload): boolean {
  if (kind !== "Deployment" || replicas < 1 || at(spec, "strategy", "type") === "Recreate") return false;
  const surge = at(spec, "strategy", "rollingUpdate", "maxSurge");
  return number(surge) !== 0 && surge !== "0%";
}
