/** The bounds of a request's body, and the edits that the program makes of it, in a real Envoy. */
import assert from "node:assert/strict";
import { REFUSED_PARAMETERS } from "../../../components/gateway/admission/parameters.js";
import { CHAT, GLOBEX, TABLE, withDoor } from "../../gateway/door.js";

describe("the bounds of a request", function () {
  const door = withDoor();
  beforeEach(() => door().forget());

  const ALLOWED = { status: 200, code: "", param: "" };

  /** What became of a body: its status, and the refusal's code and parameter. */
  async function outcome(path: string, body: unknown, key?: string): Promise<typeof ALLOWED> {
    const before = door().reached.length;
    const { status, text } = await door().post(path, body, key === undefined ? {} : { key });
    assert.equal(door().reached.length - before, status === 200 ? 1 : 0);
    if (status === 200) return ALLOWED;
    const { error } = JSON.parse(text) as { error: { code: string; param: string } };
    return { status, code: error.code, param: error.param };
  }

  const chat = (fields: object, model = "chat", key?: string): Promise<typeof ALLOWED> =>
    outcome(CHAT, { model, messages: [], ...fields }, key);

  const refused = (code: string, param: string | null): object => ({ status: 400, code, param });

  for (const name of Object.keys(REFUSED_PARAMETERS)) {
    it(`refuses ${name}, but not what leaves it alone`, async () => {
      for (const value of ["x", 1, true, {}, [], ""]) {
        assert.deepEqual(await chat({ [name]: value }), refused("unsupported_parameter", name));
      }
      for (const value of [null, false, 0]) assert.deepEqual(await chat({ [name]: value }), ALLOWED);
    });
  }

  it("refuses a parameter however its name is written", async () => {
    const body = '{"model":"chat","messages":[],"\\u0070riority":5}';
    assert.deepEqual(await outcome(CHAT, body), refused("unsupported_parameter", "priority"));
  });

  it("refuses what the model's config names, of that model alone", async () => {
    assert.deepEqual(await chat({ logit_bias: { "1": 2 } }), refused("unsupported_parameter", "logit_bias"));
    assert.deepEqual(await chat({ logit_bias: { "1": 2 } }, "vision"), ALLOWED);
  });

  it("takes chat_template_kwargs but for a template, and echo but with logprobs", async () => {
    assert.deepEqual(await chat({ chat_template_kwargs: { enable_thinking: false } }), ALLOWED);
    for (const name of ["chat_template", "tokenize"]) {
      const refusal = refused("unsupported_parameter", "chat_template_kwargs");
      assert.deepEqual(await chat({ chat_template_kwargs: { [name]: "x" } }), refusal);
    }
    const body = { model: "chat", prompt: "x", echo: true };
    assert.deepEqual(await outcome("/v1/completions", body), ALLOWED);
    assert.deepEqual(
      await outcome("/v1/completions", { ...body, logprobs: 1 }),
      refused("unsupported_parameter", "echo"),
    );
  });

  it("takes what common clients send", async () => {
    const common = {
      temperature: 0.7,
      top_p: 1,
      seed: 1,
      user: "u",
      stop: ["a"],
      logprobs: true,
      top_logprobs: 2,
      tools: [],
      tool_choice: "auto",
      parallel_tool_calls: true,
      response_format: { type: "json_schema", json_schema: { name: "s", schema: { type: "object" } } },
      reasoning_effort: "low",
      metadata: { a: "b" },
      service_tier: "auto",
      store: false,
      top_k: 40,
      min_p: 0.1,
      repetition_penalty: 1.1,
      cache_salt: "s",
      unheard_of: [1, { a: [] }],
    };
    assert.deepEqual(await chat(common), ALLOWED);
    const { model, priority, ...rest } = door().engines["chat"]!.last();
    assert.deepEqual([model, priority], ["", 3]);
    assert.deepEqual(rest, { messages: [], ...common });
  });

  for (const name of ["max_tokens", "max_completion_tokens"]) {
    it(`caps ${name}, which has to be a whole number`, async () => {
      assert.deepEqual(await chat({ [name]: 8192 }), ALLOWED);
      assert.deepEqual(await chat({ [name]: 8192.0 }), ALLOWED);
      for (const value of [8193, 1e18])
        assert.deepEqual(await chat({ [name]: value }), refused("max_tokens_too_large", name));
      for (const value of [0, -1, 1.5, "9", true, [1], {}]) {
        assert.deepEqual(await chat({ [name]: value }), refused("invalid_value", name));
      }
      assert.deepEqual(await outcome(CHAT, `{"model":"chat","${name}":9e3}`), refused("max_tokens_too_large", name));
    });
  }

  it("caps both names at once, and max_output_tokens of a response", async () => {
    assert.deepEqual(
      await chat({ max_completion_tokens: 5, max_tokens: 9000 }),
      refused("max_tokens_too_large", "max_tokens"),
    );
    const body = { model: "chat", input: "x", max_output_tokens: 9000 };
    assert.deepEqual(await outcome("/v1/responses", body), refused("max_tokens_too_large", "max_output_tokens"));
  });

  it("writes the default where a request names no tokens", async () => {
    const sent = async (path: string, fields: object): Promise<Record<string, unknown>> => {
      assert.deepEqual(await outcome(path, { model: "small", ...fields }, GLOBEX), ALLOWED);
      return door().engines["small"]!.last();
    };
    assert.deepEqual(await sent(CHAT, {}), { model: "small", max_completion_tokens: 50 });
    assert.deepEqual(await sent(CHAT, { max_completion_tokens: null }), { model: "small", max_completion_tokens: 50 });
    assert.deepEqual(await sent(CHAT, { max_tokens: 20 }), { model: "small", max_tokens: 20 });
    assert.deepEqual(await sent("/v1/completions", { prompt: "x" }), { model: "small", prompt: "x", max_tokens: 50 });
    // A name that this path's engine does not hear is no answer to the question.
    const other = await sent("/v1/completions", { prompt: "x", max_completion_tokens: 3 });
    assert.deepEqual(other, { model: "small", prompt: "x", max_completion_tokens: 3, max_tokens: 50 });
    assert.deepEqual(await sent("/v1/responses", { input: "x" }), {
      model: "small",
      input: "x",
      max_output_tokens: 50,
    });
  });

  it("bounds answers: n, best_of, and n for each prompt", async () => {
    const completions = (fields: object): Promise<typeof ALLOWED> =>
      outcome("/v1/completions", { model: "vision", ...fields });
    assert.deepEqual(await chat({ n: 1 }), ALLOWED);
    assert.deepEqual(await chat({ n: 2 }), refused("too_many_choices", "n"));
    assert.deepEqual(await chat({ n: "1" }), refused("invalid_value", "n"));
    assert.deepEqual(await chat({ n: 4 }, "vision"), ALLOWED);
    assert.deepEqual(await completions({ prompt: "x", best_of: 5 }), refused("too_many_choices", "n"));
    assert.deepEqual(await completions({ prompt: ["a", "b"], n: 2 }), ALLOWED);
    assert.deepEqual(await completions({ prompt: ["a", "b", "c"], n: 2 }), refused("too_many_choices", "prompt"));
    assert.deepEqual(await completions({ prompt: [[1], [2], [3], [4], [5]] }), refused("too_many_choices", "prompt"));
    assert.deepEqual(await completions({ prompt: [1, 2, 3, 4, 5, 6] }), ALLOWED);
  });

  it("bounds stop sequences", async () => {
    assert.deepEqual(await chat({ stop: "x" }), ALLOWED);
    assert.deepEqual(await chat({ stop: ["a", "b", "c", "d"] }), ALLOWED);
    const refusal = refused("too_many_stop_sequences", "stop");
    assert.deepEqual(await chat({ stop: ["a", "b", "c", "d", "e"] }), refusal);
  });

  it("refuses pictures where the model takes none", async () => {
    const messages = [{ role: "user", content: [{ type: "input_image", image_url: "x" }] }];
    assert.deepEqual(await chat({ messages }, "small", GLOBEX), refused("unsupported_feature", null));
    const body = { model: "small", input: messages };
    assert.deepEqual(await outcome("/v1/responses", body, GLOBEX), refused("unsupported_feature", null));
    const text = [{ role: "user", content: [{ type: "text", text: "image_url" }] }];
    assert.deepEqual(await chat({ messages: text }, "small", GLOBEX), ALLOWED);
  });

  it("answers 413 for a body over the model's bound, and over the door's", async () => {
    const bytes = TABLE.models["chat"]!.promptBytes;
    const frame = '{"model":"chat","messages":""}'.length;
    const body = (size: number, model = "chat"): string =>
      `{"model":"${model}","messages":"${"x".repeat(size - frame)}"}`;
    assert.deepEqual(await outcome(CHAT, body(bytes)), ALLOWED);
    const refusal = { status: 413, code: "request_too_large", param: null };
    assert.deepEqual(await outcome(CHAT, body(bytes + 1)), refusal);
    assert.deepEqual(await outcome(CHAT, body(9 * 1024 * 1024, "slow")), refusal);
  });

  it("edits the body and nothing else of it: spaces, order and numbers stay", async () => {
    const body =
      ' { "z" : 1.50 , "model":\t"chat" , "messages" : [ ] , "seed": 12345678901234567890,"a":"\\u00e9é" }\n';
    assert.deepEqual(await outcome(CHAT, body), ALLOWED);
    const expected = body.replace('"chat"', '""').replace(" }\n", ' ,"priority":3}\n');
    assert.equal(Buffer.from(door().reached.at(-1)!.body, "latin1").toString("utf8"), expected);
    const length = door().reached.at(-1)!.headers["content-length"];
    assert.equal(length, String(Buffer.byteLength(expected)));
  });

  it("overwrites a priority that asks for nothing", async () => {
    assert.deepEqual(await chat({ priority: 0 }), ALLOWED);
    assert.equal(door().engines["chat"]!.last()["priority"], 3);
  });

  it("asks for a stream's usage where the client did not", async () => {
    const options = async (fields: object): Promise<unknown> => {
      assert.deepEqual(await chat(fields), ALLOWED);
      return door().engines["chat"]!.last()["stream_options"];
    };
    assert.equal(await options({}), undefined);
    assert.equal(await options({ stream: false }), undefined);
    assert.deepEqual(await options({ stream: true }), { include_usage: true });
    assert.deepEqual(await options({ stream: true, stream_options: null }), { include_usage: true });
    assert.deepEqual(await options({ stream: true, stream_options: { include_usage: false } }), {
      include_usage: true,
    });
    const own = { include_usage: true, continuous_usage_stats: true };
    assert.deepEqual(await options({ stream: true, stream_options: own }), own);
    for (const stream of ["true", 1]) assert.deepEqual(await chat({ stream }), refused("invalid_type", "stream"));
    assert.deepEqual(await chat({ stream: true, stream_options: 1 }), refused("invalid_type", "stream_options"));
    const odd = { stream: true, stream_options: { include_usage: "no" } };
    assert.deepEqual(await chat(odd), refused("invalid_type", "stream_options"));
  });

  it("wants a model that is text", async () => {
    for (const model of [undefined, null, 1, "", ["chat"], { chat: 1 }]) {
      assert.deepEqual(await outcome(CHAT, { model, messages: [] }), refused("model_required", "model"));
    }
  });

  it("takes an embedding's input of a hundred thousand numbers", async () => {
    const body = { model: "vectors", input: Array.from({ length: 100_000 }, (_, index) => index) };
    assert.deepEqual(await outcome("/v1/embeddings", body), ALLOWED);
  });
});
