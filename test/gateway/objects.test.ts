import assert from "node:assert/strict";

import { GATEWAY_HEADERS } from "../../components/vocabulary/gateway.js";
import { releaseConfig } from "../serving/fixtures.js";
import { gatewayProblems, rendered, SMALL, specOf } from "./fixtures.js";

type Rule = {
  matches: { path: object; headers?: { name: string; value: string }[] }[];
  backendRefs?: { name: string; weight: number }[];
  filters: { type: string }[];
};
const rulesOf = (spec: Record<string, unknown>): Rule[] => spec["rules"] as Rule[];

const CANARY = {
  models: {
    chat: {
      route: { stable: "r1", canary: { release: "r2", weight: 5 }, shadow: { release: "r2", percent: 10 } },
      releases: { r2: releaseConfig() },
    },
  },
};

describe("the gateway's objects", () => {
  it("lead nobody to a model without the header that the admission program writes", () => {
    const routes = rendered({}, CANARY).filter(({ kind }) => kind === "HTTPRoute");
    assert.deepEqual(
      routes.map(({ name }) => name),
      ["test.keys", "chat"],
    );
    for (const { spec } of routes) {
      for (const { matches, backendRefs } of rulesOf(spec)) {
        const named = matches.every(({ headers }) => headers?.some(({ name }) => name === GATEWAY_HEADERS.model));
        assert.equal(named, backendRefs !== undefined);
      }
    }
  });

  it("give the releases the weights of the route, and the shadow its copies with the model's key", () => {
    const objects = rendered({}, CANARY);
    const [rule] = rulesOf(specOf(objects, "HTTPRoute", "chat"));
    assert.deepEqual(
      rule!.backendRefs!.map(({ name, weight }) => [name, weight]),
      [
        ["chat-r1", 95],
        ["chat-r2", 5],
      ],
    );
    assert.deepEqual(
      rule!.filters.map(({ type }) => type),
      ["RequestHeaderModifier", "RequestMirror"],
    );
    const { jsonPatches } = specOf(objects, "EnvoyPatchPolicy", "chat.shadow") as { jsonPatches: { name: string }[] };
    assert.deepEqual(
      jsonPatches.map(({ name }) => name),
      ["httproute/vllm/chat/rule/0-mirror-1"],
    );
  });

  it("try a request again on another replica that was lost before it answered", () => {
    const { retry } = specOf(rendered(), "BackendTrafficPolicy", "chat") as {
      retry: { retryOn: { triggers: string[] } };
    };
    assert.deepEqual(retry.retryOn.triggers, ["connect-failure", "refused-stream", "reset", "retriable-status-codes"]);
  });

  it("let through the tenants of a model alone", () => {
    const objects = rendered(
      { tenants: { globex: { models: ["small"], limits: { requestsPerMinute: 1 } } } },
      { models: SMALL },
    );
    const allowed = (model: string) =>
      (
        specOf(objects, "SecurityPolicy", model) as {
          authorization: { defaultAction: string; rules: { principal: object }[] };
        }
      ).authorization;
    assert.equal(allowed("chat").defaultAction, "Deny");
    assert.deepEqual(allowed("chat").rules[0]!.principal, { headers: [{ name: "x-vllm-tenant", values: ["acme"] }] });
    assert.deepEqual(allowed("small").rules[0]!.principal, {
      headers: [{ name: "x-vllm-tenant", values: ["globex"] }],
    });
  });

  it("give a tenant with a limit on concurrency a route of its own", () => {
    const objects = rendered({ tenants: { acme: { limits: { concurrency: 4 } } } });
    const { circuitBreaker } = specOf(objects, "BackendTrafficPolicy", "chat.acme") as { circuitBreaker: object };
    assert.deepEqual(circuitBreaker, {
      maxConnections: 4,
      maxPendingRequests: 4,
      maxParallelRequests: 4,
      maxParallelRetries: 3,
    });
    assert.deepEqual(rulesOf(specOf(objects, "HTTPRoute", "chat.acme"))[0]!.matches[0]!.headers, [
      { type: "Exact", name: "x-vllm-model", value: "chat" },
      { type: "Exact", name: "x-vllm-tenant", value: "acme" },
    ]);
  });
});

