/** Changes under load: no request is lost by a route set back, a rollout, a drain, or a replica that goes while it is idle. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseConfig } from "../../serving/fixtures.js";
import { Door, keyOf, needsGateway } from "./door.js";
import { Load, failureOf, isServed, type Sample, servedBy } from "./load.js";
import type { Replica } from "./replica.js";

const key = keyOf("acme");
const LOAD = { requests: 6, streams: 6 };
const SERVICE = "chat-r1";

function routed(route: object): { models: { chat: object } } {
  return { models: { chat: { releases: { r2: releaseConfig() }, route: { stable: "r1", ...route } } } };
}

describe("A real gateway under load", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: { tenants: { acme: { limits: { requestsPerMinute: 10_000_000 } } } },
      stack: routed({ canary: { release: "r2", weight: 25 } }),
      replicas: { [SERVICE]: 3, "chat-r2": 1 },
    });
    for (const replica of door.all()) Object.assign(replica, { tokens: 5, gapMs: 20 });
  });
  after(() => door?.close());

  it("takes a canary back within 5 s, and no request fails", async () => {
    const load = new Load(door.client, { key }, LOAD);
    await sleep(3000);
    const setBack = performance.now();
    await door.change({ stack: routed({ canary: undefined }) });
    await sleep(10_000);
    const samples = await load.stop();
    assert.deepEqual(failed(samples), []);
    const canarys = samples.filter(({ answer }) => servedBy(answer!) === "chat/r2");
    assert.ok(canarys.some(({ began }) => began < setBack));
    const last = Math.max(...canarys.map(({ ended }) => ended)) - setBack;
    process.stdout.write(`      ${(last / 1000).toFixed(2)} s, ${samples.length} requests\n`);
    assert.ok(last < 5000, `the canary's last answer came ${last} ms after`);
    assert.ok(samples.filter(({ began }) => began > setBack + 5000).length > 100);
  });

  // Open: beside a drain, a loss still costs single requests (three tries, all at endpoints that are gone); not to be relied on yet.
  it("loses no request over 100 rollouts, drains and losses of idle replicas", async () => {
    const load = new Load(door.client, { key }, LOAD);
    const replicas = door.of(SERVICE);
    for (let change = 0; change < 100; change += 1) {
      const kind = change % 3;
      if (kind === 0) {
        // Rollout: the new one is ready before the old one drains.
        await door.add(SERVICE);
        await sleep(100);
        await drain(replicas[0]!);
      } else if (kind === 1) {
        // Drain, and another one some time later.
        await drain(replicas[0]!);
        await door.add(SERVICE);
      } else {
        // Loss: the cluster does not know of it until it is back.
        const [lost] = replicas;
        while (lost!.inFlight > 0) await sleep(1);
        await lost!.lose();
        await sleep(150);
        await lost!.comeBack();
      }
      assert.deepEqual(failed(load.samples), [], `change ${change}`);
    }
    const samples = await load.stop();
    assert.deepEqual(failed(samples), []);
    process.stdout.write(`      ${samples.length} requests\n`);
    assert.ok(samples.length > 1000);
  });

  it("cuts the streams of a replica that is lost with them, and no others", async () => {
    for (const replica of door.all()) Object.assign(replica, { tokens: 50, gapMs: 50 });
    const load = new Load(door.client, { key }, { requests: 0, streams: 12 });
    const [lost] = door.of(SERVICE);
    await sleep(2000);
    while (lost!.inFlight === 0) await sleep(1);
    const had = lost!.inFlight;
    await lost!.lose();
    await sleep(1000);
    const samples = await load.stop();
    const bad = samples.filter((sample) => !isServed(sample));
    process.stdout.write(`      ${bad.length} of ${samples.length} streams, ${had} were there\n`);
    assert.equal(bad.length, had, bad.map(failureOf).join("\n"));
    for (const { answer } of bad) {
      assert.equal(answer!.status, 200);
      assert.ok(!answer!.text.includes("[DONE]"));
    }
    await lost!.comeBack();
  });

  /** As a pod ends: out of the endpoints first, and stopped when its requests have ended. */
  async function drain(replica: Replica): Promise<void> {
    await door.ready(SERVICE, replica, false);
    // The pod's preStop wait, shortened: the proxy has to hear of it first.
    await sleep(1500);
    while (replica.inFlight > 0) await sleep(10);
    await door.remove(SERVICE, replica);
  }
});

function failed(samples: readonly Sample[]): string[] {
  return samples.filter((sample) => !isServed(sample)).map(failureOf);
}
