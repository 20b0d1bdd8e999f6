import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { contractPresent } from "../../../../policies/rules/release/contractPresent.js";
import { COMMIT, deployment, IMAGE, type Json, messages, plainPod } from "../../fixtures.js";

const CONTRACT = "pulumi-vllm.dev/contract";
const HASH = "pulumi-vllm.dev/contract-hash";

const hashOf = (contract: string) => createHash("sha256").update(contract).digest("hex");
/** The good runtime with another contract, whose hash is right. */
const stating = (contract: object, container: { [key: string]: Json } = {}) => {
  const annotation = JSON.stringify(contract);
  return deployment({
    annotations: { [CONTRACT]: annotation, [HASH]: hashOf(annotation).slice(0, 16) },
    container,
  });
};
const MODEL = { id: "Qwen/Qwen3-8B", revision: COMMIT };

describe("contract-present", () => {
  it("accepts a contract with the hash it has, and asks nothing of other pods", async () => {
    assert.deepEqual(await messages(contractPresent, [deployment(), plainPod()]), []);
    const whole = JSON.stringify({ model: MODEL });
    const hashed = deployment({ annotations: { [CONTRACT]: whole, [HASH]: hashOf(whole) } });
    assert.deepEqual(await messages(contractPresent, hashed), []);
  });

  it("accepts other ways to say the same", async () => {
    for (const contract of [
      { model: "Qwen/Qwen3-8B" },
      { model: { id: "Qwen/Qwen3-8B" } },
      { model: MODEL, image: `docker.io/${IMAGE}` },
      { model: MODEL, image: IMAGE.replace(":v0.30.0", "") },
    ]) {
      assert.deepEqual(await messages(contractPresent, stating(contract)), [], JSON.stringify(contract));
    }
    const args = [`/models/${COMMIT}`];
    assert.deepEqual(await messages(contractPresent, stating({ model: MODEL }, { args })), []);
  });

  it("refuses a runtime without contract", async () => {
    assert.deepEqual(await messages(contractPresent, deployment({ annotations: { [CONTRACT]: undefined } })), [
      "annotation pulumi-vllm.dev/contract is missing",
    ]);
  });

  it("refuses a contract that is no JSON", async () => {
    assert.deepEqual(await messages(contractPresent, deployment({ annotations: { [CONTRACT]: "{" } })), [
      "annotation pulumi-vllm.dev/contract is no JSON",
    ]);
  });

  it("refuses a contract without hash, or edited after its hash was taken", async () => {
    const contract = JSON.stringify({ model: MODEL });
    const expected = hashOf(contract).slice(0, 16);
    const of = (hash: Json) =>
      messages(contractPresent, deployment({ annotations: { [CONTRACT]: contract, [HASH]: hash } }));
    assert.deepEqual(await of(undefined), [
      `annotation pulumi-vllm.dev/contract-hash is missing: set it to "${expected}"`,
    ]);
    assert.deepEqual(await of("0000000000000000"), [
      `annotation pulumi-vllm.dev/contract-hash is "0000000000000000", the contract's is "${expected}": deploy it again`,
    ]);
  });

  for (const empty of [{}, [], { model: {} }, { model: { id: "" } }, { flags: {} }, "text", 3]) {
    it(`refuses ${JSON.stringify(empty)}, which names no model`, async () => {
      assert.deepEqual(await messages(contractPresent, stating(empty as object)), [
        'annotation pulumi-vllm.dev/contract names no model: write {"model": {"id": …, "revision": …}, …}',
      ]);
    });
  }

  it("refuses a contract that says what does not run", async () => {
    const other = IMAGE.replace("8a", "8b");
    const contract = { model: { id: "other/model", revision: "0".repeat(40) }, image: other };
    const is = "annotation pulumi-vllm.dev/contract has the";
    const fix = "state what runs, or deploy what it states";
    assert.deepEqual(await messages(contractPresent, stating(contract)), [
      `${is} model "other/model", container "vllm" serves "Qwen/Qwen3-8B": ${fix}`,
      `${is} revision "${"0".repeat(40)}", container "vllm" loads "${COMMIT}": ${fix}`,
      `${is} image "${other}", container "vllm" runs "${IMAGE}": ${fix}`,
    ]);
  });
});
