import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { architectureSchema } from "../../../components/contract/architecture.js";
import { MODELS } from "../../../components/facts/models/catalogue.js";
import type { Outcome } from "../../../tools/commandLine.js";
import { BadInput } from "../../../tools/failure.js";
import { fitCommand } from "../../../tools/fit/command.js";
import type { FitRow } from "../../../tools/fit/rows.js";
import type { Typed } from "../../../tools/fit/texts.js";
import { folderWith, removeFolders } from "../folders.js";

const QWEN = "Qwen/Qwen3-8B";
/** Qwen3-8B's own config.json, but for keys that decide no memory. */
const CONFIG = {
  ...{ architectures: ["Qwen3ForCausalLM"], model_type: "qwen3", hidden_size: 4096, intermediate_size: 12288 },
  ...{ num_hidden_layers: 36, num_attention_heads: 32, num_key_value_heads: 8, head_dim: 128, vocab_size: 151936 },
  ...{ max_position_embeddings: 40960, tie_word_embeddings: false, torch_dtype: "bfloat16", use_sliding_window: false },
  ...{ attention_bias: false, hidden_act: "silu" },
};

interface Answer extends Outcome {
  /** What was reported beside it. */
  reported: string[];
}

async function ask(name: string, typed: Typed = {}, width = Infinity): Promise<Answer> {
  const reported: string[] = [];
  // No test asks the real hub.
  const env = { HF_HUB_OFFLINE: "1" };
  return { ...(await fitCommand(name, typed, { env, width, report: (line) => reported.push(line) })), reported };
}

async function rowsOf(name: string, typed: Typed): Promise<FitRow[]> {
  return (JSON.parse((await ask(name, { ...typed, json: true })).text) as { rows: FitRow[] }).rows;
}

