/** Shares of a model's releases: of a canary's answers, and of a shadow's copies. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseConfig } from "../../serving/fixtures.js";
import { Door, keyOf, needsGateway, RUNTIME_KEY } from "./door.js";
import { Load, isServed, servedBy, shares } from "./load.js";
import type { Replica } from "./replica.js";

const key = keyOf("acme");
/** More than what tests need to be sure: `GATEWAY_REQUESTS=10000` asks for as many as the issue names. */
const COUNT = Number(process.env["GATEWAY_REQUESTS"] ?? 4000);
const AT_ONCE = 64;

function routed(route: object): { models: { chat: object } } {
  return { models: { chat: { releases: { r2: releaseConfig() }, route: { stable: "r1", ...route } } } };
}

describe("A real gateway's shares", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: { tenants: { acme: { limits: { requestsPerMinute: 10_000_000 } } } },
      stack: routed({ canary: { release: "r2", weight: 5 } }),
      replicas: { "chat-r1": 2, "chat-r2": 1 },
    });
  });
  after(() => door?.close());
  beforeEach(() => {
    for (const replica of door.all()) replica.reached.length = 0;
  });

  for (const weight of [5, 25])
    it(`gives a canary of ${weight} percent its share of ${COUNT} requests, within 2 percentage points`, async () => {
      await changed(door, { canary: { release: "r2", weight } }, weight);
      const found = await shares(door.client, { key }, { count: COUNT, atOnce: AT_ONCE });
      const { "chat/r1": stable = 0, "chat/r2": canary = 0, ...others } = found;
      assert.deepEqual(others, {});
      assert.equal(stable + canary, COUNT);
      const percent = (100 * canary) / COUNT;
      process.stdout.write(`      ${percent.toFixed(2)} percent\n`);
      assert.ok(Math.abs(percent - weight) <= 2, `${percent} percent`);
    });

  it("copies its share of requests to a shadow, with the shadow's own credential, and no answer of the shadow's reaches a client", async () => {
    await changed(door, { canary: undefined, shadow: { release: "r2", percent: 20 } }, 0);
    const [shadow] = door.of("chat-r2");
    // Envoy keeps the mirror's first form, which has no credential, for 15 s: it waits so long for endpoints that it has already.
    await credentialed(door, shadow!);
    // Slower than any client would bear.
    Object.assign(shadow!, { tokens: 1, gapMs: 5000 });
    const before = shadow!.reached.length;
    const load = new Load(door.client, { key }, { requests: 12, streams: 4 });
    await sleep(8000);
    const samples = await load.stop();
    const bad = samples.filter((sample) => !isServed(sample) || servedBy(sample.answer!) !== "chat/r1");
    assert.deepEqual(
      bad.map(({ answer, error }) => answer?.text ?? error),
      [],
    );
    assert.ok(samples.every(({ answer }) => !answer!.text.includes("chat-r2")));
    const slowest = Math.max(...samples.map(({ began, ended }) => ended - began));
    assert.ok(slowest < 4000, `the slowest answer took ${slowest} ms`);
    await sleep(500);
    const copies = shadow!.reached.slice(before);
    const percent = (100 * copies.length) / samples.length;
    process.stdout.write(
      `      ${percent.toFixed(2)} percent of ${samples.length}, slowest ${slowest.toFixed(0)} ms\n`,
    );
    assert.ok(Math.abs(percent - 20) <= 4, `${percent} percent of ${samples.length}`);
    assert.deepEqual(new Set(copies.map(({ headers }) => headers.authorization)), new Set([`Bearer ${RUNTIME_KEY}`]));
    assert.ok(!JSON.stringify(copies).includes(key));
  });
});

/** Waits until copies have a credential. */
async function credentialed(door: Door, shadow: Replica): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; await sleep(200)) {
    await shares(door.client, { key }, { count: 20, atOnce: 4 });
    if (shadow.reached.at(-1)?.headers.authorization !== undefined) return;
  }
  throw new Error("copies have no credential after 30 s");
}

/** Sets the route, and waits until it holds: a hundred answers in a row that fit to it come by chance alone otherwise. */
async function changed(door: Door, route: object, weight: number): Promise<void> {
  await door.change({ stack: routed(route) });
  for (const end = performance.now() + 20_000; performance.now() < end;) {
    const found = await shares(door.client, { key }, { count: 400, atOnce: 16 });
    const percent = (found["chat/r2"] ?? 0) / 4;
    if (weight === 0 ? percent === 0 : Math.abs(percent - weight) < 5) return;
  }
  throw new Error(`the canary's weight is not ${weight} after 20 s`);
}
