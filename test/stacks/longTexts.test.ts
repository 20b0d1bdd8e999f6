/** No pattern takes longer than it should, whatever text it is given: a config may come from anybody's pull request. */
import assert from "node:assert/strict";
import { parseStackConfig } from "../../stacks/config.js";
import { FULL_BUILT, FULL_EXISTING } from "./fullConfig.js";
import { placesOnce, planted } from "./leaves.js";

/** Long runs of what patterns repeat, each ended by what none of them ends with. */
const TEXTS = ["a", "a-", "a.", "a/", "0", "1.", "a:a@", "_", " ", "\n", "sha256:", "{", "=a", "--a"].map(
  (part) => `${part.repeat(Math.ceil(20_000 / part.length))}\u0001!`,
);

describe("long texts", () => {
  for (const { name, values, leaves } of placesOnce({ existing: FULL_EXISTING, built: FULL_BUILT })) {
    it(`are answered at every place of the config, without a hang (${name})`, function () {
      this.timeout(600_000);
      for (const { keys, path } of leaves) {
        for (const text of TEXTS) {
          const { problems } = parseStackConfig(planted(values, keys, text) as Record<string, unknown>);
          assert.ok(problems.length > 0, path);
          for (const { message } of problems) assert.ok(message.length < 4000, `${path}: ${message.slice(0, 200)}`);
        }
      }
    });
  }
});
