/** Whether KEDA scales a release as its config says. */
import { type Check, judged, Skip, type Verdict } from "../check.js";
import { conditionOf, conditionText, type HorizontalPodAutoscaler, type ScaledObject } from "../objects.js";
import type { Target } from "../target.js";
import type { WantedRelease } from "../wanted.js";

/** Prefix of annotations by which people pause it: https://keda.sh/docs/2.20/concepts/scaling-deployments/#pausing-autoscaling */
const PAUSED = "autoscaling.keda.sh/paused";
const KEDA = { apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" } as const;

export function scalerCheck(target: Target, release: WantedRelease): Check {
  const { name } = release;
  return {
    name: "scaler",
    subject: name,
    next: target.kubectl(`describe scaledobject ${name} && kubectl describe hpa keda-hpa-${name}`),
    run: () => scaler(target, release),
  };
}

async function scaler(target: Target, release: WantedRelease): Promise<Verdict> {
  const { namespace } = target;
  const { name, plan, objects } = release;
  if (!objects.some(({ manifest }) => manifest.kind === KEDA.kind)) throw new Skip("its replicas are fixed");
  const found = (await target.list<ScaledObject>(KEDA.apiVersion, KEDA.kind, { namespace })).find(
    ({ metadata }) => metadata.name === name,
  );
  if (found === undefined) throw new Skip(`there is no ScaledObject ${name}: see objects`);
  const { min, max } = plan.autoscaling;
  const problems: string[] = [];
  const { minReplicaCount = 0, maxReplicaCount = 0 } = found.spec;
  if (minReplicaCount !== min || maxReplicaCount !== max) {
    problems.push(`scales from ${minReplicaCount} to ${maxReplicaCount}, the config says ${min} to ${max}`);
  }
  const pause = Object.keys(found.metadata.annotations ?? {}).find((key) => key.startsWith(PAUSED));
  if (pause !== undefined) problems.push(`is paused by its annotation ${pause}`);
  const ready = conditionOf(found, "Ready");
  if (ready?.status !== "True") problems.push(ready === undefined ? "KEDA has not seen it yet" : conditionText(ready));
  const fallback = conditionOf(found, "Fallback");
  if (fallback?.status === "True") problems.push(conditionText(fallback));
  const active = conditionOf(found, "Active")?.status === "True" ? "active" : "idle";
  problems.push(...(await hpaProblems(target, release, found)));
  return judged(problems, `Ready, ${active}, from ${min} to ${max} replicas`);
}

async function hpaProblems(
  target: Target,
  release: WantedRelease,
  { metadata, spec, status }: ScaledObject,
): Promise<string[]> {
  const name = status?.hpaName ?? `keda-hpa-${metadata.name}`;
  const all = await target.list<HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler", {
    namespace: target.namespace,
  });
  const hpa = all.find((one) => one.metadata.name === name);
  if (hpa === undefined) return [`there is no HPA ${name}`];
  const { min, max } = release.plan.autoscaling;
  const problems: string[] = [];
  // To none and back KEDA scales by itself.
  const [lowest, highest] = [hpa.spec.minReplicas ?? 1, hpa.spec.maxReplicas];
  if (lowest !== Math.max(1, min) || highest !== max) problems.push(`HPA ${name} scales from ${lowest} to ${highest}`);
  const metrics = hpa.spec.metrics?.length ?? 0;
  if (metrics < spec.triggers.length)
    problems.push(`HPA ${name} has ${metrics} metrics for ${spec.triggers.length} triggers`);
  if (await target.isAtZero(release)) return problems;
  const scaling = conditionOf(hpa, "ScalingActive");
  if (scaling !== undefined && scaling.status !== "True") problems.push(`HPA ${name}: ${conditionText(scaling)}`);
  return problems;
}
