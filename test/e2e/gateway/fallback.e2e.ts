/** What clients get of a model with a fallback, on the real gateway. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { SMALL } from "../../gateway/fixtures.js";
import { releaseConfig } from "../../serving/fixtures.js";
import { type Answer, errorOf } from "./client.js";
import { Door, keyOf, needsGateway, RUNTIME_KEY } from "./door.js";
import { servedBy, STREAM } from "./load.js";
import type { Behaviour } from "./replica.js";

const key = keyOf("acme");

describe("A real gateway's fallback", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      // acme may not ask for the other model itself.
      gateway: { tenants: { acme: { models: ["chat"], limits: { requestsPerMinute: 1_000_000 } } } },
      stack: {
        models: {
          chat: {
            gateway: { fallback: "small", protection: { requestSeconds: 4 } },
            releases: { r2: releaseConfig() },
            route: { stable: "r1", canary: { release: "r2", weight: 25 } },
          },
          ...SMALL,
        },
      },
      replicas: { "chat-r1": 2, "chat-r2": 1, "small-r1": 1 },
    });
  });
  after(() => door?.close());
  afterEach(async () => {
    for (const replica of door.all()) {
      Object.assign(replica, { behaviour: "fine", tokens: 3, gapMs: 0 });
      await replica.comeBack();
      replica.reached.length = 0;
    }
  });

  function all(behaviour: Behaviour, ...services: string[]): void {
    for (const service of services) for (const replica of door.of(service)) replica.behaviour = behaviour;
  }

  function isOfFallback(answer: Answer): void {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(servedBy(answer), "small/r1");
    assert.equal(answer.headers["x-fallback-from"], "chat");
  }

  it("is not asked while the model answers, whose releases have their weights", async () => {
    const found: Record<string, number> = {};
    for (let index = 0; index < 200; index += 1) {
      const answer = await door.client.ask({ key });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers["x-fallback-from"], undefined);
      found[servedBy(answer)] = (found[servedBy(answer)] ?? 0) + 1;
    }
    assert.deepEqual(Object.keys(found).sort(), ["chat/r1", "chat/r2"]);
    assert.ok(found["chat/r2"]! > 20 && found["chat/r2"]! < 90, JSON.stringify(found));
    assert.equal(door.of("small-r1")[0]!.reached.length, 0);
  });

  it("answers for a model whose replicas are all busy, with its own credential and no name of the other model", async () => {
    all("busy", "chat-r1", "chat-r2");
    for (let index = 0; index < 20; index += 1) {
      const answer = await door.client.ask({ key });
      isOfFallback(answer);
    }
    const { reached } = door.of("small-r1")[0]!;
    assert.equal(reached.length, 20);
    assert.equal(reached[0]!.headers.authorization, `Bearer ${RUNTIME_KEY}`);
    // vLLM takes its own model for an empty name.
    assert.equal((JSON.parse(reached[0]!.body) as { model: string }).model, "");
  });

  it("streams for a model that is busy, part by part", async () => {
    all("busy", "chat-r1", "chat-r2");
    Object.assign(door.of("small-r1")[0]!, { tokens: 6, gapMs: 200 });
    const answer = await door.client.ask({ key, body: STREAM });
    isOfFallback(answer);
    assert.ok(answer.text.endsWith("data: [DONE]\n\n"));
    assert.ok(answer.parts.length >= 6, `${answer.parts.length} parts`);
  });

  it("answers for a model that takes too long", async () => {
    for (const service of ["chat-r1", "chat-r2"])
      for (const replica of door.of(service)) Object.assign(replica, { tokens: 1, gapMs: 6000 });
    const answer = await door.client.ask({ key });
    isOfFallback(answer);
    assert.ok(answer.ms > 3500 && answer.ms < 6000, `${answer.ms} ms`);
  });

  it("answers for a model whose replicas are lost", async () => {
    for (const service of ["chat-r1", "chat-r2"]) for (const replica of door.of(service)) await replica.lose();
    for (let index = 0; index < 10; index += 1) isOfFallback(await door.client.ask({ key }));
  });

  it("does not take over a stream that has begun", async () => {
    for (const service of ["chat-r1", "chat-r2"])
      for (const replica of door.of(service)) Object.assign(replica, { tokens: 100, gapMs: 50 });
    const stream = door.client.ask({ key, body: STREAM });
    await sleep(500);
    for (const service of ["chat-r1", "chat-r2"]) for (const replica of door.of(service)) await replica.lose();
    const answer = await stream;
    assert.equal(answer.status, 200);
    assert.match(servedBy(answer), /^chat\//);
    assert.ok(!answer.text.includes("[DONE]"));
    assert.equal(door.of("small-r1")[0]!.reached.length, 0);
  });

  it("refuses with 503 and Retry-After in OpenAI's shape where both are busy", async () => {
    all("busy", "chat-r1", "chat-r2", "small-r1");
    const answer = await door.client.ask({ key });
    assert.equal(answer.status, 503, answer.text);
    assert.match(answer.headers["retry-after"] ?? "", /^[1-9]\d*$/);
    errorOf(answer);
  });

  it("gives nobody the other model by name, or the way behind by header", async () => {
    const named = await door.client.ask({ key, body: { ...STREAM, model: "small" } });
    assert.equal(named.status, 404);
    all("busy", "chat-r1", "chat-r2");
    isOfFallback(await door.client.ask({ key, headers: { "x-vllm-own": "true" } }));
  });

  it("answers for a model that has no replica, until it has one again", async () => {
    for (const service of ["chat-r1", "chat-r2"])
      for (const replica of [...door.of(service)]) await door.remove(service, replica);
    await until(async () => servedBy(await door.client.ask({ key })) === "small/r1");
    for (let index = 0; index < 10; index += 1) isOfFallback(await door.client.ask({ key }));
    await door.add("chat-r1");
    await until(async () => servedBy(await door.client.ask({ key })) === "chat/r1");
  });
});

/** Asks until it holds, for ten seconds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(50)) if (await holds()) return;
  throw new Error("it did not come about within 10 s");
}
