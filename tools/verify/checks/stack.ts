/** What a stack has beside its models: dashboards, and a cache that fills. */
import { isDeepStrictEqual } from "node:util";
import { counted } from "../../../components/config/problems.js";
import { COMPONENTS, LABELS } from "../../../components/vocabulary/labels.js";
import { describe } from "../../local/client.js";
import { type Check, judged, Skip, type Verdict } from "../check.js";
import { conditionOf, conditionText, type ConfigMap, type DaemonSet, type Job } from "../objects.js";
import type { Target } from "../target.js";
import type { WantedObject } from "../wanted.js";

/** Whether a ConfigMap holds a dashboard of Grafana's: JSON with panels. */
function isDashboard({ manifest }: WantedObject): boolean {
  const { data = {} } = manifest as ConfigMap;
  return (
    manifest.kind === "ConfigMap" &&
    Object.values(data).some((text) => /^\s*\{/.test(text) && /"panels"\s*:/.test(text))
  );
}

export function dashboardsCheck(target: Target, objects: readonly WantedObject[]): Check {
  const wanted = objects.filter(isDashboard).map(({ manifest }) => manifest as ConfigMap);
  const namespace = wanted[0]?.metadata.namespace ?? target.namespace;
  return {
    name: "dashboards",
    subject: target.wanted.stack,
    next: target.kubectl("get configmap --show-labels", namespace),
    run: () => dashboards(target, wanted),
  };
}

async function dashboards(target: Target, wanted: readonly ConfigMap[]): Promise<Verdict> {
  if (wanted.length === 0) throw new Skip("the stack has no dashboards");
  const found = await Promise.all(
    wanted.map(async (manifest) => {
      const { namespace } = manifest.metadata;
      const list = await target.list<ConfigMap>("v1", "ConfigMap", namespace === undefined ? {} : { namespace });
      const there = list.find(({ metadata }) => metadata.name === manifest.metadata.name);
      if (there === undefined) return `no ${describe(manifest)}`;
      const { labels = {} } = there.metadata;
      const lacking = Object.entries(manifest.metadata.labels ?? {}).filter(
        ([label, value]) => labels[label] !== value,
      );
      if (lacking.length > 0) {
        return `${describe(manifest)} lacks ${lacking.map(([label, value]) => `${label}=${value}`).join(", ")}: the sidecar may pass it over`;
      }
      return isDeepStrictEqual(there.data, manifest.data)
        ? undefined
        : `${describe(manifest)} has another dashboard than the stack`;
    }),
  );
  return judged(
    found.filter((problem) => problem !== undefined),
    counted(wanted.length, "dashboard"),
  );
}

export function cacheCheck(target: Target, objects: readonly WantedObject[]): Check {
  const wanted = objects
    .map(({ manifest }) => manifest)
    .filter(({ metadata }) => metadata.labels?.[LABELS.component] === COMPONENTS.cache);
  return {
    name: "cache",
    subject: target.wanted.stack,
    next: target.kubectl(`get job,daemonset,pod -l ${LABELS.component}=${COMPONENTS.cache}`),
    run: async () => {
      const fills = wanted.filter(({ kind }) => kind === "Job");
      const sets = wanted.filter(({ kind }) => kind === "DaemonSet");
      if (fills.length + sets.length === 0) throw new Skip("the stack fills no cache");
      const { namespace } = target;
      const [jobs, daemonSets] = await Promise.all([
        fills.length === 0 ? [] : target.list<Job>("batch/v1", "Job", { namespace }),
        sets.length === 0 ? [] : target.list<DaemonSet>("apps/v1", "DaemonSet", { namespace }),
      ]);
      const problems = [
        ...fills.map(({ metadata: { name } }) =>
          fillProblem(
            name,
            jobs.find((job) => job.metadata.name === name),
          ),
        ),
        ...sets.map(({ metadata: { name } }) =>
          setProblem(
            name,
            daemonSets.find((set) => set.metadata.name === name),
          ),
        ),
      ];
      const parts = [
        ...(fills.length > 0 ? [`${counted(fills.length, "fill")} complete`] : []),
        ...(sets.length > 0 ? [`${counted(sets.length, "DaemonSet")} ready`] : []),
      ];
      return judged(
        problems.filter((problem) => problem !== undefined),
        parts.join(", "),
      );
    },
  };
}

function fillProblem(name: string, job: Job | undefined): string | undefined {
  if (job === undefined) return `no Job ${name}`;
  if (conditionOf(job, "Complete")?.status === "True") return undefined;
  const failed = conditionOf(job, "Failed");
  return failed?.status === "True" ? `Job ${name}: ${conditionText(failed)}` : `Job ${name} has not ended yet`;
}

function setProblem(name: string, set: DaemonSet | undefined): string | undefined {
  if (set === undefined) return `no DaemonSet ${name}`;
  const { desiredNumberScheduled = 0, numberReady = 0 } = set.status ?? {};
  return numberReady >= desiredNumberScheduled
    ? undefined
    : `DaemonSet ${name} is ready on ${numberReady} of ${desiredNumberScheduled} nodes`;
}
