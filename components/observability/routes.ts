/** Routes of alerts as an AlertmanagerConfig of Prometheus' operator (monitoring.coreos.com/v1alpha1). */
import { type SecretRef, secretKeyOf } from "../config/secretRef.js";
import type { ReceiverConfig, RoutesConfig } from "../contract/observability/routes.js";
import { METRIC_LABELS } from "../vocabulary/metrics/labels.js";
import { INHIBITIONS } from "./alerts/inhibitions.js";

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1alpha1.AlertmanagerConfigSpec */
export interface AlertmanagerConfigSpec {
  route: Route;
  receivers: Receiver[];
  inhibitRules: InhibitRule[];
}

interface Matcher {
  name: string;
  value: string;
  matchType: "=" | "=~";
}

interface Route {
  receiver: string;
  matchers: Matcher[];
  groupBy?: string[];
  groupWait?: string;
  groupInterval?: string;
  repeatInterval?: string;
  routes?: Route[];
}

interface InhibitRule {
  sourceMatch: Matcher[];
  targetMatch: Matcher[];
  equal: string[];
}

/** A receiver, with a list of each kind that it has. */
interface Receiver {
  name: string;
  [configs: `${string}Configs`]: object[];
}

/** Severities that our alerts have. */
const SEVERITIES = ["page", "ticket"] as const;
type Severity = (typeof SEVERITIES)[number];

/** Of alerts without a severity or without anybody to tell: the route needs a name. */
const NOBODY = "nobody";

/** Alerts of one model and one cause are one message. */
const GROUP_BY = [METRIC_LABELS.stack, METRIC_LABELS.model, "alertname"];

/** How long alerts of one group are gathered before the first message. */
const GROUP_WAIT: Readonly<Record<Severity, string>> = { page: "30s", ticket: "5m" };
/** How long before a message about new alerts of a group. */
const GROUP_INTERVAL = "5m";

/** Templates of Alertmanager: https://prometheus.io/docs/alerting/latest/notifications/ */
const TITLE = `[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }} {{ .CommonLabels.${METRIC_LABELS.model} }}`;
const TEXT = [
  "{{ range .Alerts }}{{ .Annotations.summary }}",
  "{{ .Annotations.description }}",
  "{{ with .Annotations.runbook_url }}Runbook: {{ . }}{{ end }}",
  "{{ with .Annotations.dashboard_url }}Dashboard: {{ . }}{{ end }}",
  "{{ end }}",
].join("\n");

const OPSGENIE_URL = { us: "https://api.opsgenie.com/", eu: "https://api.eu.opsgenie.com/" } as const;
const OPSGENIE_PRIORITY: Readonly<Record<Severity, string>> = { page: "P1", ticket: "P3" };
const PAGERDUTY_SEVERITY: Readonly<Record<Severity, string>> = { page: "critical", ticket: "warning" };

function is(name: string, value: string): Matcher {
  return { name, value, matchType: "=" };
}

function key(reference: SecretRef): { name: string; key: string } {
  return secretKeyOf(reference);
}

