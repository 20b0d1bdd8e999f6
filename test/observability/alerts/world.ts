/** A cluster as its exporters show it, from which the recording rules and the alerts make what they make of it. */
import { alertsSchema } from "../../../components/contract/observability/alerts.js";
import { progressDeadlineSeconds } from "../../../components/derive/budgets.js";
import type { RuntimePlan } from "../../../components/derive/plan.js";
import { alertGroups, fleetAlertGroups } from "../../../components/observability/alerts/alerts.js";
import type { Scope } from "../../../components/observability/promql.js";
import { contractGroup, releaseLabels } from "../../../components/observability/rules/contracts.js";
import { gatewayGroups } from "../../../components/observability/rules/gateway.js";
import { seriesGroups } from "../../../components/observability/rules/series/series.js";
import { type AlertName, ALERTS } from "../../../components/vocabulary/alerts.js";
import { APP_NAME, LABELS } from "../../../components/vocabulary/labels.js";
import { KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { shownLabel } from "../../../components/vocabulary/metrics/labels.js";
import { VLLM } from "../../../components/vocabulary/metrics/vllm.js";
import { type InputSeries, testRules } from "../../promtool.js";
import { merged, releaseConfig, servedModel } from "../../serving/fixtures.js";

export const SCOPE: Scope = { namespace: "models", stack: "test" };
/** The same stack with a gateway. */
export const WITH_GATEWAY: Scope = {
  ...SCOPE,
  gateway: {
    namespace: "envoy-gateway-system",
    tenants: {
      acme: {
        limits: { requestsPerMinute: 600, outputTokensPerMinute: 60_000, inputTokensPerDay: 1_000_000, usdPerDay: 10 },
      },
      other: { limits: { requestsPerMinute: 600 } },
    },
  },
};
/** chat, whose route names r1; r2 is there beside it. */
export const MODEL = servedModel(
  merged({ autoscaling: { min: 1, max: 3 } }, { releases: { r2: releaseConfig({ context: 4096 }) } }),
);
export const R1 = MODEL.releases.get("r1")!;
export const R2 = MODEL.releases.get("r2")!;
/** From a pod's creation to its first readiness, at most. */
export const DEADLINE = progressDeadlineSeconds(R1);

type Labels = Record<string, string>;

/** Labels of an alert a release. */
export function ofRelease(plan: RuntimePlan = R1): Labels {
  const { vllm_revision: _, ...labels } = releaseLabels(plan, SCOPE);
  return labels;
}

/** A series: its samples in promtool's notation, one in 30 s. */
export function series(name: string, labels: Labels, values: string): InputSeries {
  const text = Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",");
  return { series: `${name}{${text}}`, values };
}

/** A value that stays for the two hours of a test. */
export const always = (value: number): string => `${value}+0x240`;
/** Something that grows by as much in each 30 s. */
export const growing = (by: number): string => `0+${by}x240`;
/** One value for so many minutes, then another. */
export const then = (first: number, minutes: number, second: number): string =>
  `${first}+0x${minutes * 2 - 1} ${second}+0x${240 - minutes * 2}`;

const { namespace } = SCOPE;

/** What kube-state-metrics says of a release's Deployment. */
export function deployment(
  values: { wanted: string; ready: string; updated?: string },
  plan: RuntimePlan = R1,
): InputSeries[] {
  const labels = { namespace, deployment: `chat-${plan.release}` };
  return [
    series(KUBE.deploymentReplicas.name, labels, values.wanted),
    series(KUBE.deploymentReady.name, labels, values.ready),
    series(KUBE.deploymentUpdated.name, labels, values.updated ?? values.wanted),
  ];
}

/** One replica that is ready all the time. */
export const WELL = deployment({ wanted: always(1), ready: always(1) });

/** What kube-state-metrics says of a pod, whose labels are of a release unless said otherwise. */
export function pod(
  name: string,
  of: { ready?: string; created?: number; node?: string; component?: string; plan?: RuntimePlan; own?: Labels } = {},
): InputSeries[] {
  const { ready = always(1), created = 0, node = "n1", component = "runtime", plan = R1, own = {} } = of;
  const labels = { namespace, pod: name };
  const shown = {
    [shownLabel(LABELS.name)]: APP_NAME,
    [shownLabel(LABELS.component)]: component,
    [shownLabel(LABELS.partOf)]: SCOPE.stack,
    [shownLabel(LABELS.instance)]: plan.name,
    [shownLabel(LABELS.release)]: plan.release,
    [shownLabel(LABELS.revision)]: plan.model.revision,
    [shownLabel(LABELS.class)]: plan.class,
    [shownLabel(LABELS.gpu)]: plan.gpu.type,
    ...own,
  };
  return [
    series(KUBE.podLabels.name, { ...labels, ...shown }, always(1)),
    series(KUBE.podInfo.name, { ...labels, node, created_by_kind: "ReplicaSet", created_by_name: "chat" }, always(1)),
    series(KUBE.podCreated.name, labels, always(created)),
    series(KUBE.podReady.name, { ...labels, condition: "true" }, ready),
  ];
}

