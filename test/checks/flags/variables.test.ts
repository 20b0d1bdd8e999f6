import assert from "node:assert/strict";

import { environment, OWNED_ENV } from "../../../components/derive/variables.js";
import { checkVariables } from "../../../components/checks/flags/variables.js";
import { contract, R1, releaseProblems } from "../../contract/fixtures.js";

const FIXED = {
  HOME: "/cache/home",
  USER: "vllm",
  HF_HOME: "/cache/huggingface",
  VLLM_CACHE_ROOT: "/cache/vllm",
  VLLM_NO_USAGE_STATS: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
  VLLM_ENGINE_READY_TIMEOUT_S: "460",
};

describe("environment", () => {
  it("keeps all that vLLM writes below the cache volume", () => assert.deepEqual(environment(contract()), FIXED));

  it("adds the contract's own variables without their reasons", () => {
    const chat = contract({ env: { NCCL_DEBUG: { value: "INFO", reason: "x" }, A: { value: "", reason: "y" } } });
    assert.deepEqual(environment(chat), { ...FIXED, NCCL_DEBUG: "INFO", A: "" });
  });

  it("owns what it sets, and the secrets' variables", () => {
    assert.deepEqual([...OWNED_ENV], [...Object.keys(FIXED), "VLLM_ENABLE_STARTUP_PLAN", "VLLM_API_KEY", "HF_TOKEN"]);
  });
});

describe("an offline start", () => {
  for (const name of ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]) {
    for (const value of ["1", "true", "YES", "on"]) {
      it(`is refused: ${name}=${value}`, () => {
        assert.deepEqual(releaseProblems({ [`env/${name}`]: { value, reason: "x" } }), [
          `error ${R1}.env.${name}.value: starts offline, which vllm:cache does by itself where the weights are there: leave it out`,
        ]);
      });
    }

    it(`is not meant by ${name}=0`, () => {
      assert.deepEqual(releaseProblems({ [`env/${name}`]: { value: "0", reason: "x" } }), []);
    });
  }
});

describe("checkVariables", () => {
  const said = (name: string, value: string): string[] =>
    checkVariables({ [name]: { value, reason: "a test" } }, "env").map(({ path, message }) => `${path}: ${message}`);

  it("refuses a variable that is named like a secret, and not one that only switches something about secrets", () => {
    assert.deepEqual(said("MY_TOKEN", "abc"), [
      "env.MY_TOKEN: looks like a secret, and a contract is plain text: keep it in a Secret",
    ]);
    assert.deepEqual(said("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"), []);
    assert.equal(said("HF_HUB_DISABLE_IMPLICIT_TOKEN", "abcdef").length, 1);
  });
});
