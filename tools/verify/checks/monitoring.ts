/** Whether Prometheus has a release's series with the labels of its contract, one a query, and its rules. */
import { counted } from "../../../components/config/problems.js";
import { seriesOf } from "../../../components/serving/monitors.js";
import { METRIC_LABELS } from "../../../components/vocabulary/metrics/labels.js";
import { type Check, fail, judged, pass, Skip, type Verdict } from "../check.js";
import type { Rules, ScaledObject, Trigger } from "../objects.js";
import type { Prometheus, RuleGroup, Series } from "../prometheus.js";
import type { Target } from "../target.js";
import type { WantedObject, WantedRelease } from "../wanted.js";

interface Expected {
  /** Names of the labels with the pod's name and namespace. */
  pod: string;
  namespaceLabel: string;
  labels: Record<string, string>;
}

/** Labels of a release's targets, and their values. */
function expectedLabels({ wanted }: Target, { plan }: WantedRelease): Expected {
  const { prometheus } = wanted.config.platform;
  const series = seriesOf(prometheus);
  if (series !== undefined) {
    const labels = { [series.namespace]: wanted.namespace, [series.model]: plan.name, [series.release]: plan.release };
    return { pod: series.pod, namespaceLabel: series.namespace, labels };
  }
  const values: Readonly<Record<string, string>> = {
    stack: wanted.partOf,
    model: plan.name,
    release: plan.release,
    revision: plan.model.revision,
    class: plan.class,
    gpu: plan.gpu.type,
  };
  const own = Object.entries(METRIC_LABELS).flatMap(([key, label]) =>
    values[key] === undefined ? [] : [[label, values[key]] as const],
  );
  return {
    pod: "pod",
    namespaceLabel: "namespace",
    labels: { namespace: wanted.namespace, ...Object.fromEntries(own) },
  };
}

export function targetsCheck(target: Target, release: WantedRelease, prometheus: Prometheus): Check {
  return {
    name: "targets",
    subject: release.name,
    next: target.kubectl(`get podmonitor ${release.name} -o yaml`),
    run: () => targets(target, release, prometheus),
  };
}

async function targets(target: Target, release: WantedRelease, prometheus: Prometheus): Promise<Verdict> {
  const ready = await target.readyPods(release);
  const { pod, namespaceLabel, labels } = expectedLabels(target, release);
  const found = await prometheus.query(`up{${namespaceLabel}=${JSON.stringify(target.namespace)}}`);
  const problems = ready.flatMap(({ metadata: { name } }) => {
    const series = found.filter(({ metric }) => metric[pod] === name && isScrapeOf(metric, labels));
    const wrong = found.filter(({ metric }) => metric[pod] === name);
    if (series.length === 0) return [`${name} has no series up${differing(wrong, labels)}`];
    const down = series.filter(({ value }) => value[1] !== "1");
    return down.length === 0 ? [] : [`${name} is down: Prometheus cannot read its /metrics`];
  });
  return judged(
    problems,
    `${counted(ready.length, "target")} up with ${Object.keys(labels).length} labels of the contract`,
  );
}

function isScrapeOf(metric: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([label, value]) => metric[label] === value);
}

/** In what a series of the pod is another one. */
function differing([series]: readonly Series[], labels: Readonly<Record<string, string>>): string {
  if (series === undefined) return "";
  const others = Object.entries(labels).filter(([label, value]) => series.metric[label] !== value);
  const texts = others.map(
    ([label, value]) => `${label}=${series.metric[label] ?? ""} where the contract says ${value}`,
  );
  return texts.length === 0 ? "" : ` of its contract: ${texts.join(", ")}`;
}

function scaledOf({ objects }: WantedRelease): ScaledObject | undefined {
  return objects.find(({ manifest }) => manifest.kind === "ScaledObject")?.manifest as ScaledObject | undefined;
}

