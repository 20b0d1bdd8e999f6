import assert from "node:assert/strict";

import { graphTokens, overheadRules } from "../../components/facts/vllm/overhead.js";
import { KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";

describe("overheadRules", () => {
  it("tells versions apart by what their sources do", () => {
    const samplers = ["0.8.5", "0.16.0", "0.17.0", "0.28.0"].map((version) => overheadRules(version).samplerBytes);
    assert.deepEqual(samplers, [38, 38, 14, 14]);
    const graphs = ["0.19.1", "0.20.0"].map((version) => overheadRules(version).countsGraphs);
    assert.deepEqual(graphs, [false, true]);
    const runners = ["0.24.0", "0.25.0", "0.28.1", "0.29.0"].map((version) => overheadRules(version).secondRunner);
    assert.deepEqual(runners, ["none", "dense", "dense", "all"]);
    const tried = ["0.17.1", "0.18.0", "0.26.0", "0.27.1"].map((version) => overheadRules(version).triesGraphsMeasured);
    assert.deepEqual(tried, [false, true, true, false]);
  });

  it("reads a release candidate and a build as their release", () => {
    for (const version of ["0.18.0rc1", "0.18.0.post1", "0.18.0+cu130"]) {
      assert.deepEqual(overheadRules(version), overheadRules("0.18.0"));
    }
  });

  it("takes a version that is not known yet for the newest", () => {
    assert.deepEqual(overheadRules("0.99.0"), overheadRules(KNOWN_VERSIONS.at(-1)!));
  });
});

describe("graphTokens", () => {
  it("goes up in the steps of vLLM, to the largest", () => {
    assert.deepEqual(graphTokens(16), [1, 2, 4, 8, 16]);
    assert.deepEqual(graphTokens(3), [1, 2]);
    assert.equal(graphTokens(256).length, 35);
    assert.equal(graphTokens(512).length, 51);
    assert.equal(graphTokens(512).at(-1), 512);
    assert.equal(graphTokens(1024).length, 83);
  });
});
