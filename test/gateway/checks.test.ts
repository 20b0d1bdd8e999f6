import assert from "node:assert/strict";

import { type Config, releaseConfig } from "../serving/fixtures.js";
import { problemsOf } from "../stacks/fixtures.js";
import { gatewayProblems, SMALL } from "./fixtures.js";

const tenant = (changes: Config): Config => ({ tenants: { acme: changes } });
const limits = (changes: Config): Config => tenant({ limits: changes });
const chat = (changes: Config): Config => ({ models: { chat: changes } });
const sleeping = (gateway: Config): Config => chat({ autoscaling: { min: 0 }, gateway });
const alias = (...ways: Config[]): Config => ({ aliases: { fast: ways } });
const DOOR = "vllm:gateway";
const LIMITS = `${DOOR}.tenants.acme.limits`;
const HOLD = "vllm:models.chat.gateway.fromZero.holdSeconds";
const SCHEME = "service.beta.kubernetes.io/aws-load-balancer-scheme";
const LONGER =
  "which ends the request first: set protection.requestSeconds of the model or the gateway to more, or fromZero.answer to retry";
const OTHERS =
  "warning: vllm:gateway.aliases.fast: has no way for all other requests, which get 400: add one with nothing but model, as the last";

const FALLBACK = "vllm:models.chat.gateway.fallback";
/** A stack whose chat falls back to small, with changes to releases of both. */
const fallback = (own: Config, theirs: Config = {}): string[] =>
  gatewayProblems(
    {},
    {
      models: {
        chat: { gateway: { fallback: "small" }, releases: { r1: releaseConfig(own) } },
        small: { ...SMALL.small, releases: { r1: releaseConfig(theirs) } },
      },
    },
  );
const flags = (values: Config): Config => ({
  flags: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, reason: "asked for" }])),
});

