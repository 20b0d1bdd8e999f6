import assert from "node:assert/strict";

import { AlertmanagerConfig } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1alpha1/AlertmanagerConfig";

import { parse } from "../../components/config/parse.js";
import { formatProblem } from "../../components/config/problems.js";
import { INHIBITIONS } from "../../components/observability/alerts/inhibitions.js";
import { routesSchema } from "../../components/contract/observability/routes.js";
import { alertmanagerConfigSpec, tellsSomebody } from "../../components/observability/routes.js";

const SLACK = { slack: { webhook: { existingSecret: "slack" }, channel: "#llm" } };
const PAGERDUTY = { pagerduty: { routingKey: { externalSecret: "pagerduty" } } };
const specOf = (routes: unknown) => alertmanagerConfigSpec(routesSchema.parse(routes), "prod");
const is = (name: string, value: string) => ({ name, value, matchType: "=" });

describe("alertmanagerConfigSpec", () => {
  it("tells of the stack's own alerts, each severity its own, gathered by model and cause", () => {
    const { route } = specOf({ page: PAGERDUTY, ticket: SLACK });
    assert.deepEqual(route, {
      receiver: "nobody",
      matchers: [is("vllm_stack", "prod")],
      groupBy: ["vllm_stack", "vllm_model", "alertname"],
      groupInterval: "5m",
      routes: [
        { receiver: "page", matchers: [is("severity", "page")], groupWait: "30s", repeatInterval: "4h" },
        { receiver: "ticket", matchers: [is("severity", "ticket")], groupWait: "5m", repeatInterval: "24h" },
      ],
    });
  });

  it("tells an owner before all others, and the others of what the owner is not told", () => {
    const { route, receivers } = specOf({ page: PAGERDUTY, ticket: SLACK, owners: { search: { ticket: SLACK } } });
    assert.deepEqual(
      route.routes?.map(({ receiver, matchers }) => [
        receiver,
        ...matchers.map(({ name, value }) => `${name}=${value}`),
      ]),
      [
        ["search-ticket", "owner=search", "severity=ticket"],
        ["page", "severity=page"],
        ["ticket", "severity=ticket"],
      ],
    );
    assert.deepEqual(
      receivers.map(({ name }) => name),
      ["nobody", "search-ticket", "page", "ticket"],
    );
  });

  it("sends no ticket of what has paged already, for the same model", () => {
    assert.deepEqual(specOf({ page: PAGERDUTY }).inhibitRules[0], {
      sourceMatch: [is("vllm_stack", "prod"), is("severity", "page")],
      targetMatch: [is("vllm_stack", "prod"), is("severity", "ticket")],
      equal: ["alertname", "namespace", "vllm_model"],
    });
  });

  it("sends no alert on what follows from another that fires", () => {
    const { inhibitRules } = specOf({ page: PAGERDUTY });
    assert.equal(inhibitRules.length, 1 + INHIBITIONS.length);
    assert.deepEqual(inhibitRules.at(-1), {
      sourceMatch: [is("vllm_stack", "prod"), is("alertname", "VllmScrapeMissing")],
      targetMatch: [is("vllm_stack", "prod"), { name: "alertname", value: "VllmScalerFallback", matchType: "=~" }],
      equal: ["namespace", "vllm_stack", "vllm_model", "vllm_release"],
    });
  });

  it("repeats as often as it is told to", () => {
    const { route } = specOf({ page: PAGERDUTY, ticket: SLACK, repeatHours: { page: 1, ticket: 48 } });
    assert.deepEqual(
      route.routes?.map(({ repeatInterval }) => repeatInterval),
      ["1h", "48h"],
    );
  });

  it("names Secrets for everything that is secret, and the API takes every kind", () => {
    const everything = {
      ...SLACK,
      ...PAGERDUTY,
      opsgenie: { apiKey: { existingSecret: "opsgenie" }, region: "eu" },
      msteams: { webhook: { existingSecret: "teams", key: "webhook" } },
      webhook: { url: { existingSecret: "hook" }, authorization: { existingSecret: "hook" } },
      email: {
        to: "oncall@example.com",
        from: "alerts@example.com",
        smarthost: "smtp.example.com:587",
        username: "alerts",
        password: { existingSecret: "smtp" },
      },
    };
    const spec = specOf({ page: everything, ticket: everything, owners: { search: { page: everything } } });
    new AlertmanagerConfig({ metadata: { name: "prod", namespace: "monitoring" }, spec: spec }).validate();
    const [, , page] = spec.receivers;
    const { name, slackConfigs, pagerdutyConfigs, opsgenieConfigs, msteamsv2Configs, webhookConfigs, emailConfigs } =
      page as unknown as Record<string, Record<string, unknown>[]>;
    assert.equal(name, "page");
    assert.deepEqual(slackConfigs![0]!["apiURL"], { name: "slack", key: "url" });
    assert.equal(slackConfigs![0]!["channel"], "#llm");
    assert.deepEqual(pagerdutyConfigs![0]!["routingKey"], { name: "pagerduty", key: "routing-key" });
    assert.equal(pagerdutyConfigs![0]!["severity"], "critical");
    assert.deepEqual(opsgenieConfigs![0]!["apiKey"], { name: "opsgenie", key: "api-key" });
    assert.equal(opsgenieConfigs![0]!["apiURL"], "https://api.eu.opsgenie.com/");
    assert.equal(opsgenieConfigs![0]!["priority"], "P1");
    assert.deepEqual(msteamsv2Configs![0]!["webhookURL"], { name: "teams", key: "webhook" });
    assert.deepEqual(webhookConfigs![0]!["urlSecret"], { name: "hook", key: "url" });
    assert.deepEqual(webhookConfigs![0]!["httpConfig"], {
      authorization: { type: "Bearer", credentials: { name: "hook", key: "token" } },
    });
    assert.deepEqual(emailConfigs![0]!["authPassword"], { name: "smtp", key: "password" });
    assert.equal(emailConfigs![0]!["requireTLS"], true);
  });

  it("is of use only where somebody is told", () => {
    assert.equal(tellsSomebody(routesSchema.parse({})), false);
    assert.equal(tellsSomebody(routesSchema.parse({ owners: { search: {} } })), false);
    assert.equal(tellsSomebody(routesSchema.parse({ owners: { search: { page: SLACK } } })), true);
    assert.equal(tellsSomebody(routesSchema.parse({ ticket: SLACK })), true);
  });
});

describe("the routes section", () => {
  const problems = (routes: unknown) => parse(routesSchema, routes, "routes").problems.map(formatProblem);

  it("refuses a receiver that tells nobody, half a login, and a secret in the place of its name, all at once", () => {
    const found = problems({
      page: {},
      ticket: {
        slack: { webhook: "https://hooks.slack.com/services/T0/B0/secret" },
        email: { to: "a@example.com", from: "b@example.com", smarthost: "smtp.example.com", username: "x" },
      },
      owners: { "a team": { page: SLACK } },
    });
    for (const path of [
      "routes.page:",
      "routes.ticket.slack.webhook",
      "routes.ticket.email",
      'routes.owners["a team"]',
    ])
      assert.ok(
        found.some((line) => line.startsWith(path)),
        `${path} in\n${found.join("\n")}`,
      );
    assert.ok(!found.join("\n").includes("hooks.slack.com"), "a secret is quoted");
  });
});
