import assert from "node:assert/strict";

import { parse } from "../../components/config/parse.js";
import { formatProblem } from "../../components/config/problems.js";
import { looksLikeSecretRef, secretKeyOf, secretRefSchema } from "../../components/config/secretRef.js";

const schema = secretRefSchema("token");
const problems = (value: unknown): string[] => parse(schema, value, "p").problems.map(formatProblem);

describe("secretRefSchema", () => {
  it("names a Secret, or the ExternalSecret that makes one of its name, and a key", () => {
    assert.deepEqual(secretKeyOf(schema.parse({ existingSecret: "hub" })), { name: "hub", key: "token" });
    assert.deepEqual(secretKeyOf(schema.parse({ externalSecret: "team.hub", key: "HF" })), {
      name: "team.hub",
      key: "HF",
    });
  });

  it("wants one of both", () => {
    const either = "p: holds no one name: give either existingSecret or externalSecret";
    for (const value of [{}, { existingSecret: "a", externalSecret: "b" }]) assert.deepEqual(problems(value), [either]);
  });

  it("quotes no value, for it may be the secret itself", () => {
    const secret = "hf_Abc/def ghi";
    const found = [...problems({ existingSecret: secret }), ...problems({ existingSecret: "a", key: secret })];
    assert.equal(found.length, 2);
    for (const line of found) {
      assert.match(line, /^p\.(existingSecret|key): holds no /);
      assert.doesNotMatch(line, /Abc/);
    }
  });
});

describe("looksLikeSecretRef", () => {
  it("tells a reference from a secret, an empty object, a promise and anything else", () => {
    for (const value of [{ existingSecret: "A B" }, { externalSecret: "a", key: "b" }]) {
      assert.equal(looksLikeSecretRef(value), true);
    }
    for (const value of ["x", 5, null, {}, [], Promise.resolve("x"), { users: "x" }, { key: 1 }]) {
      assert.equal(looksLikeSecretRef(value), false);
    }
  });
});
