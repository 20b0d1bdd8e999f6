import assert from "node:assert/strict";

import { formatProblem } from "../../../components/config/problems.js";
import { VERSIONS, versionNamed } from "../../../components/facts/vllm/versions.js";
import { checkArchitectures } from "../../../components/fit/configJson/architectures.js";

const said = (version: string, ...names: string[]): string[] =>
  checkArchitectures(names, versionNamed(version), "config.json: architectures").map(formatProblem);

describe("checkArchitectures", () => {
  for (const version of VERSIONS) {
    it(`takes every architecture that vLLM ${version.version} registers`, () => {
      for (const name of version.architectures) assert.deepEqual(checkArchitectures([name], version, ""), [], name);
    });
  }

  it("takes one that vLLM runs as another", () => {
    for (const name of ["Qwen3ForSequenceClassification", "Qwen3Model", "MistralForTextEncoding"]) {
      assert.deepEqual(said("0.33.0", name), [], name);
    }
  });

  it("takes a list of which one is known, as vLLM does", () => {
    assert.deepEqual(said("0.33.0", "AcmeForCausalLM", "LlamaForCausalLM"), []);
  });

  it("names the versions that know it, whatever of the list they know", () => {
    assert.deepEqual(said("0.29.0", "Step5ForCausalLM"), [
      'config.json: architectures: "Step5ForCausalLM" is no architecture that vLLM 0.29.0 knows: use 0.33.0',
    ]);
    assert.match(
      said("0.33.0", "AcmeModel", "MedusaModel").join(),
      /knows: use 0\.29\.0, 0\.30\.0, 0\.31\.0 or 0\.32\.0$/,
    );
  });

  it("says that vLLM has dropped it", () => {
    assert.deepEqual(said("0.33.0", "BambaForCausalLM"), [
      'config.json: architectures: "BambaForCausalLM" is no architecture that vLLM 0.33.0 knows, ' +
        "which 0.23.0 was the last to have: use another model",
    ]);
  });

  it("names the nearest where no version knows it", () => {
    assert.deepEqual(said("0.33.0", "LlamaForCasualLM"), [
      'config.json: architectures: "LlamaForCasualLM" is no architecture that vLLM 0.33.0 knows, ' +
        "nor does any version that is known; did you mean LlamaForCausalLM, LLaMAForCausalLM or Llama4ForCausalLM?",
    ]);
    assert.match(
      said("0.30.0", "", "Zzz").join(),
      /"" or "Zzz" is no architecture .* that is known: use another model$/,
    );
  });

  it("says nothing of versions whose registry nobody knows, nor of a model without architectures", () => {
    assert.deepEqual(checkArchitectures(["AcmeForCausalLM"], undefined, ""), []);
    assert.deepEqual(said("0.33.0"), []);
  });
});
