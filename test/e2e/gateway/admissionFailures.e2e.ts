/** The admission program with tokens in the place of keys, and where it fails: it refuses. */
import assert from "node:assert/strict";
import { admissionProgram } from "../../../components/gateway/admission/program.js";
import type { AdmissionTable } from "../../../components/gateway/admission/table.js";
import { Door, GLOBEX, KEYS, TABLE, withDoor } from "../../gateway/door.js";
import { refusal } from "../../gateway/refusal.js";

describe("the admission program with tokens", function () {
  const subjects = { acme: "acme", "globex.main": "acme", stranger: "nobody" };
  const table = { ...TABLE, subjects };
  const door = withDoor((program) => Door.start(program, { table, identity: "x-vllm-subject" }));

  it("takes the tenant whose the whole claim is, and no part of it", async () => {
    assert.equal((await door().chat({}, { headers: { "x-test-id": "s1" } })).status, 200);
    assert.equal((await door().chat({}, { key: GLOBEX, headers: { "x-test-id": "s2" } })).status, 200);
    assert.equal((await door().logged("s1")).tenant, "acme");
    assert.equal((await door().logged("s2")).tenant, "acme");
    assert.equal((await door().chat({}, { key: KEYS.stranger })).status, 401);
  });
});

describe("an error of the admission program", function () {
  const broken = admissionProgram().replace("function models.resolve(", "function models.lost(");
  const door = withDoor((program) => Door.start(program, { text: broken }));

  it("refuses the request, and its log holds nothing of it", async () => {
    const answer = await door().chat(
      { messages: [{ role: "user", content: "top secret" }] },
      { headers: { "x-test-id": "e1" } },
    );
    assert.deepEqual(refusal(answer), [500, "api_error", "internal_error", null]);
    assert.deepEqual(door().reached, []);
    assert.equal((await door().logged("e1")).metadata["outcome"], "upstream");
    assert.match(door().envoy.log(), /script log: admission: .*attempt to call field 'resolve'/);
    assert.doesNotMatch(door().envoy.log(), /top secret|sk-acme/);
  });
});

describe("the admission program without a table that it can read", function () {
  const door = withDoor((program) =>
    Door.start(program, { table: "no table" as unknown as AdmissionTable, models: ["chat"] }),
  );

  it("refuses every request", async () => {
    assert.deepEqual(refusal(await door().chat()), [500, "api_error", "internal_error", null]);
    assert.deepEqual(refusal(await door().send("GET", "/v1/models")), [500, "api_error", "internal_error", null]);
    assert.deepEqual(door().reached, []);
  });
});
