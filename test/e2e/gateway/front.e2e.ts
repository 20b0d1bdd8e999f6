/** What clients meet at the gateway: keys, models, limits of size and number, errors that OpenAI's libraries can read. */
import assert from "node:assert/strict";
import { SMALL } from "../../gateway/fixtures.js";
import { type Ask, CHAT, errorOf } from "./client.js";
import { Door, keyOf, needsGateway, RUNTIME_KEY } from "./door.js";

describe("A real gateway", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: {
        protection: { bodyMiB: 1 },
        tenants: {
          acme: { models: ["chat"], limits: { requestsPerMinute: 100_000 } },
          globex: { models: ["small"], limits: { requestsPerMinute: 5 } },
        },
      },
      stack: { models: SMALL },
      tenants: ["acme", "globex"],
      replicas: { "chat-r1": 2, "small-r1": 1 },
    });
  });
  after(() => door?.close());

  it("answers a tenant's request with the runtime's own key in place of the tenant's", async () => {
    const answer = await door.client.ask({ key: keyOf("acme") });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers["x-served-by"], "chat/r1");
    const [reached] = door.of("chat-r1").flatMap((replica) => replica.reached);
    assert.equal(reached!.headers.authorization, `Bearer ${RUNTIME_KEY}`);
    assert.ok(!JSON.stringify(door.all().map((replica) => replica.reached)).includes(keyOf("acme")));
  });

  it("refuses requests without a key, or with another one, by 401", async () => {
    for (const key of [undefined, "sk-none"]) {
      const answer = await door.client.ask({ ...(key !== undefined && { key }) });
      assert.equal(answer.status, 401);
      assert.equal(errorOf(answer).type, "authentication_error");
    }
  });

  it("gives no tenant another one's model, by body, header or path", async () => {
    const before = door.of("small-r1")[0]!.reached.length;
    const key = keyOf("acme");
    const ways: Ask[] = [
      { key, body: { ...CHAT, model: "small" } },
      { key, headers: { "x-vllm-model": "small" }, body: { ...CHAT, model: "small" } },
      {
        key,
        headers: { "x-vllm-model": "small", "x-vllm-tenant": "globex", "x-vllm-client": "globex.main" },
        body: { ...CHAT, model: "small" },
      },
      { key, path: "/small/v1/chat/completions", body: { ...CHAT, model: "small" } },
      { key, path: "/v1/models/small", method: "GET" },
    ];
    for (const way of ways) {
      const answer = await door.client.ask(way);
      assert.ok([403, 404].includes(answer.status), `${answer.status} ${answer.text}`);
      errorOf(answer);
    }
    const spoofed = await door.client.ask({ key, headers: { "x-vllm-model": "small", "x-vllm-tenant": "globex" } });
    assert.equal(spoofed.headers["x-served-by"], "chat/r1", spoofed.text);
    assert.equal(door.of("small-r1")[0]!.reached.length, before);
  });

  it("answers paths that are not for clients by 404", async () => {
    for (const path of ["/metrics", "/tokenize", "/v1/load_lora_adapter", "/invocations", "/v1/../metrics"]) {
      const answer = await door.client.ask({ key: keyOf("acme"), path });
      assert.equal(answer.status, 404, path);
      errorOf(answer);
    }
  });

  it("refuses a body that is too large by 413", async () => {
    const answer = await door.client.ask({ key: keyOf("acme"), body: { ...CHAT, padding: "x".repeat(2 << 20) } });
    assert.equal(answer.status, 413, answer.text);
    errorOf(answer);
  });

  it("refuses a tenant's requests over its quota by 429 with Retry-After, and nobody else's", async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      const answer = await door.client.ask({ key: keyOf("globex"), body: { ...CHAT, model: "small" } });
      statuses.push(answer.status);
      if (answer.status === 429) {
        errorOf(answer);
        assert.match(answer.headers["retry-after"] ?? "", /^\d+$/);
      } else assert.equal(answer.status, 200, answer.text);
    }
    const allowed = statuses.filter((status) => status === 200).length;
    // The minute of the count may end within the test.
    assert.ok(allowed >= 5 && allowed <= 10, statuses.join(" "));
    assert.equal((await door.client.ask({ key: keyOf("acme") })).status, 200);
  });

  it("shows a tenant its own models", async () => {
    const answer = await door.client.ask({ key: keyOf("globex"), path: "/v1/models", method: "GET" });
    assert.deepEqual(
      (JSON.parse(answer.text) as { data: { id: string }[] }).data.map(({ id }) => id),
      ["small"],
    );
  });
});
