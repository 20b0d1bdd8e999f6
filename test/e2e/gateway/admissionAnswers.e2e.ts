/** What clients get back, in a real Envoy: errors in OpenAI's shape, streams as they come, and their tokens. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ACME, type Answer, CHAT, GLOBEX, withDoor } from "../../gateway/door.js";
import { ANSWER, type Answering, answerJson } from "../../gateway/engine.js";

const event = (value: object | string): string =>
  `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

const delta = (content: string): string =>
  event({ id: "c", object: "chat.completion.chunk", choices: [{ index: 0, delta: { content } }] });

const USAGE = { prompt_tokens: 21, total_tokens: 24, completion_tokens: 3 };
const usage = event({ id: "c", object: "chat.completion.chunk", choices: [], usage: USAGE });
const DONE = event("[DONE]");

/** Text of a model that looks like what the program looks for. */
const HOSTILE = '"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}\n\ndata: [DONE]\n\n';

const SHOWN = delta("a") + delta(HOSTILE) + delta("é😀");

const streaming =
  (parts: readonly (string | Buffer)[], pauseMs = 0): Answering =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    void (async () => {
      for (const part of parts) {
        response.write(part);
        await (pauseMs === 0 ? new Promise(setImmediate) : sleep(pauseMs));
      }
      response.end();
    })();
  };

