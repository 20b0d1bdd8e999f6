import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Ajv from "ajv/dist/2020";
import { parse } from "yaml";
import { GPU_TYPES } from "../../../components/facts/gpus.js";
import { MODELS } from "../../../components/facts/models/catalogue.js";
import { configurationReference } from "../../../tools/generate/configuration.js";
import { generate } from "../../../tools/generate/command.js";
import { stackFileSchema } from "../../../tools/generate/schema.js";

const ROOT = resolve(__dirname, "../../..");

interface StackFile {
  config: Record<string, unknown>;
}

describe("generated files", () => {
  it("are up to date", async () => {
    assert.deepEqual(await generate(ROOT, true), []);
  });
});

describe("the JSON Schema of stack files", () => {
  const validate = new Ajv({ strict: false }).compile(stackFileSchema());
  const stackFile = (stack: string): StackFile =>
    parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), "utf8")) as StackFile;

  for (const stack of ["staging", "prod"]) {
    it(`accepts Pulumi.${stack}.yaml`, () => {
      assert.ok(validate(stackFile(stack)), JSON.stringify(validate.errors));
    });
  }

  it("accepts encrypted values where secrets belong, and keys of other providers", () => {
    const { config } = stackFile("staging");
    const cluster = { existing: { name: "llm", kubeconfig: { secure: "v1:abc" } } };
    const values = {
      "aws:region": "eu-west-1",
      "vllm:cluster": cluster,
      "vllm:huggingFaceToken": { secure: "v1:abc" },
    };
    assert.ok(validate({ config: { ...config, ...values } }), JSON.stringify(validate.errors));
  });

  it("accepts a model's shape as the path of a file, and as a block", () => {
    const { config } = stackFile("staging");
    const models = structuredClone(config["vllm:models"]) as {
      chat: { releases: { r1: { model: Record<string, unknown> } } };
    };
    const { model } = models.chat.releases.r1;
    const accepts = (architecture: unknown): boolean => {
      model["architecture"] = architecture;
      return validate({ config: { ...config, "vllm:models": models } });
    };
    assert.equal(accepts("models/mine.json"), true);
    assert.equal(accepts(5), false);
    assert.equal(accepts({ layers: 36 }), false);
  });

  it("refuses keys that there are not, here and deep within", () => {
    const { config } = stackFile("staging");
    assert.equal(validate({ config: { ...config, "vllm:modles": {} } }), false);
    const models = structuredClone(config["vllm:models"]) as { chat: { releases: { r1: Record<string, unknown> } } };
    models.chat.releases.r1["contxt"] = 1;
    assert.equal(validate({ config: { ...config, "vllm:models": models } }), false);
  });
});

describe("docs/configuration.md", () => {
  const text = configurationReference(MODELS);

  it("has a row for each key of a release", () => {
    for (const key of [
      "model.revision",
      "image",
      "gpu.memoryUtilization",
      "concurrency.inFlight",
      "flags.<flag>.reason",
    ]) {
      assert.ok(text.includes(`\`vllm:models.<model>.releases.<release>.${key}\``), key);
    }
  });

  it("has both kinds of cluster", () => {
    assert.ok(text.includes("`vllm:cluster.existing.kubeconfig`"));
    assert.ok(text.includes("`vllm:cluster.kubernetesVersion`"));
  });

  it("lists every GPU and every model of the catalogue", () => {
    for (const gpu of GPU_TYPES) assert.ok(text.includes(`| \`${gpu}\` `), gpu);
    for (const id of Object.keys(MODELS)) assert.ok(text.includes(`| \`${id}\` `), id);
  });
});
