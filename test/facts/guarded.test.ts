import assert from "node:assert/strict";

import { OWNED_ENV } from "../../components/derive/variables.js";
import { isNamedSecret } from "../../components/facts/guarded/credentials.js";
import { OWNED_FLAGS } from "../../components/facts/vllm/ownFlags.js";
import { flagTable, KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";
import { GUARDED_FLAGS } from "../../components/facts/guarded/flags.js";
import { GUARDED_KEYS } from "../../components/facts/guarded/keys.js";
import { GUARDED_VARIABLES, namesMatcher } from "../../components/facts/guarded/variables.js";
import reviewed from "./reviewedSettings.json";

/** Flags that name a further source; components/checks/sources.ts judges their values. */
const SOURCES = [
  ...["speculative-config", "spec-model", "spec-method", "lora-modules", "default-mm-loras"],
  ...["hf-config-path", "generation-config"],
];
const MATCHERS = GUARDED_VARIABLES.map(({ names }) => namesMatcher(names));
const isGuarded = (variable: string): boolean => MATCHERS.some((matcher) => matcher.test(variable));

describe("the tables of guarded settings", () => {
  for (const version of KNOWN_VERSIONS) {
    it(`have sorted every flag of vLLM ${version}: decided by the contract, guarded, a source, or read and found harmless`, () => {
      const guarded = GUARDED_FLAGS.flatMap(({ flags }) => flags);
      const sorted = new Set([...Object.keys(OWNED_FLAGS), ...guarded, ...SOURCES, ...reviewed.flags]);
      assert.deepEqual(
        [...flagTable(version)!.keys()].filter((flag) => !sorted.has(flag)),
        [],
      );
    });
  }

  it("name only flags that a version has, and say since when where not all have them", () => {
    for (const { flags, since } of [...GUARDED_FLAGS, ...GUARDED_KEYS.map((row) => ({ ...row, flags: [row.flag] }))]) {
      for (const flag of flags) {
        const versions = KNOWN_VERSIONS.filter((version) => flagTable(version)!.has(flag));
        assert.deepEqual(
          versions,
          KNOWN_VERSIONS.filter((version) => since === undefined || version >= since),
          flag,
        );
      }
    }
  });

  it("guard the variables of vllm/envs.py that were found to need it, and none of those found harmless", () => {
    assert.deepEqual(
      reviewed.guardedVariables.filter((name) => !isGuarded(name)),
      [],
    );
    assert.deepEqual(reviewed.variables.filter(isGuarded), []);
  });

  it("guard none of the contract's own variables, and nothing that common libraries need", () => {
    const needed = ["NCCL_DEBUG", "OMP_NUM_THREADS", "PYTHONUNBUFFERED", "TOKENIZERS_PARALLELISM", "HF_HUB_OFFLINE"];
    assert.deepEqual([...OWNED_ENV, ...needed, "NO_PROXY", "CUDA_VISIBLE_DEVICES"].filter(isGuarded), []);
    assert.equal(isNamedSecret("HF_TOKEN_PATH"), false);
  });

  it("say of each what it does, what to do, and where that is defined", () => {
    for (const { why, instead, source } of [...GUARDED_FLAGS, ...GUARDED_KEYS, ...GUARDED_VARIABLES]) {
      for (const text of [why, instead, source]) assert.match(text, /^\S.*[^\s.:]$/);
    }
  });
});