/** Labels of a scraped replica's series. */
export function scraped(name: string, plan: RuntimePlan = R1): Labels {
  return {
    ...releaseLabels(plan, SCOPE),
    pod: name,
    instance: `${name}:8000`,
    job: `${namespace}/chat-${plan.release}`,
  };
}

/** Series of vLLM in a replica, which is scraped. */
export function engine(
  name: string,
  values: Partial<
    Record<"running" | "waiting" | "kvCacheUsage" | "preemptions" | "promptTokens" | "generationTokens", string>
  >,
  plan: RuntimePlan = R1,
): InputSeries[] {
  const labels = { ...scraped(name, plan), engine: "0", model_name: "chat" };
  return [
    series("up", scraped(name, plan), always(1)),
    ...Object.entries(values).map(([key, text]) => series(VLLM[key as keyof typeof values].name, labels, text)),
  ];
}

const config = alertsSchema.parse({});

type AnyRule = { record?: string; alert?: string; expr: string; labels?: Labels; for?: string };

/** Every rule that an alert may rest on, as a stack makes them; without texts, which promtool would have compared. */
const RULES: readonly AnyRule[] = [
  contractGroup(MODEL, SCOPE),
  ...seriesGroups(SCOPE),
  ...gatewayGroups(WITH_GATEWAY),
  ...alertGroups(WITH_GATEWAY, config),
  ...fleetAlertGroups(SCOPE, config),
]
  .flatMap(({ rules }): object[] => rules)
  .map((rule) => ({ ...rule, annotations: undefined }) as unknown as AnyRule);

/** An alert with what it rests on: all rules in each of the tests would take minutes. */
function rulesOf(alert: AlertName): AnyRule[] {
  const needed = new Set(RULES.filter((rule) => rule.alert === alert));
  for (let before = 0; before < needed.size;) {
    before = needed.size;
    const exprs = [...needed].map(({ expr }) => expr).join("\n");
    for (const rule of RULES) if (rule.record !== undefined && exprs.includes(rule.record)) needed.add(rule);
  }
  return RULES.filter((rule) => needed.has(rule));
}

/** The same series for two days, a sample in four minutes. */
export function twoDays(all: InputSeries[]): Case {
  return {
    series: all.map((one) => ({ ...one, values: one.values.replace("x240", "x720") })),
    at: 2880,
    interval: "4m",
  };
}

/** What an alert's test feeds, and when it looks. */
export interface Case {
  series: InputSeries[];
  /** In minutes. @default 60 */
  at?: number;
  /** Between samples, and between evaluations. @default "30s" */
  interval?: string;
}

/** Series that fire an alert, series that nearly do, and series that are missing or at zero on purpose. */
export interface AlertCases {
  /** @param labels of each alert that fires, without its severity */
  fires: Case & { labels: Labels[] };
  near: Record<string, Case>;
  silent: Record<string, Case>;
}

async function expectAlerts(
  alert: AlertName,
  { series: input, at = 60, interval = "30s" }: Case,
  labels: Labels[],
): Promise<void> {
  const { severity } = ALERTS[alert];
  await testRules(
    { groups: [{ name: "rules", rules: rulesOf(alert) }] },
    [
      {
        interval,
        input_series: input,
        alert_rule_test: [
          {
            eval_time: `${at}m`,
            alertname: alert,
            exp_alerts: labels.map((own) => ({ exp_labels: { ...own, severity } })),
          },
        ],
      },
    ],
    interval,
  );
}

/** Defines the tests of an alert. */
export function itAlerts(alert: AlertName, { fires, near, silent }: AlertCases): void {
  describe(alert, () => {
    it("fires", () => expectAlerts(alert, fires, fires.labels));
    for (const [name, test] of Object.entries(near)) it(`nearly fires: ${name}`, () => expectAlerts(alert, test, []));
    for (const [name, test] of Object.entries(silent)) it(`is silent: ${name}`, () => expectAlerts(alert, test, []));
    it("is silent where there is nothing", () => expectAlerts(alert, { series: [] }, []));
  });
}
