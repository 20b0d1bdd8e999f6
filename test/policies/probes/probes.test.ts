import assert from "node:assert/strict";

import { type Probe, PROBES, findingsOf } from "./probes.js";
import { OTHER_RULES, WRONG_WISHES } from "./verdicts.js";

async function isAsWanted(probe: Probe): Promise<boolean> {
  const findings = await findingsOf(probe, OTHER_RULES.get(probe.id));
  return findings.length > 0 === (probe.want === "fire");
}

describe("the probes", () => {
  for (const rule of new Set(PROBES.map((probe) => probe.rule))) {
    const probes = PROBES.filter((probe) => probe.rule === rule);
    it(`of ${rule} are judged as wanted`, async () => {
      const missed: string[] = [];
      for (const probe of probes) {
        if (!WRONG_WISHES.has(probe.id) && !(await isAsWanted(probe))) missed.push(probe.id);
      }
      assert.deepEqual(missed, []);
    });
  }

  it("are named by their ids wherever they are an exception", () => {
    const ids = new Set(PROBES.map(({ id }) => id));
    const named = [...WRONG_WISHES.keys(), ...OTHER_RULES.keys()];
    assert.deepEqual(
      named.filter((id, index) => !ids.has(id) || named.indexOf(id) !== index),
      [],
    );
  });

  it("say why where a wish is wrong, and still ask for it where the reason no longer holds", async () => {
    for (const [id, reason] of WRONG_WISHES) {
      assert.match(reason, /^\S.{20,}\S$/, id);
      const probe = PROBES.find((one) => one.id === id);
      assert.ok(probe !== undefined && !(await isAsWanted(probe)), `${id}: judged as wanted: take it off the list`);
    }
  });
});
