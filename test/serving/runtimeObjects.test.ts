import assert from "node:assert/strict";

import { ModelServing } from "../../components/serving/modelServing.js";
import { RUNTIME_OBJECTS } from "../../components/vocabulary/workloads.js";
import { ENVIRONMENT, releaseConfig, servedModel } from "./fixtures.js";
import { registered } from "./registered.js";

describe("the kinds of objects that a runtime consists of", () => {
  it("are those that a model with everything makes", async () => {
    const model = servedModel({
      autoscaling: { min: 1, max: 3 },
      warmSpares: 1,
      releases: { r2: releaseConfig({ chatTemplate: { text: "{{ messages }}", reason: "x" } }) },
    });
    const { all } = await registered(() => new ModelServing("chat", { model, environment: ENVIRONMENT }));
    const made = all
      .filter(({ type }) => type.startsWith("kubernetes:"))
      .map(({ inputs }) => `${String(inputs["apiVersion"])} ${String(inputs["kind"])}`);
    const listed = RUNTIME_OBJECTS.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    assert.deepEqual([...new Set(made)].sort(), listed.sort());
  });
});
