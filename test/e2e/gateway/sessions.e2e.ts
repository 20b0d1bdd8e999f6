/** Sessions of a sticky model with a canary, on the real gateway. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { releaseConfig } from "../../serving/fixtures.js";
import { Door, keyOf, needsGateway } from "./door.js";
import { servedBy, shares } from "./load.js";

const key = keyOf("acme");
const SESSIONS = 200;

function canary(weight: number): { models: { chat: object } } {
  const route = { stable: "r1", canary: { release: "r2", weight } };
  return { models: { chat: { gateway: { sticky: "session" }, releases: { r2: releaseConfig() }, route } } };
}

describe("A real gateway's sessions", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: { tenants: { acme: { limits: { requestsPerMinute: 1_000_000 } } } },
      stack: canary(20),
      replicas: { "chat-r1": 3, "chat-r2": 2 },
    });
  });
  after(() => door?.close());

  /** Release and replica of each session. @throws if one has several */
  async function placed(): Promise<Map<string, string>> {
    const places = new Map<string, string>();
    for (let round = 0; round < 3; round += 1)
      for (let index = 0; index < SESSIONS; index += 1) {
        const session = `session-${index}`;
        const answer = await door.client.ask({ key, headers: { "x-session-id": session } });
        assert.equal(answer.status, 200, answer.text);
        const replica = /chat-r\d-\d/.exec(answer.text)![0];
        const place = `${servedBy(answer)} ${replica}`;
        assert.equal(places.get(session) ?? place, place, session);
        places.set(session, place);
      }
    return places;
  }

  const ofCanary = (places: Map<string, string>) =>
    [...places].filter(([, place]) => place.startsWith("chat/r2")).map(([session]) => session);

  it("keep to one release and one replica, and stay with a canary that grows", async () => {
    const before = await placed();
    const few = ofCanary(before);
    assert.ok(few.length > SESSIONS * 0.1 && few.length < SESSIONS * 0.3, `${few.length} of ${SESSIONS}`);
    assert.equal(new Set(before.values()).size, 5, [...new Set(before.values())].join());
    await door.change({ stack: canary(50) });
    await sleep(3000);
    const after = await placed();
    const more = ofCanary(after);
    assert.ok(more.length > SESSIONS * 0.4 && more.length < SESSIONS * 0.6, `${more.length} of ${SESSIONS}`);
    for (const session of few) assert.equal(after.get(session), before.get(session), session);
  });

  it("leave requests without one to the weights", async () => {
    const found = await shares(door.client, { key }, { count: 1000, atOnce: 16 });
    const { "chat/r1": stable = 0, "chat/r2": other = 0, ...others } = found;
    assert.deepEqual(others, {});
    assert.ok(Math.abs(other - stable) < 200, JSON.stringify(found));
  });
});