describe("the gateway's objects of a model with a fallback", () => {
  const FALLBACK = { models: { chat: { gateway: { fallback: "small" } }, ...SMALL } };
  const objects = rendered({ tenants: { acme: { limits: { concurrency: 4 } } } }, FALLBACK);
  const headersOf = (name: string) =>
    rulesOf(specOf(objects, "HTTPRoute", name))[0]!.matches[0]!.headers!.map(({ name, value }) => [name, value]);

  it("lead clients past the model's own way, which only the gateway itself may take", () => {
    const routes = objects.filter(({ kind }) => kind === "HTTPRoute").map(({ name }) => name);
    assert.deepEqual(routes, ["test.keys", "chat", "small", "chat.or.small", "chat.acme"]);
    assert.deepEqual(headersOf("chat"), [
      ["x-vllm-model", "chat"],
      ["x-vllm-own", "true"],
    ]);
    assert.deepEqual(headersOf("chat.or.small"), [["x-vllm-model", "chat"]]);
    assert.deepEqual(headersOf("chat.acme"), [
      ["x-vllm-model", "chat"],
      ["x-vllm-tenant", "acme"],
    ]);
  });

  it("let no tenant take the way of a model that is a fallback alone", () => {
    const { authorization } = specOf(objects, "SecurityPolicy", "small");
    assert.deepEqual(authorization, { defaultAction: "Deny" });
  });

  it("have as long a time as both models together, and proxies that stop wait for it", () => {
    const { timeout } = specOf(objects, "BackendTrafficPolicy", "chat.or.small") as {
      timeout: { http: { requestTimeout: string } };
    };
    assert.equal(timeout.http.requestTimeout, "1200s");
    const { shutdown } = specOf(objects, "EnvoyProxy", "test") as { shutdown: { drainTimeout: string } };
    assert.equal(shutdown.drainTimeout, "1200s");
  });

  it("send to sockets of the pod alone, the model's own first", () => {
    const { jsonPatches } = specOf(objects, "EnvoyPatchPolicy", "test.fallbacks") as {
      jsonPatches: { name: string; operation: { value: unknown } }[];
    };
    assert.deepEqual(
      jsonPatches.map(({ name }) => name),
      ["test.own", "test.to.small", "httproute/vllm/chat.or.small/rule/0", "httproute/vllm/chat.acme/rule/0"],
    );
    const text = JSON.stringify(jsonPatches[2]!.operation.value);
    assert.ok(text.indexOf("@test.own") > 0 && text.indexOf("@test.own") < text.indexOf("@test.to.small"), text);
  });
});

describe("the gateway's checks", () => {
  it("find nothing wrong with the smallest one", () => {
    assert.deepEqual(gatewayProblems(), []);
  });

  it("name every problem at once", () => {
    const found = gatewayProblems(
      {
        aliases: { chat: "chat", fast: "smal" },
        tenants: { acme: { models: ["chat", "smal"], limits: { requestsPerMinute: undefined, usdPerDay: 5 } } },
      },
      { models: SMALL, access: { clientNamespaces: ["web"] } },
    );
    assert.deepEqual(found, [
      "vllm:gateway.tenants.acme.limits.requestsPerMinute: is missing: give each tenant one, so that nobody is without a limit",
      'vllm:gateway.tenants.acme.limits.usdPerDay: counts by the prices of models, and "chat" has none: set vllm:models.chat.gateway.price',
      'vllm:gateway.tenants.acme.models[1]: there is no model "smal"; did you mean small? Use chat or small',
      "warning: vllm:models.small: no tenant of the gateway may use it, so that nobody can: add it to a tenant's models",
      'vllm:gateway.aliases.chat: "chat" is a name of the model "chat": give the alias another',
      'vllm:gateway.aliases.fast: there is no model "smal"; did you mean small? Use chat or small',
      "vllm:access.clientNamespaces: opens the models beside the gateway, past its keys and limits: leave it out, and make each client a tenant of vllm:gateway",
    ]);
  });

  it("refuse keys that are short, plain, equal or like tokens, and quote none", () => {
    const keys = ["s3cret", "eyJ0123456789012345678901234", "k".repeat(24), "k".repeat(24)];
    const found = gatewayProblems({}, { tenantKeys: { acme: keys, ghost: "g".repeat(30) } }, ["tenantKeys"]);
    assert.deepEqual(found, [
      'vllm:tenantKeys.ghost: there is no tenant "ghost": use acme',
      "vllm:tenantKeys.acme[0]: has 6 characters: use at least 24, at random",
      "vllm:tenantKeys.acme[1]: begins with eyJ as tokens do, so that the gateway would take it for one: use another",
      "vllm:tenantKeys.acme[3]: is the same key as vllm:tenantKeys.acme[2]: each key has to be one tenant's",
    ]);
    const plain = gatewayProblems({}, { tenantKeys: { acme: "k".repeat(24) } });
    assert.match(plain.join(), /^vllm:tenantKeys.acme: is in plain text in the stack file: /);
  });

  it("refuse a fallback of a model that requests wake", () => {
    const chat = { gateway: { fallback: "small", fromZero: { answer: "retry" } }, autoscaling: { min: 0 } };
    assert.match(
      gatewayProblems({}, { models: { chat, ...SMALL } }).join("\n"),
      /^vllm:models\.chat\.gateway\.fallback: cannot go with gateway\.fromZero: /m,
    );
  });

  it("refuse fallbacks in a circle", () => {
    const found = gatewayProblems(
      {},
      {
        models: { chat: { gateway: { fallback: "small" } }, small: { ...SMALL.small, gateway: { fallback: "chat" } } },
      },
    );
    assert.ok(
      found.includes(
        "vllm:models.chat.gateway.fallback: leads back to where it began: chat → small → chat. Let the last one have no fallback",
      ),
      found.join("\n"),
    );
  });
});
