/** Whether answers that were asked for as JSON are JSON, as the admission program tells it in a real Envoy. */
import assert from "node:assert/strict";
import { CHAT, withDoor } from "../../gateway/door.js";
import { type Answering, answerJson } from "../../gateway/engine.js";

const COMPLETIONS = "/v1/completions";
const RESPONSES = "/v1/responses";
const OBJECT = { response_format: { type: "json_object" } };

const event = (value: object | string): string =>
  `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

const whole = (...texts: (string | null)[]): Answering =>
  answerJson({ choices: texts.map((content, index) => ({ index, message: { content } })) });

/** A stream of chat whose parts say which choice they are of. */
const streamed =
  (...parts: [choice: number, text: string | null][]): Answering =>
  (response) => {
    const events = parts.map(([index, content]) => event({ choices: [{ index, delta: { content } }] }));
    response.writeHead(200, { "content-type": "text/event-stream" }).end(events.join("") + event("[DONE]"));
  };

describe("JSON answers at the gateway", function () {
  const door = withDoor();
  let count = 0;

  async function verdict(answering: Answering, fields: object = OBJECT, path = CHAT): Promise<unknown> {
    door().engines["chat"]!.answering = answering;
    const id = `json${(count += 1)}`;
    const answer = await door().post(path, { model: "chat", ...fields }, { headers: { "x-test-id": id } });
    assert.equal(answer.status, 200, answer.text);
    return (await door().logged(id)).metadata["json"];
  }

  const stream = { ...OBJECT, stream: true };

  it("are valid where every text is one JSON value", async () => {
    assert.equal(await verdict(whole('{"a": "\\u00e9 \\" }"}')), "valid");
    assert.equal(await verdict(whole("[1]", '"x"', " 7 ")), "valid");
    assert.equal(await verdict(streamed([0, '{"a'], [1, "[1,"], [0, '": 1}'], [0, null], [1, " 2]"]), stream), "valid");
  });

  it("are invalid where one is cut off, is prose, or has something after it", async () => {
    for (const text of ['{"a": 1', "Here you are: {}", "{} {}", "```json\n{}\n```", ""])
      assert.equal(await verdict(whole("{}", text)), "invalid", text);
    assert.equal(await verdict(streamed([0, '{"a": 1']), stream), "invalid");
    assert.equal(await verdict(streamed([0, "{}"], [0, "}"]), stream), "invalid");
  });

  it("are told by each way of asking, and for nothing else", async () => {
    const bad = whole("prose");
    const schema = { response_format: { type: "json_schema", json_schema: { name: "a", schema: {} } } };
    assert.equal(await verdict(bad, schema), "invalid");
    assert.equal(await verdict(bad, { structured_outputs: { json: { type: "object" } } }), "invalid");
    assert.equal(await verdict(bad, { structured_outputs: { regex: "p.*" } }), undefined);
    assert.equal(await verdict(bad, { response_format: { type: "text" } }), undefined);
    assert.equal(await verdict(bad, {}), undefined);
    assert.equal(await verdict(streamed([0, "prose"]), { stream: true }), undefined);
  });

  it("are none where a tool is called, where there is no text, or where there is more than a megabyte of it", async () => {
    assert.equal(await verdict(whole(null)), undefined);
    assert.equal(await verdict(streamed([0, null]), stream), undefined);
    assert.equal(await verdict(whole(`"${"x".repeat(1_100_000)}"`)), undefined);
    const long = "x".repeat(300_000);
    assert.equal(await verdict(streamed([0, `"${long}`], [0, long], [0, long], [0, `${long}"`]), stream), undefined);
  });

  it("of completions and responses are read, too", async () => {
    const completion = answerJson({ choices: [{ index: 0, text: "{}" }] });
    assert.equal(await verdict(completion, { ...OBJECT, prompt: "x" }, COMPLETIONS), "valid");
    const asked = { input: "x", text: { format: { type: "json_object" } } };
    const output = (text: string) => [
      { type: "reasoning", content: [{ type: "reasoning_text", text: "hm" }] },
      { type: "message", content: [{ type: "output_text", text }] },
    ];
    assert.equal(await verdict(answerJson({ output: output("{}") }), asked, RESPONSES), "valid");
    assert.equal(await verdict(answerJson({ output: output("no") }), asked, RESPONSES), "invalid");
    const deltas = (...texts: string[]): Answering => {
      const named = texts.map((delta) => {
        const type = "response.output_text.delta";
        return `event: ${type}\n${event({ type, delta, output_index: 1 })}`;
      });
      return (response) =>
        response.writeHead(200, { "content-type": "text/event-stream" }).end(named.join("") + "data: [DONE]\n\n");
    };
    assert.equal(await verdict(deltas("{", "}"), { ...asked, stream: true }, RESPONSES), "valid");
    assert.equal(await verdict(deltas("{", "}", "}"), { ...asked, stream: true }, RESPONSES), "invalid");
  });
});
