/** The shape of `vllm:observability.routes`: who is told of alerts. Secrets are named, and stand nowhere in the config. */
import { z } from "zod";
import { dnsLabel, labelsSchema } from "../../config/schemas.js";
import { secretRefSchema } from "../../config/secretRef.js";

const WHERE = "Prometheus' namespace";

const slack = z
  .strictObject({
    webhook: secretRefSchema("url", WHERE).describe("Secret with the address of an incoming webhook"),
    channel: z
      .string()
      .regex(/^[#@]?[\w.-]+$/, "is not a channel: use a form such as #llm-alerts")
      .optional()
      .describe("Default: the webhook's own"),
  })
  .describe("Slack");

const pagerduty = z
  .strictObject({
    routingKey: secretRefSchema("routing-key", WHERE).describe("Secret with a key of the Events API v2"),
  })
  .describe("PagerDuty");

const opsgenie = z
  .strictObject({
    apiKey: secretRefSchema("api-key", WHERE).describe("Secret with an API key"),
    region: z.enum(["us", "eu"]).default("us").describe("Whose servers are asked"),
  })
  .describe("Opsgenie");

const msteams = z
  .strictObject({ webhook: secretRefSchema("url", WHERE).describe("Secret with the address of a workflow's webhook") })
  .describe("Microsoft Teams");

const webhook = z
  .strictObject({
    url: secretRefSchema("url", WHERE).describe("Secret with the address, which may hold a token"),
    authorization: secretRefSchema("token", WHERE).optional().describe("Secret with a bearer token; default: none"),
  })
  .describe("A server that takes Alertmanager's own JSON");

const email = z
  .strictObject({
    to: z.email().describe("Address to write to"),
    from: z.email().describe("Sender"),
    smarthost: z
      .string()
      .regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, "is not a host with a port: use a form such as smtp.example.com:587")
      .describe("Mail server; spoken to by TLS"),
    username: z.string().min(1).optional().describe("User of the mail server; default: none"),
    password: secretRefSchema("password", WHERE).optional().describe("Secret with its password"),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: "username and password belong together: give both or neither",
  })
  .describe("E-mail");

const receiver = z
  .strictObject({
    slack: slack.optional(),
    pagerduty: pagerduty.optional(),
    opsgenie: opsgenie.optional(),
    msteams: msteams.optional(),
    webhook: webhook.optional(),
    email: email.optional(),
  })
  .refine((kinds) => Object.values(kinds).some((kind) => kind !== undefined), {
    error: "tells nobody: give one of slack, pagerduty, opsgenie, msteams, webhook and email, or leave it out",
  });

const severities = {
  page: receiver.optional().describe("Who is told of alerts that cannot wait (severity page); default: nobody"),
  ticket: receiver.optional().describe("Who is told of those that can wait a day (severity ticket); default: nobody"),
};

const label = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,62}$/, "is not an owner: use up to 63 letters, digits, dashes, dots and underscores");

const hours = z.int().min(1).max(168);

export const routesSchema = z
  .strictObject({
    ...severities,
    owners: z
      .record(label, z.strictObject(severities))
      .default({})
      .describe("Who is told in place of those, of alerts whose label owner says so"),
    repeatHours: z
      .strictObject({
        page: hours.default(4).describe("Hours until a page that still fires is sent again"),
        ticket: hours.default(24).describe("Hours until a ticket that still fires is sent again"),
      })
      .prefault({})
      .describe("How often the same is said"),
    namespace: dnsLabel
      .optional()
      .describe(
        "Namespace of the AlertmanagerConfig and of the Secrets; default: that of Prometheus. The stack's own Alertmanager reads no other",
      ),
    labels: labelsSchema
      .default({})
      .describe("Labels that Alertmanager selects AlertmanagerConfigs by; the stack's own takes any"),
  })
  .describe(
    "Who is told of alerts, by an AlertmanagerConfig of Prometheus' operator; default: Alertmanager's own routes",
  );

export type RoutesConfig = z.infer<typeof routesSchema>;
/** One who is told: by each of the kinds that it has. */
export type ReceiverConfig = z.infer<typeof receiver>;
