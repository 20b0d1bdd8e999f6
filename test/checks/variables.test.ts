import assert from "node:assert/strict";

import { environment, OWNED_ENV } from "../../components/derive/variables.js";
import { looksSecret } from "../../components/checks/variables.js";
import { contract } from "../contract/fixtures.js";

const FIXED = {
  HOME: "/cache/home",
  USER: "vllm",
  HF_HOME: "/cache/huggingface",
  VLLM_CACHE_ROOT: "/cache/vllm",
  VLLM_NO_USAGE_STATS: "1",
  HF_HUB_DISABLE_TELEMETRY: "1",
};

describe("environment", () => {
  it("keeps all that vLLM writes below the cache volume", () => assert.deepEqual(environment(contract()), FIXED));

  it("adds the contract's own variables without their reasons", () => {
    const chat = contract({ env: { NCCL_DEBUG: { value: "INFO", reason: "x" }, A: { value: "", reason: "y" } } });
    assert.deepEqual(environment(chat), { ...FIXED, NCCL_DEBUG: "INFO", A: "" });
  });

  it("owns what it sets, and the secrets' variables", () => {
    assert.deepEqual([...OWNED_ENV], [...Object.keys(FIXED), "VLLM_API_KEY", "HF_TOKEN"]);
  });
});

describe("looksSecret", () => {
  const secret = ["TOKEN", "HF_TOKEN", "hf_token", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "APIKEY"];
  for (const name of [...secret, "SSH_PRIVATE_KEY", "GOOGLE_CREDENTIALS", "X_CREDENTIAL", "SECRET_X", "PASSWD"]) {
    it(`sees one in ${name}`, () => assert.equal(looksSecret(name), true));
  }

  const plain = ["TOKENIZERS_PARALLELISM", "MAX_TOKENS", "NCCL_DEBUG", "SECRETARY", "KEY", "MONKEY", "TOKEN_FILE"];
  for (const name of [...plain, "GOOGLE_CREDENTIALS_PATH", "SECRET_DIR"]) {
    it(`sees none in ${name}`, () => assert.equal(looksSecret(name), false));
  }
});
