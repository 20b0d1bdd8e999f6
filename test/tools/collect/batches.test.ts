import assert from "node:assert/strict";

import { ContractError } from "../../../components/config/problems.js";
import { parseStackConfig, type StackConfig } from "../../../stacks/config.js";
import { main } from "../../../stacks/main.js";
import { batchesOf, mergeBatches } from "../../../tools/collect/batches.js";
import { type CollectedResource, collect, collectFrom, collectStack } from "../../../tools/collect.js";
import type { StackFile } from "../../../tools/stackFile.js";
import type { Config } from "../../serving/fixtures.js";
import { builtCluster } from "../../stacks/fixtures.js";
import { decryptedFile } from "../reports.js";
import { manyModelsOnly } from "./manyModels.js";

const MODELS = 25;
const WHOLE = Number.POSITIVE_INFINITY;

function parsed(changes: Config): { file: StackFile; config: StackConfig } {
  const file = decryptedFile(changes);
  const { config, problems } = parseStackConfig(file.values, file.secretPaths);
  if (config === undefined) throw new ContractError(problems);
  return { file, config };
}

/** Batches register in their own order. */
const byUrn = (resources: readonly CollectedResource[]) => [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));

const registered = (urn: string) => ({ urn }) as CollectedResource;

describe("a stack in batches of models", function () {
  this.timeout(60_000);
  const { file, config } = parsed(manyModelsOnly(MODELS));
  let whole: CollectedResource[];

  before(async () => (whole = await collectStack(file, config, WHOLE)));

  it("has all models, and what they share once", () => {
    const servings = whole.filter(({ type }) => type === "pulumi-vllm:serving:ModelServing");
    assert.equal(servings.length, MODELS);
    assert.ok(whole.some(({ type }) => type === "pulumi-vllm:serving:WarmSpare"));
    assert.equal(whole.filter(({ name, type }) => name === "hugging-face" && type.endsWith(":Secret")).length, 1);
  });

  for (const size of [1, 7]) {
    it(`registers by ${size} what one run does`, async () => {
      assert.deepEqual(byUrn(await collectStack(file, config, size)), byUrn(whole));
    });
  }

  it("registers what the program does that reads its config from the engine", async () => {
    assert.deepEqual(await collectFrom(file, () => main()), whole);
    assert.deepEqual(byUrn(await collect(file)), byUrn(whole));
  });

  it("builds its cluster once", async () => {
    const batch = { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4 };
    const cluster = builtCluster({ gpuNodes: { batch } });
    const built = parsed(manyModelsOnly(3, { ...cluster, huggingFaceToken: undefined }));
    const resources = await collectStack(built.file, built.config, 2);
    assert.equal(resources.filter(({ type }) => type === "eks:index:Cluster").length, 1);
    assert.deepEqual(byUrn(resources), byUrn(await collectStack(built.file, built.config, WHOLE)));
  });
});

describe("batchesOf", () => {
  const { config } = parsed(manyModelsOnly(5));
  const names = (size?: number) =>
    batchesOf(config, size).map(({ config: { models } }) => models.map(({ name }) => name));

  it("gives each model to one batch, in the order of the config", () => {
    assert.deepEqual(names(2), [["model-0", "model-1"], ["model-2", "model-3"], ["model-4"]]);
  });

  it("makes rules of all models in one of them", () => {
    const watched = batchesOf(config, 2).map((batch) => batch.watched?.map(({ name }) => name));
    assert.deepEqual(watched, [config.models.map(({ name }) => name), undefined, undefined]);
  });

  it("leaves a small stack whole", () => {
    assert.equal(names().length, 1);
    assert.equal(names(WHOLE).length, 1);
  });

  it("has one batch for a stack without models", () => {
    assert.deepEqual(batchesOf({ ...config, models: [] }).length, 1);
  });
});

describe("mergeBatches", () => {
  it("keeps the order of the batches, and what they share once", () => {
    const batches = [
      [registered("shared"), registered("a"), registered("a2")],
      [registered("shared"), registered("b")],
    ];
    assert.deepEqual(
      mergeBatches(batches, (resource) => resource).map(({ urn }) => urn),
      ["shared", "a", "a2", "b"],
    );
  });
});
