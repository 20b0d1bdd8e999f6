import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Problem } from "../../components/config/problems.js";
import { withArchitectureFiles } from "../../stacks/architectureFiles.js";

/** config.json of Qwen/Qwen3-8B, the keys that size it. */
const QWEN = {
  architectures: ["Qwen3ForCausalLM"],
  model_type: "qwen3",
  ...{ hidden_size: 4096, intermediate_size: 12288, num_hidden_layers: 36, vocab_size: 151936, head_dim: 128 },
  ...{ num_attention_heads: 32, num_key_value_heads: 8, max_position_embeddings: 40960, tie_word_embeddings: false },
};
const IMAGE = "vllm/vllm-openai:v0.30.0@sha256:" + "0".repeat(64);

describe("a model's shape in a file beside the stack's", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "architectures-"));
    mkdirSync(join(folder, "models"));
    writeFileSync(join(folder, "models", "qwen.json"), JSON.stringify(QWEN));
    writeFileSync(join(folder, "broken.json"), "{");
    writeFileSync(join(folder, "huge.json"), " ".repeat(9 * 2 ** 20));
    symlinkSync("/etc/passwd", join(folder, "link.json"));
    symlinkSync("loop.json", join(folder, "loop.json"));
    execFileSync("mkfifo", [join(folder, "pipe.json")]);
    writeFileSync(join(folder, "negative.json"), JSON.stringify({ ...QWEN, num_hidden_layers: -1, vocab_size: 0 }));
    writeFileSync(join(folder, "unknown.json"), JSON.stringify({ ...QWEN, architectures: ["Qwen9ForCausalLM"] }));
    writeFileSync(
      join(folder, "scores.json"),
      JSON.stringify({ ...QWEN, architectures: ["Qwen3ForSequenceClassification"], num_labels: 1 }),
    );
  });
  after(() => rmSync(folder, { recursive: true }));

  const modelsOf = (architecture: unknown, model: object = {}): object => ({
    chat: { releases: { r1: { image: IMAGE, model: { id: "acme/chat", architecture, ...model } } } },
  });
  const read = (architecture: unknown, model: object = {}) =>
    withArchitectureFiles(modelsOf(architecture, model), folder, "vllm:models");
  const modelOf = (models: unknown): Record<string, unknown> =>
    (models as { chat: { releases: { r1: { model: Record<string, unknown> } } } }).chat.releases.r1.model;
  const errorsOf = (problems: Problem[]): Problem[] => problems.filter(({ severity }) => severity === "error");
  const AT = "vllm:models.chat.releases.r1.model.architecture";

  it("is read into the config, and the given values are left as they are", () => {
    const given = modelsOf("models/qwen.json");
    const { models, problems, unread } = withArchitectureFiles(given, folder, "vllm:models");
    assert.deepEqual([errorsOf(problems), unread.size], [[], 0]);
    const shape = modelOf(models)["architecture"] as Record<string, unknown>;
    assert.deepEqual([shape["parameters"], shape["precision"]], [8_190_735_360, "bf16"]);
    assert.equal(modelOf(given)["architecture"], "models/qwen.json");
  });

  it("says the task of a class that does not write, unless the release states one", () => {
    assert.equal(modelOf(read("models/qwen.json").models)["task"], undefined);
    assert.equal(modelOf(read("scores.json").models)["task"], "score");
    assert.equal(modelOf(read("scores.json", { task: "embed" }).models)["task"], "embed");
  });

  for (const value of [undefined, { parameters: 1 }, 5, null]) {
    it(`leaves ${JSON.stringify(value)} to the schema`, () => {
      const given = modelsOf(value);
      assert.equal(withArchitectureFiles(given, folder, "vllm:models").models, given);
    });
  }

  it("leaves sections of any other shape to the schema", () => {
    for (const models of [
      undefined,
      null,
      "chat",
      [],
      { chat: null },
      { chat: { releases: [] } },
      { chat: { releases: { r1: 1 } } },
    ])
      assert.equal(withArchitectureFiles(models, folder, "vllm:models").models, models);
  });

  it("takes a link to another file of the project", () => {
    symlinkSync(join("models", "qwen.json"), join(folder, "alias.json"));
    assert.deepEqual(errorsOf(read("alias.json").problems), []);
  });

  it("reads a file once, however many releases name it", () => {
    const release = { image: IMAGE, model: { id: "acme/chat", architecture: "broken.json" } };
    const releases = Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`r${index}`, release]));
    const { problems, unread } = withArchitectureFiles({ chat: { releases } }, folder, "vllm:models");
    assert.deepEqual([problems.length, unread.size], [2000, 2000]);
    assert.equal(new Set(problems.map(({ message }) => message)).size, 1);
  });

  const wrong: Array<[file: string, lines: RegExp[]]> = [
    ["nowhere.json", [/^there is no such file/]],
    ["loop.json", [/^there is no such file/]],
    ["nul\0.json", [/^there is no such file/]],
    ["models", [/^cannot be read: EISDIR/]],
    ["", [/^cannot be read: EISDIR/]],
    ["/etc/passwd", [/^is not beside the stack's file/]],
    ["models/../../secret.json", [/^is not beside the stack's file/]],
    ["link.json", [/^is not beside the stack's file/]],
    ["pipe.json", [/^cannot be read: it is no regular file/]],
    ["huge.json", [/^cannot be read: it has 9 MiB, and 8 are the most: give the model's config.json/]],
    ["broken.json", [/is no JSON/]],
    ["negative.json", [/-1/, /0/]],
    ["unknown.json", [/"Qwen9ForCausalLM" is no architecture that vLLM 0.30.0 knows/]],
  ];
  for (const [file, lines] of wrong) {
    it(`refuses ${JSON.stringify(file)}, every problem with its place`, () => {
      const problems = errorsOf(read(file).problems);
      assert.equal(problems.length, lines.length);
      problems.forEach(({ path, message }, index) => {
        assert.ok(path.startsWith(AT), path);
        assert.match(message, lines[index]!);
      });
    });
  }
});
