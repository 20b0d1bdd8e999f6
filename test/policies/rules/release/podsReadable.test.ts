import assert from "node:assert/strict";

import { SERVING_KINDS } from "../../../../components/facts/servingKinds.js";
import { podsReadable } from "../../../../policies/rules/release/podsReadable.js";
import { type Json, deployment, messages, resource } from "../../fixtures.js";

type Props = { [key: string]: Json };
const of = (type: string, props: Props) => messages(podsReadable, resource(`kubernetes:${type}`, "r", props));

describe("pods-readable", () => {
  it("accepts pods that a program states, in kinds of others, too", async () => {
    const spec = { containers: [{ name: "a", image: "i" }] };
    assert.deepEqual(await messages(podsReadable, deployment()), []);
    assert.deepEqual(await of("serving.kserve.io/v1beta1:InferenceService", { spec: { predictor: spec } }), []);
    assert.deepEqual(await of("kaito.sh/v1beta1:Workspace", { inference: { template: { spec } } }), []);
    assert.deepEqual(await of("helm.sh/v3:Release", { chart: "keda" }), []);
  });

  for (const { group, kind, controller } of SERVING_KINDS) {
    it(`says that it cannot read ${kind} of ${group}`, async () => {
      assert.deepEqual(await of(`${group}/v1:${kind}`, { spec: { model: "m" } }), [
        `not judged: ${controller} makes the pods of this ${kind}, which states a part of them alone`,
      ]);
    });
  }

  for (const chart of [
    "vllm-stack",
    "oci://ghcr.io/llm-d/llm-d-modelservice",
    "https://example.org/vllm-stack-0.1.7.tgz",
  ]) {
    it(`says that it cannot read the chart ${chart}`, async () => {
      assert.deepEqual(await of("helm.sh/v3:Release", { chart }), [
        `not judged: chart ${chart} makes the pods, of which its values show a part alone`,
      ]);
    });
  }
});
