/**
 * Hostile requests against the door: none reaches an engine that its key does not allow. ADMISSION_FUZZ sets how many (docs/gateway-admission.md
 * tells of a run of 100,000), ADMISSION_FUZZ_SEED from where.
 */
import assert from "node:assert/strict";
import { CLIENT_PATHS } from "../../../components/vocabulary/gateway.js";
import { answerJson } from "../../gateway/engine.js";
import { ACME, TABLE, withDoor } from "../../gateway/door.js";
import { Fuzz, ownNames, seeded, sendRaw, TENANTS } from "../../gateway/fuzz.js";

const COUNT = Number(process.env["ADMISSION_FUZZ"] ?? 3000);
const SEED = Number(process.env["ADMISSION_FUZZ_SEED"] ?? 17);
const AT_ONCE = 24;
const PATHS: readonly string[] = Object.values(CLIENT_PATHS).flat();
/** What the engine must not get from anyone but the gateway, or at all. */
const NEVER = [
  "authorization",
  "x-api-key",
  "x-vllm-client",
  "x-vllm-subject",
  "x-vllm-priority",
  "x-data-parallel-rank",
];

describe("the door under hostile requests", function () {
  this.timeout(1_800_000);
  const door = withDoor();

  it(`lets ${COUNT} of them reach no engine without a right key, nor another tenant's model, and lives`, async () => {
    const fuzz = new Fuzz(seeded(SEED));
    const statuses = new Map<string, number>();
    let reached = 0;
    /** Judges what the engines got so far, and forgets it. */
    const judge = (): void => {
      for (const [model, engine] of Object.entries(door().engines)) {
        for (const { headers, url, body } of engine.reached.splice(0)) {
          reached += 1;
          const id = String(headers["x-test-id"]);
          const tenant = TENANTS[id[0]!];
          assert.notEqual(tenant, undefined, `${id} reached ${model} without a key: ${JSON.stringify(headers)}`);
          assert.equal(headers["x-vllm-tenant"], tenant, id);
          assert.equal(headers["x-vllm-model"], model, id);
          assert.ok(TABLE.tenants[tenant!]!.models.includes(model), `${id} of ${tenant} reached ${model}`);
          assert.ok(PATHS.includes(url), `${id} reached ${url}`);
          for (const name of NEVER) assert.equal(headers[name], undefined, `${id}: ${name}`);
          const text = Buffer.from(body, "latin1").toString("utf8");
          const value = JSON.parse(text) as { model: string; priority?: number };
          assert.ok(["", "small", "sql-adapter"].includes(value.model), `${id}: ${text}`);
          assert.equal(value.priority, TABLE.models[model]!.usesPriority ? 3 : undefined, `${id}: ${text}`);
          const names = ownNames(text);
          assert.equal(new Set(names).size, names.length, `${id}: ${text}`);
        }
      }
    };
    for (const engine of Object.values(door().engines)) engine.answering = answerJson();
    let sent = 0;
    const worker = async (): Promise<void> => {
      while (sent < COUNT) {
        sent += 1;
        const hostile = fuzz.next();
        const status = await sendRaw(door().port, hostile, 250);
        const key = `${hostile.kind} ${status}`;
        statuses.set(key, (statuses.get(key) ?? 0) + 1);
        assert.ok(door().envoy.isAlive, `Envoy died at ${hostile.id}: ${door().envoy.log().slice(-2000)}`);
        if (sent % 500 === 0) judge();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    judge();
    if (process.env["ADMISSION_FUZZ"] !== undefined) {
      console.log(`      ${sent} sent, ${reached} reached an engine:`, Object.fromEntries([...statuses].sort()));
    }
    // Some of every kind are right, so that the test is not passed by a door that is shut.
    assert.ok(reached > COUNT / 200, `${reached} reached an engine`);
    assert.equal((await door().chat({}, { key: ACME })).status, 200);
    // No error of the program, which would be a refusal by chance.
    assert.doesNotMatch(door().envoy.log(), /script log|assert failure|Caught/);
  });
});
