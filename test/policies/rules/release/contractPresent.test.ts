import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { contractPresent } from "../../../../policies/rules/release/contractPresent.js";
import { deployment, messages, plainPod } from "../../fixtures.js";

const CONTRACT = "pulumi-vllm.dev/contract";
const HASH = "pulumi-vllm.dev/contract-hash";

describe("contract-present", () => {
  it("accepts a contract with the hash it has, or without one", async () => {
    const hash = createHash("sha256").update("{}").digest("hex").slice(0, 16);
    const hashed = deployment({ annotations: { [CONTRACT]: "{}", [HASH]: hash } });
    assert.deepEqual(await messages(contractPresent, [hashed, deployment(), plainPod()]), []);
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

  it("refuses a contract that was edited after its hash was taken", async () => {
    const edited = deployment({ annotations: { [CONTRACT]: "{}", [HASH]: "0000000000000000" } });
    assert.deepEqual(await messages(contractPresent, edited), [
      'annotation pulumi-vllm.dev/contract-hash is "0000000000000000", the contract\'s is "44136fa355b3678a": deploy it again',
    ]);
  });
});
