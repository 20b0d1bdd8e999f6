import assert from "node:assert/strict";
import { type Config, releaseConfig } from "../serving/fixtures.js";
import { eventually, GROUPS, model, Scenario } from "./scenario.js";
import { ServiceWatcher } from "./watcher.js";

/** Room for two replicas of two releases, and for the surge of one. */
const groups = { inference: { ...GROUPS.inference, max: 5 } };
const WANTED = 2;

function values(releases: Config, stable: string) {
  return {
    models: { chat: model({ releases, route: { stable }, autoscaling: { min: WANTED, max: WANTED } }) },
    groups,
  };
}

const R1 = releaseConfig();
/** The same model with room for longer requests. */
const R2 = releaseConfig({ context: 10240 });

/** The scenario with two ready replicas of r1, and a watcher of the model's Service. */
async function serving(load: Record<string, string> = {}): Promise<{ scenario: Scenario; watcher: ServiceWatcher }> {
  const scenario = await Scenario.of(values({ r1: R1 }, "r1"), load);
  await scenario.rolledOut("chat-r1");
  const watcher = await ServiceWatcher.of(scenario, "chat");
  await eventually("both replicas behind the Service", () => (watcher.now.length === WANTED ? true : undefined));
  watcher.seen.splice(0, watcher.seen.length - 1);
  return { scenario, watcher };
}

function of(release: string, ready: readonly string[]): boolean {
  return ready.every((name) => name.startsWith(`chat-${release}-`));
}

describe("a rollout, watched through the API server", () => {
  let watcher: ServiceWatcher | undefined;
  afterEach(() => watcher?.end());

  it("moves to a new release without ever having fewer ready pods than wanted", async () => {
    let scenario: Scenario;
    ({ scenario, watcher } = await serving());
    const { stuck } = await scenario.apply(values({ r1: R1, r2: R2 }, "r2"), { "chat-r2": "4s" });
    assert.deepEqual(stuck, []);
    await eventually("the new release behind the Service", () => of("r2", watcher!.now) || undefined);
    assert.equal(watcher.now.length, WANTED);
    assert.equal(watcher.fewest, WANTED, JSON.stringify(watcher.seen));
    assert.equal((await scenario.podsOf("chat")).length, 2 * WANTED, "the old release stays until it is taken out");
  });

  it("keeps the old release serving when the new one never becomes ready, and goes back without starting anything", async () => {
    let scenario: Scenario;
    ({ scenario, watcher } = await serving());
    const both = values({ r1: R1, r2: R2 }, "r2");
    const { stuck } = await scenario.apply(both, { "chat-r2": "never" }, 8);
    assert.deepEqual(
      stuck.map(({ deployment, left, reason }) => [deployment, reason, left]),
      [
        [
          `Deployment ${scenario.namespace}/chat-r2`,
          "its pods are loading their model",
          [`Service ${scenario.namespace}/chat`],
        ],
      ],
    );
    assert.ok(of("r1", watcher.now));
    assert.equal(watcher.fewest, WANTED);

    // The way back is the old route: nothing of it has to be started.
    assert.deepEqual(
      (await scenario.apply(values({ r1: R1, r2: R2 }, "r1"), { "chat-r2": "never" }, 1)).stuck.map(({ left }) => left),
      [[`Service ${scenario.namespace}/chat-r2`]],
    );
    assert.equal(watcher.fewest, WANTED);
  });

  it("changes a release in place without ever having fewer ready pods than wanted", async () => {
    let scenario: Scenario;
    ({ scenario, watcher } = await serving());
    const old = watcher.now;
    await scenario.apply(values({ r1: R2 }, "r1"), { chat: "3s" });
    await scenario.rolledOut("chat-r1");
    await eventually("new pods alone", () => watcher!.now.every((name) => !old.includes(name)) || undefined);
    assert.equal(watcher.now.length, WANTED);
    assert.equal(watcher.fewest, WANTED, JSON.stringify(watcher.seen));
    assert.ok(Math.max(...watcher.seen.map((ready) => ready.length)) <= WANTED + 1, "one more at a time");
  });

  it("keeps every old pod when a release is changed in place to what never becomes ready", async () => {
    let scenario: Scenario;
    ({ scenario, watcher } = await serving());
    const old = watcher.now;
    const { stuck } = await scenario.apply(values({ r1: R2 }, "r1"), { chat: "never" }, 8);
    assert.deepEqual(
      stuck.map(({ deployment }) => deployment),
      [`Deployment ${scenario.namespace}/chat-r1`],
    );
    assert.deepEqual(watcher.now, old);
    assert.equal(watcher.fewest, WANTED);
    const pods = await scenario.podsOf("chat");
    assert.equal(pods.length, WANTED + 1, "one new pod at a time is tried");
  });
});
