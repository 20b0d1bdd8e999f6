import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider";
import { parse } from "yaml";
import * as components from "../../components/plugin/index.js";

const FOLDER = resolve(__dirname, "../../components/plugin");

interface Schema {
  name: string;
  version: string;
  resources: Record<
    string,
    { isComponent: boolean; inputProperties: Record<string, object>; requiredInputs: string[] }
  >;
}

describe("the components for other Pulumi languages", function () {
  // The schema is read from the sources by TypeScript's compiler.
  this.timeout(120_000);
  let schema: Schema;

  before(async () => {
    const options = { components: Object.values(components), dirname: FOLDER, name: "pulumi-vllm" };
    schema = JSON.parse(await new ComponentProvider(options).getSchema()) as Schema;
  });

  it("have a schema of every component that the plugin exports", () => {
    assert.equal(schema.name, "pulumi-vllm");
    assert.deepEqual(Object.keys(schema.resources).sort(), [
      "pulumi-vllm:index:ClusterAddons",
      "pulumi-vllm:index:EksGpuCluster",
      "pulumi-vllm:index:VllmModels",
    ]);
    for (const { isComponent } of Object.values(schema.resources)) assert.equal(isComponent, true);
  });

  it("take models and clusters as they stand in a stack config", () => {
    const { inputProperties, requiredInputs } = schema.resources["pulumi-vllm:index:VllmModels"]!;
    assert.deepEqual(requiredInputs, ["models", "monitoringNamespace", "namespace", "partOf", "prometheusUrl"]);
    assert.equal((inputProperties["models"] as { $ref: string }).$ref, "pulumi.json#/Any");
    assert.deepEqual(schema.resources["pulumi-vllm:index:EksGpuCluster"]!.requiredInputs, ["cluster"]);
  });

  it("have the package's name and version", () => {
    const read = (file: string): { name: string; version: string } =>
      parse(readFileSync(file, "utf8")) as { name: string; version: string };
    const root = read(resolve(FOLDER, "../../package.json"));
    const own = read(join(FOLDER, "package.json"));
    assert.deepEqual([own.name, own.version], [`@${root.name}/${root.name}`, root.version]);
    assert.equal(read(join(FOLDER, "PulumiPlugin.yaml")).name, root.name);
    assert.equal(schema.version, root.version);
  });
});
