import assert from "node:assert/strict";
import { CatalogueError, CONFIGS, FACTS, fileName, readEntries } from "../../../tools/models/entries.js";
import { removeFolders } from "../folders.js";
import { catalogueFolder } from "./folder.js";

const QWEN = { id: "Qwen/Qwen3-8B", gated: false, source: { config: "a package" } };

function problemsOf(folder: string): string[] {
  try {
    readEntries(folder);
  } catch (thrown) {
    assert.ok(thrown instanceof CatalogueError);
    return thrown.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

describe("entries of the catalogue", () => {
  after(removeFolders);

  it("are a config.json and what it does not say, by id", () => {
    const small = { ...QWEN, id: "Qwen/Qwen3-0.6B", revision: "c1899de289a04d12100db370d81485cdf75e47ca" };
    const folder = catalogueFolder(
      { "Qwen--Qwen3-8B.json": { layers: 36 }, "Qwen--Qwen3-0.6B.json": {} },
      { "Qwen--Qwen3-8B.yaml": QWEN, "Qwen--Qwen3-0.6B.yaml": small },
    );
    assert.deepEqual(readEntries(folder), [
      { facts: small, path: `${CONFIGS}/Qwen--Qwen3-0.6B.json`, config: "{}" },
      { facts: QWEN, path: `${CONFIGS}/Qwen--Qwen3-8B.json`, config: '{"layers":36}' },
    ]);
  });

  it("have two hyphens in their file names where the id has a slash", () => {
    assert.equal(fileName("deepseek-ai/DeepSeek-R1"), "deepseek-ai--DeepSeek-R1");
  });

  it("name every problem of every file at once", () => {
    const folder = catalogueFolder(
      { "a--alone.json": {}, "Qwen--Other.json": {}, "Qwen--Bad.json": {}, "Qwen--Text.json": {} },
      {
        "Qwen--Qwen3-8B.yaml": QWEN,
        "Qwen--Other.yaml": { ...QWEN, parameters: 1 },
        "Qwen--Text.yaml": "id: [",
        "Qwen--Bad.yaml": { id: "Qwen/Bad", source: {}, revision: "main", parameter: 8, loadedGiB: -1 },
      },
    );
    const problems = problemsOf(folder);
    for (const [path, text] of [
      [`${FACTS}/Qwen--Qwen3-8B.yaml`, `has no config.json: put it into ${CONFIGS}/Qwen--Qwen3-8B.json`],
      [`${FACTS}/Qwen--Other.yaml.id`, "is Qwen/Qwen3-8B: name the file Qwen--Qwen3-8B.yaml"],
      [`${CONFIGS}/a--alone.json`, `belongs to no model: add ${FACTS}/a--alone.yaml, or remove it`],
      [`${FACTS}/Qwen--Text.yaml`, "is no YAML: "],
      [`${FACTS}/Qwen--Bad.yaml.gated`, "is missing"],
      [`${FACTS}/Qwen--Bad.yaml.revision`, "main"],
      [`${FACTS}/Qwen--Bad.yaml.parameter`, "parameters"],
      [`${FACTS}/Qwen--Bad.yaml.loadedGiB`, "-1"],
    ] as const) {
      const found = problems.find((problem) => problem.startsWith(`${path}: `) && problem.includes(text));
      assert.ok(found, `${path}: ${text}, of\n${problems.join("\n")}`);
    }
    assert.equal(problems.length, 8);
  });
});
