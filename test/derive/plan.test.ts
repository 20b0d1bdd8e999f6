import assert from "node:assert/strict";

import { cataloguedShape } from "../../components/derive/model.js";
import { weightBytes } from "../../components/fit/weights.js";

import { contract } from "../contract/fixtures.js";

describe("a contract's defaults", () => {
  it("fill in every field of the staging chat model", () => {
    const { flags: _, model, contract: __, weightsGiB, ...rest } = contract();
    assert.equal(weightsGiB, (8190735360 * 2) / 2 ** 30);
    const { architecture, ...weights } = model;
    assert.deepEqual(rest, {
      accelerator: { type: "l4", name: "L4", cudaGiB: 22.03, computeCapability: 8.9, resource: "nvidia.com/gpu" },
      name: "chat",
      release: "r1",
      class: "interactive",
      servedNames: ["chat", "qwen3-8b"],
      image: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
      vllmVersion: "0.30.0",
      gpu: { type: "l4", count: 1, memoryUtilization: 0.9 },
      context: 8192,
      concurrency: { sequences: 16, inFlight: 48, batchedTokens: 2048 },
      resources: { cpus: 3, memoryGiB: 12, sharedMemoryGiB: 2, diskGiB: 27 },
      startupSeconds: 460,
      drainSeconds: 120,
      env: {},
      artifacts: [
        {
          use: "model",
          name: "model",
          id: "Qwen/Qwen3-8B",
          revision: "b968826d9c46dd6066d109eabc6255188de91218",
          gated: false,
        },
      ],
      autoscaling: { min: 1, max: 3, targetUtilization: 0.75 },
    });
    assert.deepEqual(weights, {
      id: "Qwen/Qwen3-8B",
      revision: "b968826d9c46dd6066d109eabc6255188de91218",
      tokenizer: "Qwen/Qwen3-8B",
      tokenizerRevision: "b968826d9c46dd6066d109eabc6255188de91218",
      task: "generate",
      precision: "bf16",
      quantizeAtLoad: false,
      gated: false,
    });
    assert.deepEqual(architecture, cataloguedShape("Qwen/Qwen3-8B"));
  });

  it("serve a model by its key, drain for two minutes and keep one replica", () => {
    const chat = contract(
      {},
      { "chat/servedNames": undefined, "chat/drainSeconds": undefined, "chat/autoscaling": undefined },
    );
    assert.deepEqual(chat.servedNames, ["chat"]);
    assert.equal(chat.drainSeconds, 120);
    assert.deepEqual(chat.autoscaling, { min: 1, max: 1, targetUtilization: 0.75 });
  });

  it("give two GPUs a core, a worker's memory and shared memory each", () => {
    assert.deepEqual(contract({ "gpu/count": 2 }).resources, {
      ...{ cpus: 4, memoryGiB: 6 + 6 + 2 * 4, sharedMemoryGiB: 6, diskGiB: 27 },
    });
  });

  it("count shared memory in the memory", () => {
    assert.equal(contract({ "resources/sharedMemoryGiB": 8 }).resources.memoryGiB, 18);
  });

  it("give way to what is said", () => {
    const resources = { cpus: 1.5, memoryGiB: 20, sharedMemoryGiB: 4, diskGiB: 90 };
    const said = contract({ resources, startupSeconds: 1000, "concurrency/batchedTokens": 512, "model/gated": true });
    assert.deepEqual(said.resources, resources);
    assert.equal(said.startupSeconds, 1000);
    assert.equal(said.concurrency.batchedTokens, 512);
    assert.equal(said.model.gated, true);
  });

  for (const [gpu, tokens] of [
    ["l4", 2048],
    ["l40s", 2048],
    ["a100-80", 2048],
    ["h100", 8192],
    ["rtx-pro-6000", 8192],
    ["b200", 16384],
  ] as const) {
    it(`let a step on ${gpu} have ${tokens} tokens`, () => {
      assert.equal(contract({ "gpu/type": gpu }).concurrency.batchedTokens, tokens);
    });
  }

  it("take precision and gate from the catalogue", () => {
    assert.equal(contract({ "model/id": "Qwen/Qwen3-8B-AWQ" }).model.precision, "awq-int4");
    assert.equal(contract({ "model/id": "meta-llama/Llama-3.1-8B-Instruct" }).model.gated, true);
  });

  it("quantise to fp8 as vLLM loads, with the disk and the time of 16 bits", () => {
    const { model, resources, startupSeconds } = contract({ "model/precision": "fp8" });
    assert.equal(model.quantizeAtLoad, true);
    assert.deepEqual([resources.diskGiB, startupSeconds], [27, 460]);
  });

  it("need less disk and time for weights of 4 bits", () => {
    const { resources, startupSeconds } = contract({ "model/id": "Qwen/Qwen3-8B-AWQ" });
    assert.deepEqual([resources.diskGiB, startupSeconds], [17, 360]);
  });

  it("size disk by the bits that weights are published in", () => {
    const { model, resources } = contract({ "model/id": "openai/gpt-oss-20b" });
    const weightsGiB = weightBytes(model.architecture, "mxfp4") / 2 ** 30;
    assert.ok(weightsGiB > 12.5 && weightsGiB < 13.72, `${weightsGiB} GiB`);
    assert.equal(resources.diskGiB, Math.ceil(weightsGiB * 1.1 + 10));
  });

  it("follow the model's revision with the tokenizer's", () => {
    const revision = "0".repeat(40);
    assert.equal(contract({ "model/revision": revision }).model.tokenizerRevision, revision);
  });

  it("know no version of an image that is only a digest", () => {
    const { vllmVersion } = contract({ image: `vllm/vllm-openai@sha256:${"0b".repeat(32)}` });
    assert.equal(vllmVersion, undefined);
  });
});