async function problemsOf(name: string, typed: Typed = {}): Promise<string[]> {
  try {
    await ask(name, typed);
  } catch (thrown) {
    assert.ok(thrown instanceof BadInput, String(thrown));
    return thrown.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return assert.fail("nothing was thrown");
}

function configFile(content: string | object): string {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return join(folderWith({ "config.json": text }), "config.json");
}

describe("fitCommand", () => {
  after(removeFolders);

  it("gives exactly one row for one GPU type and count, with the names that programs read", async () => {
    const [row, ...others] = await rowsOf(QWEN, { gpu: ["h200"], count: ["4"] });
    assert.deepEqual(others, []);
    assert.deepEqual(Object.keys(row!), [
      ...["gpu", "gpus", "machine", "hourlyUsd", "weightsGiBPerGpu", "overheadGiBPerGpu", "kvCacheGiBPerGpu"],
      ...["kvCacheTokens", "fullLengthRequests", "largestContext", "fits", "reasons"],
    ]);
    assert.deepEqual([row!.gpu, row!.gpus, row!.fits, row!.reasons], ["h200", 4, true, []]);
    assert.ok(Math.abs(row!.weightsGiBPerGpu! - (8_190_735_360 * 2) / 4 / 2 ** 30) < 0.01);
  });

  it("gives null for what there is none of", async () => {
    const [row] = await rowsOf(QWEN, { gpu: ["b200"], count: ["3"], cloud: ["azure"] });
    const { gpu, gpus, fits, reasons, ...rest } = row!;
    assert.deepEqual([gpu, gpus, fits, reasons.length], ["b200", 3, false, 1]);
    assert.deepEqual(new Set(Object.values(rest)), new Set([null]));
  });

  it("answers the same for a config.json as for the catalogue's model", async () => {
    const typed = { gpu: ["l4", "h100"], count: ["1,2"] };
    const ofFile = await rowsOf(configFile(CONFIG), typed);
    const ofCatalogue = await rowsOf(QWEN, typed);
    assert.deepEqual(
      ofFile.map(({ kvCacheTokens, fits }) => [kvCacheTokens, fits]),
      ofCatalogue.map(({ kvCacheTokens, fits }) => [kvCacheTokens, fits]),
    );
  });

  it("takes the flags of the server", async () => {
    const tokens = async (typed: Typed): Promise<number> =>
      (await rowsOf(QWEN, { gpu: ["l4"], count: ["1"], context: ["8192"], ...typed }))[0]!.kvCacheTokens!;
    const plain = await tokens({});
    assert.ok((await tokens({ "kv-cache-dtype": ["fp8"] })) > 1.9 * plain);
    assert.ok((await tokens({ precision: ["fp8"] })) > 2 * plain);
    assert.ok((await tokens({ utilization: ["0.95"] })) > plain);
    assert.ok((await tokens({ batched: ["16384"] })) < plain);
    assert.ok((await tokens({ draft: ["Qwen/Qwen3-0.6B"], "draft-tokens": ["3"] })) < plain);
  });

  it("exits 1 where nothing fits, and shows the answer all the same", async () => {
    const { text, exitCode } = await ask(QWEN, { gpu: ["t4"], count: ["1,2"] });
    assert.equal(exitCode, 1);
    assert.match(text, /^It fits nowhere$/m);
    assert.match(text, /^ {2}The GPU cannot run this precision: 1 × t4, 2 × t4$/m);
    assert.equal((await ask(QWEN, { gpu: ["t4"], json: true })).exitCode, 1);
    assert.match((await ask(QWEN, { count: ["64"] })).text, /No machine of the tables has so many of these GPUs/);
  });

  it("shows a table of what fits, and groups the others by what is in the way", async () => {
    const { text, exitCode } = await ask(QWEN, { gpu: ["l4,a10g,t4"], count: ["1,2,3"], context: ["32768"] });
    assert.equal(exitCode, 0);
    assert.match(text, /^Qwen\/Qwen3-8B: 8\.19 billion parameters in bf16\n {2}from the catalogue\n/);
    assert.match(text, /^ {2}32,768 tokens a request, vLLM's default of sequences, .*, 0\.9 of the memory, vLLM /m);
    assert.match(
      text,
      /^GPU +COUNT +MACHINE +WEIGHTS +OVERHEAD +KV CACHE +TOKENS +FULL-LENGTH REQUESTS +LARGEST CONTEXT +\$\/HOUR +\$\/HOUR A REQUEST$/m,
    );
    assert.match(text, /^l4 +2 +g2-standard-24 +7\.6 .* 40,960 +\$2\.00 +\$0\.\d{3}$/m);
    assert.match(text, /^ {2}The GPUs do not divide the model's heads: 3 × t4, 3 × l4, 3 × a10g$/m);
    assert.match(text, /^ {2}The context does not fit once: 1 × l4 \([\d,]+ tokens\), 1 × a10g \([\d,]+ tokens\)$/m);
  });

  it("shows every machine, and every reason once, where all is asked for", async () => {
    const { text } = await ask(QWEN, { gpu: ["l4"], count: ["1"], context: ["8192"], all: true });
    for (const machine of ["g6.xlarge", "g6.16xlarge", "g2-standard-4"])
      assert.match(text, new RegExp(`^l4 +1 +${machine} `, "m"));
    const refused = (await ask(QWEN, { gpu: ["t4"], count: ["1"], all: true })).text;
    assert.equal(refused.match(/^ {2}1 × t4: bf16 needs .*; .* leave no KV cache in .*$/gm)!.length, 1);
  });

  it("keeps to the width of a terminal", async () => {
    const { text } = await ask(QWEN, { gpu: ["h100"], count: ["1"] }, 80);
    const table = text.split("\n\n")[1]!;
    assert.ok(table.split("\n").every((line) => line.length <= 80));
    assert.match(table, /FULL-LENGTH REQUESTS \d/);
  });

  it("prints the block that a release takes, for every model of the catalogue and for a config.json", async () => {
    for (const name of [...Object.keys(MODELS), configFile(CONFIG)]) {
      const { text, exitCode } = await ask(name, { architecture: true });
      assert.equal(exitCode, 0);
      assert.match(text, /^# From .*\narchitecture:\n {2}/);
      const { architecture } = parse(text) as { architecture: unknown };
      assert.deepEqual(architectureSchema.safeParse(architecture).error?.issues, undefined, name);
    }
  });

  it("tells beside the JSON what it takes for granted", async () => {
    const { reported, text } = await ask("Qwen/Qwen3-8B-AWQ", { precision: ["fp8"], gpu: ["l4"], json: true });
    assert.deepEqual(reported, [
      "--precision fp8 is left aside: Qwen/Qwen3-8B-AWQ is published in awq-int4, and vLLM loads it so",
    ]);
    assert.doesNotMatch(text, /left aside/);
    assert.match(
      (await ask(QWEN, { precision: ["awq-int4"] })).text,
      /vLLM does not make awq-int4 as it loads: the answer is of a variant of Qwen\/Qwen3-8B that is published in it/,
    );
    assert.deepEqual((await ask(QWEN, { precision: ["fp8"], json: true })).reported, []);
  });

  it("draws a picture beside the answer, and none of what fits nowhere", async () => {
    const folder = folderWith();
    const [drawn, none] = [join(folder, "fit.svg"), join(folder, "none.svg")];
    await ask(QWEN, { gpu: ["l4", "h100"], count: ["1"], plot: [drawn] });
    assert.match(readFileSync(drawn, "utf8"), /^<svg .*>1 × h100<\/text>.*>1 × l4<\/text>.*<\/svg>\n$/s);
    const { reported } = await ask(QWEN, { gpu: ["t4"], plot: [none] });
    assert.deepEqual([existsSync(none), reported], [false, [`${none} is not written: there is no line to draw`]]);
  });

  const wrong: [name: string, content: string | object, expected: RegExp][] = [
    ["no JSON", "layers: 36", /config\.json: is no JSON/],
    ["JSON of something else", "[]", /config\.json: holds a list, not an object/],
    [
      "an unknown type",
      { ...CONFIG, model_type: "qwen33" },
      /config\.json: model_type: "qwen33" is no architecture that can be read/,
    ],
    ["a missing key", { ...CONFIG, hidden_size: undefined }, /config\.json: hidden_size/],
    ["a negative number", { ...CONFIG, num_hidden_layers: -36 }, /config\.json: num_hidden_layers: -36/],
    [
      "a class that vLLM does not know",
      { ...CONFIG, architectures: ["Qwen33ForCausalLM"] },
      /config\.json: architectures: "Qwen33ForCausalLM" is no architecture that vLLM /,
    ],
  ];
  for (const [name, content, expected] of wrong) {
    it(`refuses a config.json with ${name}`, async () => {
      const file = configFile(content);
      const problems = await problemsOf(file);
      assert.ok(problems.every((problem) => problem.startsWith(file)));
      assert.match(problems.join("\n"), expected);
    });
  }

  it("says the problems of options and of the file at once, and asks no hub for a wrong call", async () => {
    assert.equal((await problemsOf(configFile("{"), { gpu: ["l5"], draft: ["nope"] })).length, 3);
    assert.deepEqual(
      (await problemsOf("acme/model", { count: ["0"] })).map((problem) => problem.split(":")[0]),
      ["--count"],
    );
  });

  it("refuses names that are neither a file nor an id, each by what it looks like", async () => {
    const folder = folderWith();
    assert.deepEqual(await problemsOf(folder), [`"${folder}": is a folder: give the path of the config.json in it`]);
    assert.match(
      (await problemsOf("./absent.json"))[0]!,
      /^"\.\/absent\.json": there is no such file: give the path of a config\.json, or/,
    );
    assert.match((await problemsOf("Qwen3-8B"))[0]!, /is neither a file nor a Hugging Face id: use organisation\/name/);
    assert.match(
      (await problemsOf("acme/model"))[0]!,
      /is not in the catalogue, and HF_HUB_OFFLINE is set: unset it to ask the hub; or give the path/,
    );
    assert.match((await problemsOf(QWEN, { revision: ["v1"] }))[0]!, /HF_HUB_OFFLINE is set/);
    assert.match(
      (await problemsOf(configFile(CONFIG), { revision: ["v1"] }))[0]!,
      /^--revision: is of a model on the hub, and .* is a file/,
    );
  });

  it("names models of the catalogue by a name without its organisation", async () => {
    assert.match((await problemsOf("qwen3-8b"))[0]!, /; did you mean Qwen\/Qwen3-8B\?$/);
  });

  it("refuses files that are none of text, each by what it is", async () => {
    const folder = folderWith({ "huge.json": " ".repeat(9 * 2 ** 20) });
    execFileSync("mkfifo", [join(folder, "pipe.json")]);
    const [pipe, huge] = [join(folder, "pipe.json"), join(folder, "huge.json")];
    assert.deepEqual(await problemsOf(pipe), [`"${pipe}": cannot be read: it is no regular file`]);
    assert.deepEqual(await problemsOf(huge), [
      `"${huge}": cannot be read: it has 9 MiB, and 8 are the most: give the model's config.json`,
    ]);
  });

  it("refuses a type for a model whose config.json it does not read", async () => {
    assert.match(
      (await problemsOf(QWEN, { "model-type": ["llama"] }))[0]!,
      /^--model-type: is for a config\.json, and the catalogue answers for Qwen\/Qwen3-8B: leave it out, or/,
    );
  });

  it("refuses a picture that cannot be written, after the answer is known", async () => {
    const typed = { gpu: ["h200"], count: ["1"] };
    assert.deepEqual(
      await problemsOf(QWEN, { ...typed, plot: [join(folderWith(), "none", "fit.svg")] }).then(([problem]) =>
        /^--plot: ".*fit\.svg" cannot be written \(ENOENT\): give a file in a folder/.test(problem!),
      ),
      true,
    );
  });

  it("says that a version is newer than any that is known", async () => {
    const { reported } = await ask(QWEN, { gpu: ["h200"], count: ["1"], vllm: ["99.1.0"], json: true });
    assert.match(reported[0]!, /^vLLM 99\.1\.0 is newer than any that is known: it is counted as \d+\.\d+\.\d+ is$/);
  });
});
