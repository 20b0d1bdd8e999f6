/** tools/flags/vllm_architectures.py, run by a real Python on a stand-in for vLLM's source. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { folderWith, PROJECT, removeFolders } from "../folders.js";

/** Tables as in vLLM's registry: literals, tables in tables, and what is made of one. Running it would fail. */
const REGISTRY = `
import torch
_TEXT_GENERATION_MODELS = {"QwenForCausalLM": ("qwen", "Qwen"), "LlamaForCausalLM": ("llama", "Llama")}
_EMBEDDING_MODELS = {**{k: v for k, v in _TEXT_GENERATION_MODELS.items() if v[1] == "Llama"}, "BertModel": ("bert", "Bert")}
_VLLM_MODELS = {**_TEXT_GENERATION_MODELS, **_EMBEDDING_MODELS}
_PREVIOUSLY_SUPPORTED_MODELS = {"OldForCausalLM": "0.9.2", "ArcticForCausalLM": "0.28.0"}
raise SystemExit("was run")
`;
const VLLM = {
  "vllm/_version.py": "version: str\n__version__ = version = '0.33.0+cpu'\n",
  "vllm/model_executor/models/registry.py": REGISTRY,
};

function run(files: Record<string, string>) {
  const folder = folderWith(files);
  const out = join(folder, "out.json");
  const script = join(PROJECT, "tools", "flags", "vllm_architectures.py");
  const { status, stderr } = spawnSync("python3", [script, "--vllm", join(folder, "vllm"), "--out", out], {
    encoding: "utf8",
  });
  return { status, stderr, written: existsSync(out) ? (JSON.parse(readFileSync(out, "utf8")) as unknown) : undefined };
}

describe("vllm_architectures.py", function () {
  before(function () {
    if (spawnSync("python3", ["--version"]).status !== 0) this.skip();
  });
  after(removeFolders);

  it("writes the architectures of a registry, sorted, without running it", () => {
    const { status, stderr, written } = run(VLLM);
    assert.equal(status, 0, stderr);
    assert.deepEqual(written, {
      vllm: "0.33.0",
      source: "the tables of vllm/model_executor/models/registry.py of vllm 0.33.0",
      architectures: ["BertModel", "LlamaForCausalLM", "QwenForCausalLM"],
      dropped: { ArcticForCausalLM: "0.28.0", OldForCausalLM: "0.9.2" },
    });
  });

  it("says that a folder is no package of vLLM, and writes nothing", () => {
    for (const files of [
      {},
      { ...VLLM, "vllm/_version.py": "" },
      { ...VLLM, "vllm/model_executor/models/registry.py": "" },
    ]) {
      const { status, stderr, written } = run(files);
      assert.equal(status, 1);
      assert.match(stderr, /^vllm_architectures: \S+vllm is no package of vLLM: /);
      assert.equal(written, undefined);
    }
  });
});
