/** What the admission program lets in, in a real Envoy: who, which path, which model. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader, type OutgoingHttpHeaders } from "node:http2";
import { text } from "node:stream/consumers";
import { ACME, type Answer, CHAT, GLOBEX, KEYS, TABLE, withDoor } from "../../gateway/door.js";
import { answerJson } from "../../gateway/engine.js";
import { INVALID, NOT_FOUND, type Refusal, refusal } from "../../gateway/refusal.js";

describe("the admission program", function () {
  const door = withDoor();
  beforeEach(() => {
    door().forget();
    door().engines["chat"]!.answering = answerJson();
  });
  const nothingReached = (): void => assert.deepEqual(door().reached, []);

  it("sends a request to its model with headers of its own and without the key", async () => {
    const headers = {
      "x-vllm-model": "small",
      "x-vllm-tenant": "globex",
      "x-vllm-priority": "-9",
      "x-api-key": "sk-other",
    };
    assert.equal((await door().chat({}, { headers })).status, 200);
    const [got, ...more] = door().engines["chat"]!.reached;
    assert.deepEqual(more, []);
    assert.equal(got!.url, CHAT);
    assert.equal(got!.headers["x-vllm-model"], "chat");
    assert.equal(got!.headers["x-vllm-tenant"], "acme");
    for (const name of ["authorization", "x-api-key", "x-vllm-client", "x-vllm-priority"]) {
      assert.equal(got!.headers[name], undefined, name);
    }
    assert.deepEqual(door().engines["chat"]!.last(), {
      model: "",
      messages: [{ role: "user", content: "hello" }],
      priority: 3,
    });
  });

  it("takes a key from x-api-key too, and a client id's part before the dot for the tenant", async () => {
    const headers = { "x-api-key": GLOBEX, "x-test-id": "dot" };
    assert.equal((await door().chat({ model: "small" }, { key: "", headers })).status, 200);
    const { metadata, tenant } = await door().logged("dot");
    assert.equal(tenant, "globex");
    assert.equal(metadata["key"], "main");
  });

  it("answers 401 without a key, with a wrong one, and with one of no tenant", async () => {
    const expected = [401, "authentication_error", "invalid_api_key", null];
    for (const key of ["", "sk-wrong", KEYS.stranger])
      assert.deepEqual(refusal(await door().chat({}, { key })), expected);
    nothingReached();
  });

  it("answers the same 404 for a model that is not there and for one of another tenant, however it is named", async () => {
    const strip = (answer: Answer): string => answer.text.replace(/'[^']*'/, "<name>");
    const absent = await door().chat({ model: "absent" });
    assert.deepEqual(refusal(absent), NOT_FOUND);
    for (const model of ["small", "theirs", "SMALL", "small ", "sm\u0061ll\u0000"]) {
      const answer = await door().chat({ model }, { headers: { "x-vllm-model": "small" } });
      assert.deepEqual(refusal(answer), NOT_FOUND);
      if (model.length === 5) assert.equal(strip(answer), strip(absent));
    }
    nothingReached();
  });

  it("lists a tenant's own models, adapters and aliases, and shows one by name", async () => {
    const list = JSON.parse((await door().send("GET", "/v1/models", { key: GLOBEX })).text) as unknown;
    const entry = (id: string, root: string): object => ({
      id,
      object: "model",
      created: 0,
      owned_by: "vllm",
      root,
      max_model_len: 8192,
    });
    assert.deepEqual(list, {
      object: "list",
      data: [entry("narrow", "narrow"), entry("small", "small"), entry("theirs", "small")],
    });
    const one = await door().send("GET", "/v1/models/Qwen/Qwen3%2D8B?x=1");
    assert.deepEqual(JSON.parse(one.text), entry("Qwen/Qwen3-8B", "chat"));
    // Envoy's way with an escaped slash, as Envoy Gateway sets it: a redirect to the plain one.
    const escaped = await door().send("GET", "/v1/models/Qwen%2FQwen3-8B");
    assert.deepEqual([escaped.status, escaped.headers.location], [307, "/v1/models/Qwen/Qwen3-8B"]);
    assert.deepEqual(refusal(await door().send("GET", "/v1/models/small")), NOT_FOUND);
    nothingReached();
  });

  it("closes every path that is not for clients", async () => {
    const closed = [
      "/tokenize",
      "/metrics",
      "/invocations",
      "/health",
      "/v1",
      "/",
      "/v1/chat/completions/",
      "/v1/load_lora_adapter",
    ];
    const more = [
      "/v1/chat/../../tokenize",
      "/docs",
      "/V1/chat/completions",
      "/v1/responses/resp_1",
      "/v1/chat/completions;x",
    ];
    for (const path of [...closed, ...more]) {
      const body = JSON.stringify({ model: "chat", messages: [] });
      assert.deepEqual(refusal(await door().send("POST", path, { body })), [404, INVALID, "not_found", null], path);
    }
    nothingReached();
  });

  it("answers 404 for a path of another task, and 405 for another method with those that are allowed", async () => {
    const other = await door().post("/v1/embeddings", { model: "chat", input: "x" });
    assert.deepEqual(refusal(other), [404, INVALID, "path_not_supported", "model"]);
    for (const [method, path, allow] of [
      ["GET", CHAT, "POST"],
      ["DELETE", CHAT, "POST"],
      ["PUT", CHAT, "POST"],
      ["POST", "/v1/models", "GET"],
      ["DELETE", "/v1/models/chat", "GET"],
    ] as const) {
      const answer = await door().send(method, path, method === "GET" ? {} : { body: "{}" });
      assert.deepEqual(refusal(answer), [405, INVALID, "method_not_allowed", null]);
      assert.equal(answer.headers.allow, allow);
    }
    nothingReached();
  });

  it("sends the path without its query", async () => {
    const body = { model: "chat", messages: [] };
    assert.equal((await door().post(`${CHAT}?api-version=1`, body)).status, 200);
    assert.equal(door().reached[0]!.url, CHAT);
  });

  it("wants JSON that is not compressed, and a body", async () => {
    const body = '{"model":"chat","messages":[]}';
    const type = (value: string): Promise<Answer> =>
      door().send("POST", CHAT, { body, headers: { "content-type": value } });
    const unsupported = [415, INVALID, "unsupported_media_type", null];
    for (const value of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]) {
      assert.deepEqual(refusal(await type(value)), unsupported, value);
    }
    assert.equal((await type("Application/JSON; charset=utf-8")).status, 200);
    const packed = await door().send("POST", CHAT, { body, headers: { "content-encoding": "gzip" } });
    assert.deepEqual(refusal(packed), unsupported);
    const none = await door().send("POST", CHAT, {
      headers: { "content-type": "application/json", "content-length": 0 },
    });
    assert.deepEqual(refusal(none), [400, INVALID, "invalid_json", null]);
    for (const other of ["[]", "1", '"chat"', "null"]) {
      assert.deepEqual(refusal(await door().post(CHAT, other)), [400, INVALID, "invalid_json", null]);
    }
  });

  it("leads an adapter's name to its model and lets the engine see it, and a served name becomes the model's", async () => {
    assert.equal((await door().chat({ model: "sql-adapter" })).status, 200);
    assert.equal(door().engines["chat"]!.last()["model"], "sql-adapter");
    assert.equal((await door().chat({ model: "Qwen/Qwen3-8B" })).status, 200);
    assert.equal(door().engines["chat"]!.last()["model"], "");
    assert.equal((await door().chat({ model: "small" }, { key: GLOBEX })).status, 200);
    assert.equal(door().engines["small"]!.last()["model"], "small");
  });

  describe("with an alias", () => {
    const ways: [string, object, Record<string, string>, string][] = [
      [
        "a picture",
        { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "x" } }] }] },
        {},
        "vision",
      ],
      ["a picture without its kind", { messages: [{ role: "user", content: [{ image_url: "x" }] }] }, {}, "vision"],
      ["a picture and a tier", { messages: [{ content: [{ type: "video_url" }] }] }, { "x-tier": "premium" }, "vision"],
      ["nothing", {}, {}, "chat"],
      ["the tenant's own tier", {}, { "x-tier": "standard" }, "chat"],
      ["a tier", {}, { "x-tier": "premium" }, "slow"],
    ];
    for (const [what, fields, headers, model] of ways) {
      it(`takes the first way that holds for ${what}`, async () => {
        assert.equal((await door().chat({ model: "default", ...fields }, { headers })).status, 200);
        assert.equal(door().engines[model]!.reached.length, 1);
        assert.equal(door().reached.length, 1);
      });
    }

    it("takes a way by the size of the body, here to an engine that is gone", async () => {
      const answer = await door().chat({ model: "default", messages: [{ role: "user", content: "x".repeat(5000) }] });
      assert.deepEqual(refusal(answer), [503, "overloaded_error", "model_busy", null]);
      assert.equal(answer.headers["retry-after"], "5");
    });

    it("needs all that a way names", async () => {
      const json = { response_format: { type: "json_object" } };
      const tools = { tools: [{ type: "function", function: { name: "f" } }] };
      for (const fields of [json, tools, { ...tools, response_format: { type: "text" } }, { ...json, tools: [] }]) {
        const answer = await door().chat({ model: "strict", ...fields });
        assert.deepEqual(refusal(answer), [400, INVALID, "no_model_for_request", "model"]);
      }
      assert.equal((await door().chat({ model: "strict", ...json, ...tools })).status, 200);
      assert.equal((await door().chat({ model: "strict", ...tools, structured_outputs: { json: {} } })).status, 200);
    });
  });

  it("refuses a tier that the tenant may not ask for", async () => {
    for (const [key, tier] of [
      [ACME, "gold"],
      [GLOBEX, "premium"],
    ] as const) {
      const answer = await door().chat({ model: "narrow" }, { key, headers: { "x-tier": tier } });
      assert.deepEqual(refusal(answer), [400, INVALID, "tier_not_allowed", null]);
    }
  });

  it("lets only tenants that may choose a release, of those that the model has", async () => {
    const chosen = await door().chat({}, { headers: { "x-release": "r2" } });
    assert.equal(chosen.headers["x-served-by"], "chat/r2");
    assert.equal((await door().chat()).headers["x-served-by"], "chat/r1");
    const forged = await door().chat({}, { headers: { "x-vllm-release": "r2" } });
    assert.equal(forged.headers["x-served-by"], "chat/r1");
    const unknown = await door().chat({}, { headers: { "x-release": "r9" } });
    assert.deepEqual(refusal(unknown), [400, INVALID, "release_not_found", null]);
    const other = await door().chat({ model: "small" }, { key: GLOBEX, headers: { "x-release": "r2" } });
    assert.deepEqual(refusal(other), [403, "permission_error", "release_not_allowed", null]);
  });

  it("sends a form to the tenant's one model of its path, unread", async () => {
    const path = "/v1/audio/transcriptions";
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    const body = '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nanything\r\n--b--\r\n';
    assert.equal((await door().send("POST", path, { body, headers })).status, 200);
    assert.equal(door().engines["sound"]!.reached[0]!.body, body);
    assert.deepEqual(refusal(await door().send("POST", path, { body, headers, key: GLOBEX })), [
      404,
      INVALID,
      "not_found",
      null,
    ]);
    const large = { ...headers, "content-length": 2_000_000 };
    const answer = await door().send("POST", path, { body: Buffer.alloc(2_000_000), headers: large });
    assert.deepEqual(refusal(answer), [413, INVALID, "request_too_large", null]);
  });

  it("writes what quotas and logs read, and no prompt and no key", async () => {
    await door().chat(
      { model: "Qwen/Qwen3-8B", messages: [{ role: "user", content: "top secret" }] },
      { headers: { "x-test-id": "log" } },
    );
    const { metadata } = await door().logged("log");
    const { first_token_ms: firstTokenMs, ...rest } = metadata;
    assert.ok(Number.isInteger(firstTokenMs));
    assert.deepEqual(rest, {
      tenant: "acme",
      model: "chat",
      class: "interactive",
      asked: "Qwen/Qwen3-8B",
      release: "r1",
      outcome: "ok",
      input_tokens: 11,
      output_tokens: 7,
      // (11 × 100,000 + 7 × 400,000) / 1,000,000, rounded up
      microdollars: 4,
      requests_minute: TABLE.tenants["acme"]!.limits!["requests_minute"],
    });
    assert.doesNotMatch(door().envoy.log(), /top secret|sk-acme/);
  });

  it("does the same over HTTP/2", async () => {
    const session = connect(`http://127.0.0.1:${door().port}`);
    const send = async (model: string, more: OutgoingHttpHeaders): Promise<[number, string]> => {
      const stream = session.request({ ":method": "POST", ":path": CHAT, "content-type": "application/json", ...more });
      stream.end(JSON.stringify({ model, messages: [] }));
      const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders & IncomingHttpStatusHeader];
      return [headers[":status"] ?? 0, await text(stream)];
    };
    const key = { authorization: `Bearer ${ACME}` };
    assert.equal((await send("chat", { ...key, "x-vllm-model": "small" }))[0], 200);
    const [status, body] = await send("small", { ...key, "x-vllm-model": "small" });
    assert.deepEqual([status, (JSON.parse(body) as Refusal).error.code], [404, "model_not_found"]);
    assert.equal((await send("chat", { "x-vllm-client": "acme", "x-vllm-tenant": "acme" }))[0], 401);
    session.destroy();
    assert.deepEqual(
      door().reached.map(({ headers }) => headers["x-vllm-model"]),
      ["chat"],
    );
  });

  it("tells refusals' outcomes: forbidden for another tenant's model, validation for none", async () => {
    const outcome = async (id: string, fields: object, key = ACME): Promise<unknown> => {
      await door().chat(fields, { key, headers: { "x-test-id": id } });
      return (await door().logged(id)).metadata["outcome"];
    };
    assert.equal(await outcome("o1", { model: "small" }), "forbidden");
    assert.equal(await outcome("o2", { model: "absent" }), "validation");
    assert.equal(await outcome("o3", {}, "sk-wrong"), "unauthenticated");
    assert.equal(await outcome("o4", { model: "gone" }), "busy");
    assert.equal(await outcome("o5", { n: 2 }), "validation");
  });
});
