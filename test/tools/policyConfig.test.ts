import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Rule } from "../../policies/rule.js";
import { rules as packRules } from "../../policies/rules/index.js";
import { PolicyConfigError, readPolicyConfig } from "../../tools/policyConfig.js";

const rule: Rule = {
  name: "each-thing",
  description: "Each thing holds.",
  why: "why",
  remediationSteps: "fix",
  equalForms: "None.",
  severity: "low",
  enforcementLevel: "mandatory",
  configSchema: { properties: { max: { type: "integer", minimum: 1, default: 2 }, unit: { enum: ["MiB", "GiB"] } } },
};

describe("readPolicyConfig", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "policy-config-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function read(content: string) {
    const file = join(folder, "levels.json");
    writeFileSync(file, content);
    return readPolicyConfig(file, [rule]);
  }

  function problems(content: string): string[] {
    try {
      read(content);
    } catch (thrown) {
      assert.ok(thrown instanceof PolicyConfigError);
      return thrown.message.replaceAll(`${folder}/`, "").split("\n");
    }
    return [];
  }

  it("reads levels and settings", () => {
    const config = { all: "advisory", "each-thing": { enforcementLevel: "mandatory", max: 4, unit: "MiB" } };
    assert.deepEqual(read(JSON.stringify(config)), config);
  });

  it("reports every problem at once", () => {
    const config = {
      "each-thng": "mandatory",
      all: "mandatroy",
      "each-thing": { enforcementLevel: 1, max: 0, unit: "KiB", size: 3 },
    };
    assert.deepEqual(problems(JSON.stringify(config)), [
      "levels.json: each-thng: no rule has this name; did you mean each-thing?",
      'levels.json: all: "mandatroy" is not allowed: use advisory, mandatory, remediate or disabled',
      "levels.json: each-thing.enforcementLevel: 1 is not allowed: use advisory, mandatory, remediate or disabled",
      "levels.json: each-thing.max: 0 is not allowed: Too small: expected number to be >=1",
      'levels.json: each-thing.unit: "KiB" is not allowed: use MiB or GiB',
      "levels.json: each-thing.size: no such setting: use max, unit or enforcementLevel",
    ]);
  });

  it("says which exception lacks something, or ends on no day", () => {
    const exceptions = [
      { resource: "chat", reason: "", until: "2027-02-30" },
      { resource: "chat", reason: "LLM-1" },
    ];
    const file = join(folder, "levels.json");
    writeFileSync(file, JSON.stringify({ "image-pinned": { exceptions } }));
    assert.throws(
      () => readPolicyConfig(file),
      (thrown: Error) => {
        const lines = thrown.message.replaceAll(`${folder}/`, "").split("\n");
        assert.deepEqual(
          lines.map((line) => line.replace(/ is not allowed: .*/, "")),
          [
            'levels.json: image-pinned.exceptions[0].reason: ""',
            'levels.json: image-pinned.exceptions[0].until: "2027-02-30"',
            "levels.json: image-pinned.exceptions[1].until: nothing",
          ],
        );
        return true;
      },
    );
  });

  it("refuses what is no object of rules", () => {
    assert.match(problems("{")[0] ?? "", /^levels\.json: cannot be read as JSON: /);
    assert.deepEqual(problems("[]"), ["levels.json: [] is no object of rule names"]);
    assert.deepEqual(problems('{"each-thing": 3}'), [
      "levels.json: each-thing: 3 is neither a level nor an object of settings",
    ]);
    assert.throws(() => readPolicyConfig(join(folder, "absent.json"), [rule]), PolicyConfigError);
  });

  for (const file of readdirSync("policies/config")) {
    it(`accepts policies/config/${file} for the pack`, () => {
      assert.ok(readPolicyConfig(join("policies/config", file), packRules));
    });
  }
});
