import assert from "node:assert/strict";
import { formatProblem } from "../../components/config/problems.js";
import { resolveModels } from "../../components/checks/resolve.js";
import { merged, modelConfig } from "../serving/fixtures.js";

/** What is said of a model with changes, a line a problem. */
function problemsOf(changes: Record<string, unknown>): string[] {
  return resolveModels({ chat: merged(modelConfig(), changes) }, "models").problems.map(formatProblem);
}

const R1 = "models.chat.releases.r1";
const release = (changes: object): Record<string, unknown> => ({ releases: { r1: changes } });

describe("what would fail only once it runs", () => {
  it("is refused: a metric of the pods to wake them", () => {
    const activation = { query: 'sum(vllm:num_requests_running{vllm_model="chat"})' };
    assert.deepEqual(problemsOf({ autoscaling: { min: 0, activation } }), [
      "models.chat.autoscaling.activation.query: asks for a metric of vLLM's pods, and at 0 there is none: " +
        "use one from outside, such as the gateway's request rate",
    ]);
    assert.deepEqual(
      problemsOf({ autoscaling: { min: 0, activation: { query: "sum(rate(http_requests_total[1m]))" } } }),
      [],
    );
  });

  it("is refused: a disk without room for the weights, and shared memory that leaves none", () => {
    assert.deepEqual(problemsOf(release({ resources: { diskGiB: 1, memoryGiB: 4, sharedMemoryGiB: 4 } })), [
      `${R1}.resources.diskGiB: 1 GiB have no room for 15.3 GiB of weights: use 16 or more`,
      `${R1}.resources.sharedMemoryGiB: 4 GiB are a part of memoryGiB, which is 4: use less, or raise memoryGiB`,
    ]);
  });

  it("is refused: a shape that is not the catalogue's", () => {
    const architecture = {
      ...{ parameters: 8190735360, layers: 1, hiddenSize: 4096, intermediateSize: 12288, attentionHeads: 32 },
      ...{ kvHeads: 8, headSize: 128, vocabularySize: 151936, maxContext: 40960 },
    };
    assert.deepEqual(problemsOf(release({ model: { architecture } })), [
      `${R1}.model.architecture.layers: 1 is not what Qwen/Qwen3-8B has, which is 36: leave architecture out`,
    ]);
    assert.deepEqual(problemsOf(release({ model: { architecture: { ...architecture, layers: 36 } } })), []);
  });

  it("is refused: fewer parameters than the shape has", () => {
    const architecture = {
      ...{ parameters: 7, layers: 36, hiddenSize: 4096, intermediateSize: 12288, attentionHeads: 32 },
      ...{ kvHeads: 8, headSize: 128, vocabularySize: 151936, maxContext: 40960 },
    };
    assert.deepEqual(problemsOf(release({ model: { id: "acme/model", architecture } })), [
      `${R1}.model.architecture.parameters: 7 are fewer than the 1226309632 that such a shape has at the least: ` +
        "give the count, such as 8190735360",
    ]);
  });

  it("is refused: a release with the name of the warm spares", () => {
    const { releases } = modelConfig() as { releases: { r1: object } };
    assert.deepEqual(problemsOf({ releases: { spare: releases.r1 } }), [
      'models.chat.releases.spare: "spare" is what a model\'s warm spares are named: use another name, such as r1',
    ]);
  });

  it("is refused: a reason that nobody can read, or that nobody will", () => {
    const reasoned = (reason: string) => release({ flags: { "enable-prefix-caching": { value: true, reason } } });
    const at = `${R1}.flags.enable-prefix-caching.reason`;
    for (const reason of ["a\u001b[2J", "user\u202etxt", "zero\u200bwidth", "a\rb"]) {
      assert.deepEqual(problemsOf(reasoned(reason)), [
        `${at}: holds characters that nobody sees, such as escape sequences: write plain text`,
      ]);
    }
    assert.deepEqual(problemsOf(reasoned("x".repeat(1001))), [`${at}: has 1001 characters: use at most 1000`]);
    assert.deepEqual(problemsOf(reasoned("two lines\n\tof reason, für 日本語")), []);
  });
});
