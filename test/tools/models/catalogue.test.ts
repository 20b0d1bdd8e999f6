import assert from "node:assert/strict";
import { MODELS } from "../../../components/facts/models/catalogue.js";
import { weightBytes } from "../../../components/fit/weights.js";
import { catalogueJson, makeRows } from "../../../tools/models/catalogue.js";
import { CatalogueError, CONFIGS, readEntries } from "../../../tools/models/entries.js";
import { PROJECT, removeFolders } from "../folders.js";
import { catalogueFolder } from "./folder.js";

const LLAMA = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  ...{ hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2 },
  ...{ vocab_size: 100, max_position_embeddings: 1024, tie_word_embeddings: false },
};
const FACTS = { id: "a/llama", gated: true, source: { config: "a test" } };

/** What the log counts beside weights, such as tables of positions: 0.03 to 0.13 GiB in the logs of small models. */
const BESIDE_WEIGHTS_GIB = 0.15;

/** Asserts that a number is within a share of another. */
function assertNear(got: number, expected: number, share: number): void {
  const off = got / expected - 1;
  assert.ok(Math.abs(off) <= share, `${got} for ${expected}, ${(100 * off).toFixed(3)} % off`);
}

describe("rows of the catalogue", () => {
  after(removeFolders);

  it("are what a config.json says, and what it does not say", () => {
    const revision = "0".repeat(40);
    const { "a/llama": row } = makeRows(
      catalogueFolder({ "a--llama.json": LLAMA }, { "a--llama.yaml": { ...FACTS, revision } }),
    );
    assert.deepEqual([row?.layers, row?.kvHeads, row?.headSize, row?.maxContext], [2, 2, 16, 1024]);
    assert.deepEqual([row?.gated, row?.revision, row?.precision], [true, revision, "bf16"]);
    assert.equal(row?.task, undefined);
  });

  it("have no output matrix where a model is for embeddings", () => {
    const facts = { ...FACTS, task: "embed", pooling: "last" };
    const { "a/llama": row } = makeRows(catalogueFolder({ "a--llama.json": LLAMA }, { "a--llama.yaml": facts }));
    assert.deepEqual([row?.task, row?.pooling, row?.weights?.output], ["embed", "last", undefined]);
  });

  it("are refused with what is wrong in every config.json", () => {
    const folder = catalogueFolder(
      { "a--llama.json": { ...LLAMA, num_hidden_layers: 0 }, "a--other.json": "{" },
      { "a--llama.yaml": FACTS, "a--other.yaml": { ...FACTS, id: "a/other" } },
    );
    assert.throws(
      () => makeRows(folder),
      (thrown) => {
        assert.ok(thrown instanceof CatalogueError);
        const paths = thrown.problems.map(({ path }) => path);
        assert.deepEqual(paths, [`${CONFIGS}/a--llama.json: num_hidden_layers`, `${CONFIGS}/a--other.json`]);
        return true;
      },
    );
  });

  it("are JSON, a model a line", () => {
    const rows = makeRows(
      catalogueFolder(
        { "a--llama.json": LLAMA, "a--b.json": LLAMA },
        { "a--llama.yaml": FACTS, "a--b.yaml": { ...FACTS, id: "a/b" } },
      ),
    );
    const text = catalogueJson(rows);
    assert.deepEqual(JSON.parse(text), rows);
    assert.deepEqual(
      text.split("\n").map((line) => line.slice(0, 9)),
      ["{", '"a/b": {"', '"a/llama"', "}", ""],
    );
  });
});

describe("models of the catalogue", () => {
  for (const { facts } of readEntries(PROJECT)) {
    const { id, parameters, notLoaded = 0, made = 0, weightsBytes, loadedGiB } = facts;
    const model = MODELS[id];
    it(`${id} has what is known of it from elsewhere`, () => {
      assert.ok(model, "is not in the catalogue: run npm run generate");
      if (parameters !== undefined) assertNear(model.parameters, parameters - notLoaded + made, 0.001);
      if (weightsBytes !== undefined) assertNear(weightBytes(model, model.precision), weightsBytes, 0.01);
      const weightsGiB = weightBytes(model, model.precision) / 2 ** 30;
      if (loadedGiB !== undefined) assertNear(weightsGiB, loadedGiB, 0.02 + BESIDE_WEIGHTS_GIB / loadedGiB);
    });
  }

  it("have a source for all that is said of them", () => {
    for (const { facts } of readEntries(PROJECT)) {
      const { id: _, gated: __, source, ...said } = facts;
      const missing = Object.keys(said).filter((key) => !["task", "pooling"].includes(key) && !(key in source));
      assert.deepEqual(missing, [], facts.id);
    }
  });
});
