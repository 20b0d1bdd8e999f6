import assert from "node:assert/strict";
import { resolve } from "node:path";

import { rules } from "../../policies/rules/index.js";
import type { PolicyConfig } from "../../tools/policyConfig.js";
import { type PolicyInput, readPolicyConfig, runPolicies } from "../../tools/policyRunner.js";
import { policyInput } from "../../tools/preview/policyInput.js";
import { gatewayValues, SMALL } from "../gateway/fixtures.js";
import { merged, releaseConfig } from "../serving/fixtures.js";
import { resourcesOf } from "../tools/reports.js";

/** Everything that a gateway may have. */
const WHOLE = gatewayValues(
  {
    oidc: {
      issuer: "https://id.example.com",
      audiences: ["llm"],
      jwksUri: "https://id.example.com/keys",
    },
    exposure: "internal",
    aliases: { fast: "small" },
    tenants: {
      acme: { models: ["chat", "small"], limits: { requestsPerMinute: 60, concurrency: 4 }, mayChooseRelease: true },
      globex: { models: ["chat"], limits: { requestsPerMinute: 60, outputTokensPerDay: 1_000_000 } },
    },
  },
  {
    models: merged(SMALL, {
      chat: {
        route: { stable: "r1", canary: { release: "r2", weight: 5 }, shadow: { release: "r2", percent: 10 } },
        releases: { r2: releaseConfig() },
      },
      small: { autoscaling: { min: 0 }, gateway: { fromZero: { answer: "hold" } } },
    }),
  },
);

/** What rules say of the whole stack but for its weights, which this one downloads at each start. */
async function said(levels: PolicyConfig, isThere: (resource: PolicyInput) => boolean = () => true): Promise<string[]> {
  const resources = (await resourcesOf(WHOLE)).map(policyInput).filter(isThere);
  const violations = await runPolicies(resources, rules, levels);
  return violations.filter(({ rule }) => rule !== "weights-cached").map((one) => `${one.rule} ${one.resource}`);
}

describe("the gateway's objects and add-ons", () => {
  for (const [what, levels] of [
    ["every rule, mandatory", { all: "mandatory" }],
    ["the levels of staging", readPolicyConfig(resolve(__dirname, "../../policies/config/staging.json"))],
    ["the levels of prod", readPolicyConfig(resolve(__dirname, "../../policies/config/prod.json"))],
  ] as const) {
    it(`break nothing at ${what}`, async () => assert.deepEqual(await said(levels), []));
  }

  const ROUTES = ["chat", "chat.acme", "small", "small.acme"].map(
    (name) => `service-not-exposed gateway-httproute-${name}`,
  );

  it("would not pass without the policy of a model's route, or without the program", async () => {
    const lacks = (kind: string, name: string) =>
      said({}, (one) => !one.type.endsWith(`:${kind}`) || one.name !== `gateway-${kind.toLowerCase()}-${name}`);
    assert.deepEqual(await lacks("SecurityPolicy", "chat"), ["service-not-exposed gateway-httproute-chat"]);
    assert.deepEqual((await lacks("EnvoyExtensionPolicy", "test.admission")).sort(), ROUTES);
  });
});