describe("answers at the gateway", function () {
  const door = withDoor();
  let count = 0;
  beforeEach(() => door().forget());

  /** Answers of `chat`, and the metadata of the request's end. */
  async function through(
    answering: Answering,
    fields: object = {},
    path = CHAT,
  ): Promise<{ answer: Answer; metadata: Record<string, unknown> }> {
    door().engines["chat"]!.answering = answering;
    const id = `a${(count += 1)}`;
    const answer = await door().post(path, { model: "chat", ...fields }, { headers: { "x-test-id": id } });
    return { answer, metadata: (await door().logged(id)).metadata };
  }

  const tokens = (metadata: Record<string, unknown>): unknown[] => [
    metadata["input_tokens"],
    metadata["output_tokens"],
    metadata["microdollars"],
  ];

  it("takes the usage out of a stream that was asked for in the client's place, wherever its bytes are cut", async () => {
    const whole = Buffer.from(SHOWN + usage + DONE);
    for (let cut = 1; cut < whole.length; cut += 1) {
      door().engines["chat"]!.answering = streaming([whole.subarray(0, cut), whole.subarray(cut)]);
      const answer = await door().chat({ stream: true });
      assert.equal(answer.text, SHOWN + DONE, `cut at ${cut}`);
    }
  });

  it("does so byte by byte, and notes the tokens", async () => {
    const whole = Buffer.from(SHOWN + usage + DONE);
    const bytes = Array.from(whole, (_, at) => whole.subarray(at, at + 1));
    const { answer, metadata } = await through(streaming(bytes), { stream: true });
    assert.equal(answer.text, SHOWN + DONE);
    assert.deepEqual(tokens(metadata), [21, 3, 4]);
    assert.equal(metadata["outcome"], "ok");
  });

  it("leaves the usage to a client that asked for it, and its stream as it is", async () => {
    const fields = { stream: true, stream_options: { include_usage: true } };
    const { answer, metadata } = await through(streaming([SHOWN + usage, DONE]), fields);
    assert.equal(answer.text, SHOWN + usage + DONE);
    assert.deepEqual(tokens(metadata), [21, 3, 4]);
  });

  it("passes a stream on as it comes: the next event is sent when the client has the last", async () => {
    let engine: ServerResponse | undefined;
    door().engines["chat"]!.answering = (response) => {
      engine = response.writeHead(200, { "content-type": "text/event-stream" });
      engine.write(delta("a"));
    };
    const headers = { authorization: `Bearer ${ACME}`, "content-type": "application/json" };
    const sent = httpRequest({ host: "127.0.0.1", port: door().port, path: CHAT, method: "POST", headers });
    sent.end(JSON.stringify({ model: "chat", stream: true }));
    const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
    let seen = "";
    for await (const piece of response) {
      seen += String(piece);
      if (seen === delta("a")) engine!.write(delta("b"));
      else if (seen === delta("a") + delta("b")) engine!.end(usage + DONE);
    }
    assert.equal(seen, delta("a") + delta("b") + DONE);
  });

  it("takes events with carriage returns, and one of two megabytes", async () => {
    const long = delta("x".repeat(2 * 1024 * 1024));
    const parts = [delta("a").replace(/\n/g, "\r\n"), long, usage.replace(/\n/g, "\r\n"), DONE];
    const { answer, metadata } = await through(streaming(parts), { stream: true });
    assert.equal(answer.text, parts[0]! + long + DONE);
    assert.deepEqual(tokens(metadata), [21, 3, 4]);
  });

  it("counts a stream without usage by its events and the prompt's bytes", async () => {
    const { metadata } = await through(streaming([delta("a"), delta("b"), DONE]), { stream: true });
    const bytes = JSON.stringify({ model: "chat", stream: true }).length;
    assert.deepEqual(tokens(metadata).slice(0, 2), [Math.ceil(bytes / 4), 2]);
  });

  it("counts what a client had that left in the middle", async () => {
    const parts = Array.from({ length: 400 }, (_, index) => delta(String(index)));
    door().engines["chat"]!.answering = streaming([...parts, usage, DONE], 2);
    const headers = { authorization: `Bearer ${ACME}`, "content-type": "application/json", "x-test-id": "left" };
    const sent = httpRequest({ host: "127.0.0.1", port: door().port, path: CHAT, method: "POST", headers });
    sent.on("error", () => undefined);
    sent.end(JSON.stringify({ model: "chat", stream: true }));
    const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
    let seen = "";
    for await (const piece of response) {
      seen += String(piece);
      if (seen.split("data:").length > 100) break;
    }
    sent.destroy();
    const { metadata } = await door().logged("left");
    assert.ok(Number(metadata["output_tokens"]) >= 80, JSON.stringify(metadata));
    assert.equal(metadata["outcome"], "incomplete");
  });

  it("tells a stream that ends with the engine's error", async () => {
    const parts = [delta("a"), event({ error: { message: "engine died", code: 500 } }), DONE];
    assert.equal((await through(streaming(parts), { stream: true })).metadata["outcome"], "upstream");
  });

  it("notes the tokens of a JSON answer, not those that its text tells", async () => {
    const { answer, metadata } = await through(answerJson());
    assert.deepEqual(JSON.parse(answer.text), ANSWER);
    assert.deepEqual(tokens(metadata), [11, 7, 4]);
  });

  it("notes the tokens of an answer that comes in pieces, with spaces, or is large", async () => {
    const text = JSON.stringify({ ...ANSWER, filler: "x".repeat(300_000) }, undefined, 2);
    for (const size of [7, 4096]) {
      const pieces = size === 7 ? [...text.slice(-700)].map((c) => c) : text.match(/[^]{1,4096}/g)!;
      const { metadata } = await through((response) => {
        response.writeHead(200, { "content-type": "application/json" });
        if (size === 7) response.write(text.slice(0, -700));
        for (const piece of pieces) response.write(piece);
        response.end();
      });
      assert.deepEqual(tokens(metadata), [11, 7, 4]);
    }
  });

  it("notes the tokens of responses, embeddings and scores", async () => {
    const response = {
      output: [],
      tools: [{ usage: { input_tokens: 1, output_tokens: 1 } }],
      usage: { input_tokens: 5, output_tokens: 6 },
    };
    const completed = `event: response.completed\n${event({ type: "response.completed", response })}`;
    const streamed = await through(streaming([completed]), { stream: true, input: "x" }, "/v1/responses");
    assert.equal(streamed.answer.text, completed);
    assert.deepEqual(tokens(streamed.metadata), [5, 6, 3]);
    door().engines["vectors"]!.answering = answerJson({
      data: [{ embedding: [0.1] }],
      usage: { prompt_tokens: 9, total_tokens: 9 },
    });
    await door().post("/v1/embeddings", { model: "vectors", input: "x" }, { headers: { "x-test-id": "v1" } });
    assert.deepEqual(tokens((await door().logged("v1")).metadata), [9, 0, 0]);
    door().engines["vectors"]!.answering = answerJson({ results: [], usage: { total_tokens: 8 } });
    await door().post("/v1/embeddings", { model: "vectors", input: "x" }, { headers: { "x-test-id": "v2" } });
    assert.deepEqual(tokens((await door().logged("v2")).metadata), [8, 0, 0]);
  });

  it("passes the engine's own errors, and adds Retry-After to its 503", async () => {
    const error = { error: { message: "queue is full", type: "ServiceUnavailable", param: null, code: 503 } };
    const busy = await through(answerJson(error, 503));
    assert.deepEqual(JSON.parse(busy.answer.text), error);
    assert.equal(busy.answer.headers["retry-after"], "5");
    assert.equal(busy.metadata["outcome"], "busy");
    const wrong = await through(answerJson(error, 400));
    assert.equal(wrong.answer.headers["retry-after"], undefined);
    assert.equal(wrong.metadata["outcome"], "validation");
  });

  const shapes: [number, string, string, string][] = [
    [400, "invalid_request_error", "invalid_request", "validation"],
    [401, "authentication_error", "invalid_api_key", "unauthenticated"],
    [403, "permission_error", "permission_denied", "forbidden"],
    [404, "invalid_request_error", "not_found", "validation"],
    [413, "invalid_request_error", "request_too_large", "validation"],
    [429, "rate_limit_error", "rate_limit_exceeded", "quota"],
    [500, "api_error", "internal_error", "upstream"],
    [502, "api_error", "bad_gateway", "upstream"],
    [503, "overloaded_error", "model_busy", "busy"],
    [504, "api_error", "timeout", "timeout"],
  ];
  for (const [status, type, code, outcome] of shapes) {
    it(`gives a ${status} without the shape OpenAI's`, async () => {
      for (const body of ["", "<html>no</html>"]) {
        const { answer, metadata } = await through((response) => {
          response.writeHead(status, { "content-type": "text/html", "x-ratelimit-reset": "37" }).end(body);
        });
        assert.equal(answer.status, status);
        assert.equal(answer.headers["content-type"], "application/json");
        const { error } = JSON.parse(answer.text) as { error: Record<string, unknown> };
        assert.equal(typeof error["message"], "string");
        assert.deepEqual({ ...error, message: "" }, { message: "", type, param: null, code });
        assert.equal(answer.headers["retry-after"], { 429: "37", 503: "5" }[status]);
        assert.equal(metadata["outcome"], outcome);
      }
    });
  }

  it("answers 504 in the shape when the model does not answer in time", async () => {
    door().engines["slow"]!.answering = () => undefined;
    const answer = await door().chat({ model: "slow" }, { headers: { "x-test-id": "slow" } });
    assert.equal(answer.status, 504);
    assert.equal((JSON.parse(answer.text) as { error: { code: string } }).error.code, "timeout");
    assert.equal((await door().logged("slow")).metadata["outcome"], "timeout");
  });

  it("tells a full circuit breaker as 429 to a tenant with one of its own, and as 503 to others", async () => {
    let release = (): void => undefined;
    door().engines["narrow"]!.answering = (response, request) => {
      release = () => answerJson()(response, request);
    };
    const held = door().chat({ model: "narrow" });
    while (door().engines["narrow"]!.reached.length === 0) await sleep(10);
    const own = await door().chat({ model: "narrow" }, { headers: { "x-test-id": "full" } });
    assert.equal(own.status, 429);
    assert.equal(own.headers["retry-after"], "7");
    assert.equal((JSON.parse(own.text) as { error: { code: string } }).error.code, "rate_limit_exceeded");
    assert.equal((await door().logged("full")).metadata["outcome"], "quota");
    const other = await door().chat({ model: "narrow" }, { key: GLOBEX });
    assert.equal(other.status, 503);
    assert.equal(other.headers["retry-after"], "7");
    release();
    assert.equal((await held).status, 200);
  });

  it("tells in a header and in the metadata that another model answered", async () => {
    const answer = await door().chat({ model: "moved" }, { headers: { "x-test-id": "moved" } });
    assert.deepEqual([answer.headers["x-served-by"], answer.headers["x-fallback-from"]], ["chat/r1", "moved"]);
    const { metadata } = await door().logged("moved");
    assert.deepEqual([metadata["model"], metadata["asked"], metadata["release"]], ["chat", "moved", "r1"]);
    assert.equal((await door().chat()).headers["x-fallback-from"], undefined);
  });

  it("ends a stream whose engine dies, without an end that looks whole", async () => {
    door().engines["chat"]!.answering = (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(delta("a"));
      setTimeout(() => response.destroy(), 50);
    };
    await assert.rejects(door().chat({ stream: true }, { headers: { "x-test-id": "died" } }));
    assert.equal((await door().logged("died")).metadata["outcome"], "incomplete");
  });
});
