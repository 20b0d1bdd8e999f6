import assert from "node:assert/strict";

import { limitsStated } from "../../../../policies/rules/release/limitsStated.js";
import { COMMIT, deployment, messages } from "../../fixtures.js";

describe("limits-stated", () => {
  it("accepts a runtime that states all three", async () => {
    assert.deepEqual(await messages(limitsStated, deployment()), []);
  });

  it("names each limit that is left to a default", async () => {
    const bare = deployment({ container: { args: ["Qwen/Qwen3-8B", "--revision", COMMIT] } });
    assert.deepEqual(await messages(limitsStated, bare), [
      'container "vllm": no --max-model-len, so the context is the model\'s longest, which may not fit the KV cache: state it',
      'container "vllm": no --max-num-seqs, so the batch is vLLM\'s default for the GPU, which changes between versions: state it',
      'container "vllm": no --max-num-queued-reqs, so the queue is unbounded and overload becomes timeouts instead of HTTP 503: state it',
    ]);
  });

  it("asks for no queue limit of a vLLM that has none", async () => {
    const at = (tag: string) => deployment({ container: { image: `vllm/vllm-openai:${tag}`, args: ["m"] } });
    const queue = async (tag: string) => (await messages(limitsStated, at(tag))).filter((line) => /queued/.test(line));
    assert.deepEqual(await queue("v0.10.0"), []);
    assert.equal((await queue("v0.29.0")).length, 1);
    assert.equal((await queue("latest")).length, 1);
  });
});
