/** What clients notice when a model's replicas are full, end or are lost. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { errorOf } from "./client.js";
import { Door, keyOf, needsGateway } from "./door.js";
import { STREAM } from "./load.js";

const key = keyOf("acme");

describe("A real gateway whose replicas fail", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: { tenants: { acme: { limits: { requestsPerMinute: 1_000_000 } } } },
      replicas: { "chat-r1": 3 },
    });
  });
  after(() => door?.close());
  afterEach(async () => {
    for (const replica of door.all()) Object.assign(replica, { behaviour: "fine", tokens: 3, gapMs: 0 });
    await door.all()[0]!.comeBack();
    for (const replica of door.all()) replica.reached.length = 0;
  });

  for (const behaviour of ["busy", "draining"] as const)
    it(`sends to another replica what one that is ${behaviour} refuses, before the client sees it`, async () => {
      door.all()[0]!.behaviour = behaviour;
      for (let index = 0; index < 60; index += 1) {
        const answer = await door.client.ask({ key, ...(index % 2 === 0 && { body: STREAM }) });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.headers["x-served-by"], "chat/r1");
      }
      const refused = door.all()[0]!.reached.length;
      assert.ok(refused > 0);
      assert.equal(
        door.all().reduce((sum, { reached }) => sum + reached.length, 0),
        60 + refused,
      );
    });

  it("answers 503 with Retry-After in OpenAI's shape when all replicas are full", async () => {
    for (const replica of door.all()) replica.behaviour = "busy";
    const answer = await door.client.ask({ key });
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.headers["retry-after"] ?? "", /^[1-9]\d*$/);
    assert.equal(answer.headers["content-type"], "application/json");
    errorOf(answer);
    // Two tries more, and no more than that: a full model is not made fuller.
    assert.equal(
      door.all().reduce((sum, { reached }) => sum + reached.length, 0),
      3,
    );
  });

  it("answers 500 in OpenAI's shape when all replicas drain", async () => {
    for (const replica of door.all()) replica.behaviour = "draining";
    const answer = await door.client.ask({ key });
    assert.equal(answer.status, 500, answer.text);
    errorOf(answer);
  });

  it("cuts a stream at once whose replica is lost, and serves the next request", async () => {
    for (const replica of door.all()) Object.assign(replica, { tokens: 600, gapMs: 100 });
    const stream = door.client.ask({ key, body: STREAM });
    const serving = await until(() => door.all().find(({ inFlight }) => inFlight > 0));
    await sleep(1000);
    const lost = performance.now();
    await serving.lose();
    const answer = await stream;
    const seconds = (performance.now() - lost) / 1000;
    assert.ok(seconds < 2, `${seconds} s`);
    assert.equal(answer.status, 200);
    assert.ok(answer.parts.length >= 5, `${answer.parts.length} parts`);
    assert.ok(!answer.text.includes("[DONE]"));
    assert.ok(!answer.whole || answer.text.includes('"error"'), "the stream looks whole");
    for (const replica of door.all()) Object.assign(replica, { tokens: 3, gapMs: 0 });
    for (let index = 0; index < 20; index += 1) assert.equal((await door.client.ask({ key })).status, 200);
    await serving.comeBack();
  });

  it("answers 503 with Retry-After when no replica is there", async () => {
    const [first, ...others] = door.of("chat-r1");
    for (const replica of others) await door.remove("chat-r1", replica);
    await door.remove("chat-r1", first!);
    const answer = await door.client.ask({ key });
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.headers["retry-after"] ?? "", /^[1-9]\d*$/);
    errorOf(answer);
    await door.add("chat-r1");
    await until(async () => ((await door.client.ask({ key })).status === 200 ? true : undefined));
  });
});

/** Asks until there is a value, for ten seconds. */
async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error("it did not come about within 10 s");
}