/** What is said of a config, by what is wrong with it. */
const SAID: [what: string, found: () => string[], said: string[]][] = [
  [
    "a wait that a request does not last",
    () => gatewayProblems({}, sleeping({ fromZero: { answer: "hold", holdSeconds: 900 } })),
    [`${HOLD}: 900 is not less than requestSeconds 600, ${LONGER}`],
  ],
  [
    "a wait by default that a request does not last",
    () => gatewayProblems({}, sleeping({ fromZero: { answer: "hold" }, protection: { requestSeconds: 60 } })),
    [`${HOLD}: 504, the default, is not less than requestSeconds 60, ${LONGER}`],
  ],
  [
    "a wait that ends before the start",
    () => gatewayProblems({}, sleeping({ fromZero: { answer: "hold", holdSeconds: 5 } })),
    [
      `warning: ${HOLD}: 5 is less than the start is expected to take, which is 336 s: held requests end with 503 before it`,
    ],
  ],
  [
    "sessions of a model whose requests are held",
    () => gatewayProblems({}, sleeping({ sticky: "session", fromZero: { answer: "hold" } })),
    [
      "vllm:models.chat.gateway.sticky: does not go with fromZero.answer hold: held requests go by the Service, which knows no session. " +
        "Leave one of them out",
    ],
  ],
  [
    "a wake-up by proxies that nobody scrapes",
    () =>
      gatewayProblems({}, { ...sleeping({ fromZero: {} }), platform: { prometheus: { monitors: "none" } } }).filter(
        (line) => line.includes("fromZero"),
      ),
    [
      "warning: vllm:models.chat.gateway.fromZero: is woken by the series of the gateway's proxies, and platform.prometheus.monitors is none: " +
        "scrape /stats/prometheus at port 19001 of the proxies yourself, or nothing wakes it",
    ],
  ],
  ["a fallback that can do as much", () => fallback({}), []],
  [
    "a fallback with less context",
    () => fallback({}, { context: 4096 }),
    [
      `${FALLBACK}: "small" takes 4096 tokens and "chat" 8192: use a model with as long a context, or a shorter one here`,
    ],
  ],
  [
    "a fallback without tools",
    () => fallback(flags({ "enable-auto-tool-choice": true, "tool-call-parser": "hermes" })),
    [`${FALLBACK}: "small" lacks tools, which "chat" has: use a model that has it, too`],
  ],
  [
    "a fallback without priorities",
    () => fallback(flags({ "scheduling-policy": "priority" })),
    [
      `${FALLBACK}: "small" does not schedule by priority, so that it refuses the priorities that "chat" takes: ` +
        "set scheduling-policy to priority there",
    ],
  ],
  [
    "a fallback without an adapter",
    // What else the adapter needs is said beside it.
    () =>
      fallback({ adapters: { sql: { id: "acme/sql", revision: "1".repeat(40), reason: "reports" } } }).filter((line) =>
        line.startsWith(FALLBACK),
      ),
    [`${FALLBACK}: "small" has no adapter sql, which "chat" has: give it there, too, or leave out the fallback`],
  ],
  [
    "a fallback to itself",
    () => gatewayProblems({}, chat({ gateway: { fallback: "chat" } })),
    [`${FALLBACK}: leads back to where it began: chat → chat. Let the last one have no fallback`],
  ],
  [
    "a fallback that is not there",
    () => gatewayProblems({}, chat({ gateway: { fallback: "nobody" } })),
    [`${FALLBACK}: there is no model "nobody". Use chat`],
  ],
  [
    "a wake-up without a gateway",
    () => problemsOf(sleeping({ fromZero: {} })),
    ["vllm:models.chat.gateway: is of a gateway, and there is none: set vllm:gateway, or leave it out"],
  ],
  [
    "an address in place of a name",
    () => gatewayProblems({ host: "10.0.0.1" }),
    [`${DOOR}.host: "10.0.0.1" is an address: use a DNS name, which clients resolve`],
  ],
  [
    "a host that ends with a dot",
    () => gatewayProblems({ host: "llm.example.com." }),
    [`${DOOR}.host: "llm.example.com." ends with a dot: leave it out`],
  ],
  [
    "a host with capitals",
    () => gatewayProblems({ host: "LLM.example.com" }),
    [`${DOOR}.host: "LLM.example.com" has capitals: use llm.example.com`],
  ],
  [
    "an annotation against the exposure",
    () => gatewayProblems({ annotations: { [SCHEME]: "internet-facing" } }),
    [
      `${DOOR}.annotations["${SCHEME}"]: "internet-facing" says otherwise than exposure, which is internal: leave it out, and set exposure`,
    ],
  ],
  ["the annotation that exposure means", () => gatewayProblems({ annotations: { [SCHEME]: "internal" } }), []],
  [
    "a Redis without a port",
    () => gatewayProblems({ rateLimits: { redisUrl: "redis://redis" } }),
    [`${DOOR}.rateLimits.redisUrl: "redis://redis" has no port: use a form such as redis://redis.cache.svc:6379`],
  ],
  [
    "a Redis for an Envoy Gateway of others",
    () => gatewayProblems({ install: false, rateLimits: { redisUrl: "redis://redis:6379" } }),
    [
      `${DOOR}.rateLimits.redisUrl: is of the Envoy Gateway that the stack installs, and install is false: leave it out, ` +
        "and set it where Envoy Gateway is installed",
    ],
  ],
  [
    "proxies in the models' namespace",
    () => gatewayProblems({ namespace: "vllm" }),
    [
      `${DOOR}.namespace: "vllm" is the models' namespace: give the proxies one of their own, so that a rule about them says nothing of models`,
    ],
  ],
  [
    "a tenant without any key",
    () => gatewayProblems(tenant({ keys: { generated: [] } })),
    [
      `${DOOR}.tenants.acme.keys.generated: is empty, and the tenant has no other key: name one, leave generated out for one named main, ` +
        "or give existingSecrets",
    ],
  ],
  [
    "a tenant that has tokens alone",
    () =>
      gatewayProblems({
        ...tenant({ keys: { generated: [] } }),
        oidc: { issuer: "https://id.example.com", audiences: ["llm"], jwksUri: "https://id.example.com/keys" },
      }),
    [],
  ],
  [
    "less money than can be counted",
    () => gatewayProblems(limits({ usdPerDay: 1e-7 }), chat({ gateway: { price: { inputUsd: 1, outputUsd: 1 } } })),
    [`${LIMITS}.usdPerDay: 1e-7 is less than can be counted, so that no request would pass: use at least 0.000001`],
  ],
  [
    "more requests at once than can be counted",
    () => gatewayProblems(limits({ concurrency: 5e9 })),
    [`${LIMITS}.concurrency: 5000000000 is more than can be counted: use at most 4294967295`],
  ],
  [
    "a minute with more than a day",
    () => gatewayProblems(limits({ outputTokensPerMinute: 100, outputTokensPerDay: 10 })),
    [
      `warning: ${LIMITS}.outputTokensPerMinute: 100 is more than outputTokensPerDay 10, so that it changes nothing: use less, or leave it out`,
    ],
  ],
  [
    "a tier that nobody has",
    () => gatewayProblems({ ...tenant({ tier: "gold" }), ...alias({ tier: "god", model: "chat" }, { model: "chat" }) }),
    [
      `${DOOR}.aliases.fast[0].tier: no tenant has the tier "god"; did you mean gold? give it to a tenant's tier or tiers`,
    ],
  ],
  [
    "a size that no body has",
    () => gatewayProblems(alias({ overBytes: 9_000_000, model: "chat" }, { model: "chat" })),
    [`${DOOR}.aliases.fast[0].overBytes: 9000000 is more than a body may have, which is 8 MiB: use less`],
  ],
  [
    "a way that one before it hides",
    () =>
      gatewayProblems(
        {
          ...tenant({ models: ["chat", "small"] }),
          ...alias(
            { overBytes: 10, model: "chat" },
            { needs: ["json"], overBytes: 20, model: "small" },
            { model: "chat" },
          ),
        },
        { models: SMALL },
      ),
    [
      `${DOOR}.aliases.fast[1]: is never taken, since ${DOOR}.aliases.fast[0] holds for all of its requests: put it before that one`,
    ],
  ],
  ["requests that no way is for", () => gatewayProblems(alias({ overBytes: 10, model: "chat" })), [OTHERS]],
  [
    "an answer's length by default that a model does not give",
    () =>
      gatewayProblems({ protection: { defaultMaxTokens: 100 } }, chat({ gateway: { protection: { maxTokens: 50 } } })),
    [
      `${DOOR}.protection.defaultMaxTokens: 100 is more than the 50 tokens that a request of "chat" may ask for: use at most that, ` +
        "or give the model its own",
    ],
  ],
  [
    "requests without what they consist of",
    () => gatewayProblems({ protection: { unsupported: ["logit_bias", "messages"] } }),
    [`${DOOR}.protection.unsupported[1]: "messages" is what a request consists of: leave it out`],
  ],
  [
    "a request of more than a day",
    () => gatewayProblems({ protection: { requestSeconds: 100_000 } }),
    [`${DOOR}.protection.requestSeconds: 100000 is more than a day: use at most 86400`],
  ],
  [
    "a release that is not there",
    () => gatewayProblems({}, chat({ route: { stable: "r1", shadow: { release: "r9", percent: 5 } } })),
    [
      'vllm:models.chat.route.shadow.release: there is no release "r9": put it back below releases, or leave shadow out',
    ],
  ],
  [
    "all requests to the canary",
    () =>
      gatewayProblems(
        {},
        chat({ route: { stable: "r1", canary: { release: "r2", weight: 100 } }, releases: { r2: releaseConfig() } }),
      ),
    ["vllm:models.chat.route.canary.weight: 100 is too large: use at most 99"],
  ],
];

describe("the gateway's checks say what is wrong with", () => {
  for (const [what, found, said] of SAID) {
    it(what, () => assert.deepEqual(found(), said));
  }
});