export function queriesCheck(target: Target, release: WantedRelease, prometheus: Prometheus): Check {
  return {
    name: "queries",
    subject: release.name,
    next: target.kubectl(`get scaledobject ${release.name} -o yaml`),
    run: async () => {
      const scaled = scaledOf(release);
      if (scaled === undefined) throw new Skip("its replicas are fixed: nothing is asked");
      const asked = scaled.spec.triggers.filter(({ type }) => type === "prometheus");
      if (!(await target.isAtZero(release))) await target.readyPods(release);
      const found = await Promise.all(asked.map((trigger) => queryProblem(trigger, prometheus)));
      return judged(
        found.filter((problem) => problem !== undefined),
        `one series for each of ${counted(asked.length, "query", "queries")}`,
      );
    },
  };
}

async function queryProblem({ name = "", metadata }: Trigger, prometheus: Prometheus): Promise<string | undefined> {
  const series = await prometheus.query(metadata["query"]!);
  const [first] = series;
  if (series.length !== 1) return `${name} gives ${counted(series.length, "series", "series")}`;
  return Number.isFinite(Number(first!.value[1])) ? undefined : `${name} gives ${first!.value[1]}`;
}

export function rulesCheck(
  target: Target,
  subject: string,
  objects: readonly WantedObject[],
  prometheus: Prometheus,
): Check[] {
  const wanted = objects
    .filter(({ manifest }) => manifest.kind === "PrometheusRule")
    .map(({ manifest }) => manifest as Rules);
  if (wanted.length === 0) return [];
  const names = wanted.map(({ metadata }) => metadata.name);
  return [
    {
      name: "rules",
      subject,
      next: target.kubectl(`get prometheusrule ${names.join(" ")}`, wanted[0]!.metadata.namespace),
      run: () => rules(wanted, prometheus),
    },
  ];
}

async function rules(wanted: readonly Rules[], prometheus: Prometheus): Promise<Verdict> {
  const loaded = await prometheus.rules();
  const problems: string[] = [];
  let pending = 0;
  let count = 0;
  for (const object of wanted) {
    for (const group of object.spec.groups) {
      const there = rulesOf(object, group.name, loaded);
      for (const { record, alert } of group.rules) {
        const name = (alert ?? record)!;
        const found = there.filter((rule) => rule.name === name);
        count += 1;
        const bad = found.find(({ health }) => health === "err");
        if (found.length === 0) problems.push(`${name} of ${group.name} is not loaded`);
        else if (bad !== undefined) problems.push(`${name} of ${group.name} fails: ${bad.lastError ?? "no reason"}`);
        else if (found.every(({ health }) => health !== "ok")) pending += 1;
      }
    }
  }
  if (problems.length > 0) return fail(problems.slice(0, MOST_PROBLEMS).join("; ") + rest(problems.length));
  if (pending > 0) throw new Skip(`${pending} of ${counted(count, "rule")} are loaded and not evaluated yet`);
  return pass(`${counted(count, "rule")} loaded and healthy`);
}

const MOST_PROBLEMS = 3;

function rest(all: number): string {
  return all > MOST_PROBLEMS ? `; ${all - MOST_PROBLEMS} more` : "";
}

/**
 * Rules of a group, in the file that the operator writes of the object (`<namespace>-<name>-<uid>.yaml`); where no file has such a
 * name, of any group that is called the same.
 */
function rulesOf({ metadata }: Rules, name: string, loaded: readonly RuleGroup[]): RuleGroup["rules"] {
  const prefix = `/${metadata.namespace}-${metadata.name}-`;
  const isOwn = ({ file }: RuleGroup): boolean => {
    const at = file.lastIndexOf(prefix);
    return at !== -1 && /^[0-9a-f-]{36}\.ya?ml$/.test(file.slice(at + prefix.length));
  };
  const isOperated = loaded.some(({ file }) => /-[0-9a-f]{8}-[0-9a-f-]{27}\.ya?ml$/.test(file));
  return loaded.filter((group) => group.name === name && (!isOperated || isOwn(group))).flatMap((group) => group.rules);
}
