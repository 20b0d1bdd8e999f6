import assert from "node:assert/strict";

import { serveArguments } from "../../components/derive/arguments.js";
import { RENDERED_FLAGS } from "../../components/facts/vllm/ownFlags.js";
import { CACHE_PATH } from "../../components/vocabulary/paths.js";
import { HTTP_PORT } from "../../components/vocabulary/ports.js";
import { flagTable, KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";
import { type Changes, contract, REVISION } from "../contract/fixtures.js";

const TOKENIZER_REVISION = "1".repeat(40);

describe("serveArguments", () => {
  it("says everything of the staging chat model, in a fixed order", () => {
    const staging = contract({
      flags: {
        "enable-prefix-caching": { value: true, reason: "all conversations start with the same system prompt" },
        "enable-auto-tool-choice": { value: true, reason: "the assistant calls tools" },
        "tool-call-parser": { value: "hermes", reason: "Qwen3 writes tool calls in the Hermes format" },
      },
    });
    assert.deepEqual(serveArguments(staging), [
      "Qwen/Qwen3-8B",
      "--revision=b968826d9c46dd6066d109eabc6255188de91218",
      "--tokenizer-revision=b968826d9c46dd6066d109eabc6255188de91218",
      "--served-model-name",
      "chat",
      "qwen3-8b",
      "--dtype=bfloat16",
      "--max-model-len=8192",
      "--max-num-seqs=16",
      "--max-num-queued-reqs=48",
      "--max-num-batched-tokens=2048",
      "--tensor-parallel-size=1",
      "--gpu-memory-utilization=0.9",
      "--shutdown-timeout=120",
      "--host=0.0.0.0",
      "--port=8000",
      "--enable-auto-tool-choice",
      "--enable-prefix-caching",
      "--tool-call-parser=hermes",
    ]);
  });

  /** The arguments about precision that changes give. */
  function precisionOf(changes: Changes): string[] {
    return serveArguments(contract(changes)).filter((argument) => /^--(dtype|quantization)/.test(argument));
  }

  it("leaves the precision of a quantised checkpoint to itself", () => {
    assert.deepEqual(precisionOf({ "model/id": "Qwen/Qwen3-8B-AWQ" }), ["--dtype=auto"]);
  });

  it("casts to 16 bits as asked", () => {
    assert.deepEqual(precisionOf({ "model/precision": "fp16" }), ["--dtype=float16"]);
    assert.deepEqual(precisionOf({ "model/precision": "bf16" }), ["--dtype=bfloat16"]);
  });

  it("quantises 16-bit weights to fp8 as it loads", () => {
    assert.deepEqual(precisionOf({ "model/precision": "fp8" }), ["--dtype=auto", "--quantization=fp8"]);
  });

  it("names another tokenizer with its revision", () => {
    const model = {
      ...{ id: "Qwen/Qwen3-8B", revision: REVISION },
      ...{ tokenizer: "acme/tokenizer", tokenizerRevision: TOKENIZER_REVISION },
    };
    assert.deepEqual(serveArguments(contract({ model })).slice(0, 5), [
      "Qwen/Qwen3-8B",
      `--revision=${REVISION}`,
      "--tokenizer=acme/tokenizer",
      `--tokenizer-revision=${TOKENIZER_REVISION}`,
      "--served-model-name",
    ]);
  });

  it("splits over as many GPUs as the contract has", () => {
    assert.ok(serveArguments(contract({ "gpu/count": 4 })).includes("--tensor-parallel-size=4"));
  });

  it("gives a list as its table says, and JSON for an object", () => {
    const changes = {
      "flags/middleware": { value: ["a.b", "c.d"], reason: "x" },
      "flags/lora-modules": { value: ["a=b", "c=d"], reason: "x" },
      "flags/compilation-config": { value: { level: 3 }, reason: "x" },
      "flags/async-scheduling": { value: false, reason: "x" },
      "flags/tool-call-parser": undefined,
    };
    const args = serveArguments(contract(changes));
    assert.deepEqual(args.slice(args.indexOf("--port=8000") + 1), [
      "--no-async-scheduling",
      '--compilation-config={"level":3}',
      "--enable-prefix-caching",
      "--lora-modules",
      "a=b",
      "c=d",
      "--middleware=a.b",
      "--middleware=c.d",
    ]);
  });

  for (const version of KNOWN_VERSIONS) {
    it(`uses only flags that vLLM ${version} has`, () => {
      const model = {
        ...{ id: "Qwen/Qwen3-8B", revision: REVISION, precision: "fp8" },
        ...{ tokenizer: "acme/tokenizer", tokenizerRevision: TOKENIZER_REVISION },
      };
      const args = serveArguments(contract({ model, image: `vllm/vllm-openai:v${version}` }));
      const names = args
        .filter((argument) => argument.startsWith("--"))
        .map((argument) => argument.slice(2).split("=")[0]!);
      assert.deepEqual(
        names.filter((name) => !flagTable(version)!.has(name)),
        [],
      );
    });
  }

  it("renders for every release the flags that a version has to have", () => {
    const names = serveArguments(contract({ flags: {} }))
      .filter((argument) => argument.startsWith("--"))
      .map((argument) => argument.slice(2).split("=")[0]!);
    assert.deepEqual(names, RENDERED_FLAGS);
  });

  it("listens on vLLM's own port and writes below one path", () =>
    assert.deepEqual([HTTP_PORT, CACHE_PATH], [8000, "/cache"]));
});