/** Each kind as the operator's receiver has it. */
function receiverOf(name: string, severity: Severity, config: ReceiverConfig): Receiver {
  const { slack, pagerduty, opsgenie, msteams, webhook, email } = config;
  const sendResolved = true;
  return {
    name,
    ...(slack !== undefined && {
      slackConfigs: [
        {
          sendResolved,
          apiURL: key(slack.webhook),
          ...(slack.channel !== undefined && { channel: slack.channel }),
          title: TITLE,
          text: TEXT,
        },
      ],
    }),
    ...(pagerduty !== undefined && {
      pagerdutyConfigs: [
        {
          sendResolved,
          routingKey: key(pagerduty.routingKey),
          description: TITLE,
          severity: PAGERDUTY_SEVERITY[severity],
          details: [{ key: "text", value: TEXT }],
        },
      ],
    }),
    ...(opsgenie !== undefined && {
      opsgenieConfigs: [
        {
          sendResolved,
          apiKey: key(opsgenie.apiKey),
          apiURL: OPSGENIE_URL[opsgenie.region],
          message: TITLE,
          description: TEXT,
          priority: OPSGENIE_PRIORITY[severity],
        },
      ],
    }),
    ...(msteams !== undefined && {
      msteamsv2Configs: [{ sendResolved, webhookURL: key(msteams.webhook), title: TITLE, text: TEXT }],
    }),
    ...(webhook !== undefined && {
      webhookConfigs: [
        {
          sendResolved,
          urlSecret: key(webhook.url),
          ...(webhook.authorization !== undefined && {
            httpConfig: { authorization: { type: "Bearer", credentials: key(webhook.authorization) } },
          }),
        },
      ],
    }),
    ...(email !== undefined && {
      emailConfigs: [
        {
          sendResolved,
          to: email.to,
          from: email.from,
          smarthost: email.smarthost,
          requireTLS: true,
          headers: [{ key: "Subject", value: TITLE }],
          text: TEXT,
          ...(email.username !== undefined &&
            email.password !== undefined && { authUsername: email.username, authPassword: key(email.password) }),
        },
      ],
    }),
  };
}

interface Told {
  receiver: Receiver;
  route: Route;
}

/** Whoever is told of a severity: an owner's alerts, or all that no route before has taken. */
function told(severity: Severity, config: ReceiverConfig, { repeatHours }: RoutesConfig, owner?: string): Told {
  const name = owner === undefined ? severity : `${owner}-${severity}`;
  return {
    receiver: receiverOf(name, severity, config),
    route: {
      receiver: name,
      matchers: [...(owner === undefined ? [] : [is("owner", owner)]), is("severity", severity)],
      groupWait: GROUP_WAIT[severity],
      repeatInterval: `${repeatHours[severity]}h`,
    },
  };
}

/** Whether the config tells anybody; an AlertmanagerConfig without a receiver would only swallow alerts. */
export function tellsSomebody(routes: RoutesConfig): boolean {
  return tellings(routes).length > 0;
}

function tellings(routes: RoutesConfig): Told[] {
  const of = (config: Partial<Record<Severity, ReceiverConfig | undefined>>, owner?: string): Told[] =>
    SEVERITIES.flatMap((severity) => {
      const receiver = config[severity];
      return receiver === undefined ? [] : [told(severity, receiver, routes, owner)];
    });
  // The first route that matches takes an alert, so owners come before those who are told of the rest.
  return [...Object.entries(routes.owners).flatMap(([owner, config]) => of(config, owner)), ...of(routes)];
}

/**
 * The spec of a stack's AlertmanagerConfig. It takes the alerts of the stack alone, by the label that each of them carries: in
 * Alertmanager's own namespace the operator adds no matcher of the namespace (platform/prometheus/trust.ts).
 *
 * @param stack value of the label `vllm_stack`
 */
export function alertmanagerConfigSpec(routes: RoutesConfig, stack: string): AlertmanagerConfigSpec {
  const all = tellings(routes);
  const ofStack = is(METRIC_LABELS.stack, stack);
  return {
    route: {
      receiver: NOBODY,
      matchers: [ofStack],
      groupBy: GROUP_BY,
      groupInterval: GROUP_INTERVAL,
      routes: all.map(({ route }) => route),
    },
    receivers: [{ name: NOBODY }, ...all.map(({ receiver }) => receiver)],
    inhibitRules: [
      {
        // Who has been paged needs no ticket of the same.
        sourceMatch: [ofStack, is("severity", "page")],
        targetMatch: [ofStack, is("severity", "ticket")],
        equal: ["alertname", "namespace", METRIC_LABELS.model],
      },
      ...INHIBITIONS.map(({ source, targets, equal }) => ({
        sourceMatch: [ofStack, is("alertname", source)],
        targetMatch: [ofStack, { name: "alertname", value: targets.join("|"), matchType: "=~" as const }],
        equal: [...equal],
      })),
    ],
  };
}
