/** Evaluates rules over the past, each after those whose series it reads, and keeps what they record. */
import type { CollectedResource } from "../collect.js";
import type { Answer, OwnPrometheus, Range } from "./prometheus.js";
import type { Series } from "./remoteWrite.js";

/** A rule that records a series, or one that alerts. */
export interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Record<string, string>;
}

/** Rules of all PrometheusRules of a program. */
export function rulesOf(resources: readonly CollectedResource[]): Rule[] {
  return resources
    .filter(({ inputs }) => inputs["kind"] === "PrometheusRule")
    .flatMap(({ inputs }) => (inputs["spec"] as { groups: { rules: Rule[] }[] }).groups)
    .flatMap(({ rules }) => rules);
}

/** Rules in steps: those of a step read what earlier steps record. A rule may read its own series. */
export function inSteps(rules: readonly Rule[]): Rule[][] {
  const reads = (rule: Rule, name: string): boolean =>
    new RegExp(`(?<![\\w:])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w:])`).test(rule.expr);
  const steps: Rule[][] = [];
  let rest = [...rules];
  while (rest.length > 0) {
    const names = [...new Set(rest.map(({ record }) => record).filter((name) => name !== undefined))];
    const ready = rest.filter((rule) => !names.some((name) => name !== rule.record && reads(rule, name)));
    // Rules that read each other: Prometheus takes them in their order, too.
    const step = ready.length > 0 ? ready : rest;
    steps.push(step);
    rest = rest.filter((rule) => !step.includes(rule));
  }
  return steps;
}

/** What a rule makes of an answer. A label that a rule's alert templates is left as it is written. */
function recorded({ record, alert, labels = {} }: Rule, { metric, samples }: Answer): Series {
  const { __name__: _, ...own } = metric;
  const name = record ?? "ALERTS";
  const state: Record<string, string> = alert === undefined ? {} : { alertname: alert, alertstate: "firing" };
  return {
    labels: { ...own, ...labels, ...state, __name__: name },
    samples: samples.map(([time, value]) => [Math.round(time * 1000), alert === undefined ? value : 1]),
  };
}

/** Evaluates rules at every step of a range. An alert fires as soon as its condition holds, without its `for`. */
export async function evaluate(prometheus: OwnPrometheus, rules: readonly Rule[], range: Range): Promise<void> {
  for (const step of inSteps(rules)) {
    const series: Series[] = [];
    for (const rule of step) {
      const answers = await prometheus.range(rule.expr, range);
      series.push(...answers.map((answer) => recorded(rule, answer)));
    }
    await prometheus.write(series);
  }
}
