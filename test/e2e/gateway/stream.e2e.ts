/** A stream of three minutes: each token as it comes, and the tokens are counted at its end. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, errorOf } from "./client.js";
import { Door, keyOf, needsGateway } from "./door.js";
import { isServed, STREAM } from "./load.js";

const SECONDS = 180;

describe("A real gateway's long stream", function () {
  let door: Door;
  before(async function () {
    needsGateway(this);
    door = await Door.open({
      gateway: {
        tenants: {
          acme: { models: ["chat"], limits: { requestsPerMinute: 1000, outputTokensPerDay: 150 } },
          globex: { models: ["chat"], limits: { requestsPerMinute: 1000 } },
        },
      },
      tenants: ["globex", "acme"],
      replicas: { "chat-r1": 1 },
    });
  });
  after(() => door?.close());

  it(`brings ${SECONDS} tokens one by one, in order, and counts them when it ends`, async () => {
    const [replica] = door.all();
    Object.assign(replica!, { tokens: SECONDS + 1, gapMs: 1000 });
    const key = keyOf("acme");
    const answer = await door.client.ask({ key, body: STREAM });
    assert.ok(isServed({ began: 0, ended: 0, isStream: true, answer }), answer.text.slice(-300));
    assert.ok(answer.ms >= SECONDS * 1000, `${answer.ms} ms`);
    assert.deepEqual(
      tokensOf(answer),
      Array.from({ length: SECONDS + 1 }, (_, token) => token),
    );
    const times = answer.parts.map(({ ms }) => ms);
    const gaps = times.slice(1).map((ms, index) => ms - times[index]!);
    const largest = Math.max(...gaps);
    process.stdout.write(`      ${answer.parts.length} parts, largest gap ${largest.toFixed(0)} ms\n`);
    assert.ok(answer.parts.length >= SECONDS, `${answer.parts.length} parts`);
    assert.ok(largest < 2500, `largest gap ${largest} ms`);
    // The client did not ask for usage: the gateway did, and took it out again.
    assert.ok(!answer.text.includes('"usage"'));
    assert.match(replica!.reached.at(-1)!.body, /"include_usage":true/);

    // What the stream cost is told to the count when it has ended.
    await sleep(500);
    Object.assign(replica!, { tokens: 3, gapMs: 0 });
    const reached = replica!.reached.length;
    const refused = await door.client.ask({ key });
    assert.equal(refused.status, 429, refused.text);
    assert.match(refused.headers["retry-after"] ?? "", /^[1-9]\d*$/);
    errorOf(refused);
    assert.equal(replica!.reached.length, reached);
    assert.equal((await door.client.ask({ key: keyOf("globex") })).status, 200);
  });
});

/** Numbers of the tokens, as the stand-in writes them. */
function tokensOf({ text }: Answer): number[] {
  const events = text.split("\n\n").filter((event) => event.startsWith("data: {"));
  return events.map((event) => {
    const { choices } = JSON.parse(event.slice("data: ".length)) as { choices: { delta: { content: string } }[] };
    return Number(choices[0]!.delta.content);
  });
}
