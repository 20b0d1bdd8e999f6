import assert from "node:assert/strict";
import { cacheOf, CLAIM, DIGEST, R1, releaseProblems } from "../contract/fixtures.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const DIGITS = DIGEST.slice("sha256:".length, "sha256:".length + 40);
const LORA = {
  "flags/enable-lora": { value: true, reason: "adapters" },
  "flags/max-lora-rank": { value: 16, reason: "the largest rank" },
};

describe("sources of weights", () => {
  it("take an image by its digest, whose start is the revision", () => {
    const source = { image: `registry/models:v1@${DIGEST}` };
    assert.deepEqual(releaseProblems({ "model/source": source, "model/revision": DIGITS }), []);
    assert.deepEqual(releaseProblems({ "model/source": source, "model/revision": COMMIT }), [
      `error ${R1}.model.revision: "${COMMIT}" is not the image's: use the start of its digest, ${DIGITS}`,
    ]);
    assert.deepEqual(releaseProblems({ "model/source": { image: "registry/models:v1" }, "model/revision": DIGITS }), [
      `error ${R1}.model.source.image: "registry/models:v1" has no digest: files that are served have to be pinned by sha256`,
    ]);
  });

  it("are one of three", () => {
    const [problem] = releaseProblems({ "model/source": { image: "a", claim: { name: "b", path: "c" } } });
    assert.match(problem!, /model\.source: .*give one of s3, claim and image/);
  });

  it("in a bucket need a cache: vLLM does not fetch them at each start", () => {
    const inBucket = { "model/source": { s3: { bucket: "weights", prefix: "qwen3" } } };
    assert.deepEqual(releaseProblems(inBucket), [
      `error ${R1}.model.source: vLLM does not read a bucket's files at each start: set vllm:cache, which fetches it once`,
    ]);
    assert.deepEqual(releaseProblems(inBucket, CLAIM), []);
  });

  it("refuse buckets, prefixes and paths that are none, with the form to use", () => {
    const wrong = {
      "model/source": { s3: { bucket: "Weights", prefix: "/qwen3/../x", endpoint: "s3.example.com/a" } },
    };
    const problems = releaseProblems(wrong, CLAIM);
    assert.equal(problems.length, 3);
    for (const problem of problems) assert.match(problem, /is not .*: use/);
  });
});

describe("adapters", () => {
  const adapters = { legal: { id: "acme/legal-lora", revision: COMMIT, reason: "contracts" } };

  it("of the hub need a cache, since vLLM takes no revision of them", () => {
    assert.deepEqual(releaseProblems({ adapters, ...LORA }), [
      `error ${R1}.adapters.legal: vLLM would take an adapter of the hub from its main branch: set vllm:cache, which fetches it once, or give a source`,
    ]);
    assert.deepEqual(releaseProblems({ adapters, ...LORA }, CLAIM), []);
  });

  it("need enable-lora, and stand in one place", () => {
    assert.deepEqual(releaseProblems({ adapters }, CLAIM), [
      `error ${R1}.adapters: vLLM loads no adapters without enable-lora: set flags.enable-lora, and max-lora-rank to the largest rank among them`,
    ]);
    const twice = { value: [`legal=/adapters/${COMMIT}`], reason: "twice" };
    assert.deepEqual(releaseProblems({ adapters, ...LORA, "flags/lora-modules": twice }, CLAIM), [
      `error ${R1}.flags.lora-modules: names adapters beside those of adapters: list them all there`,
    ]);
  });

  it("cannot be streamed", () => {
    const stream = cacheOf({ kind: "s3", bucket: "cache", read: "stream" });
    assert.deepEqual(releaseProblems({ adapters, ...LORA }, stream), [
      `error ${R1}.adapters.legal: the streamer of vllm:cache (read: stream) loads models alone: use read: mountpoint`,
    ]);
  });
});

describe("a draft", () => {
  const draft = { id: "Qwen/Qwen3-0.6B", revision: COMMIT };

  it("needs the flag that says how it drafts", () => {
    assert.deepEqual(releaseProblems({ draft }), [
      `error ${R1}.draft: nothing uses it: set flags.speculative-config to how it drafts, such as { method: eagle3, num_speculative_tokens: 3 }`,
    ]);
  });

  it("is named once", () => {
    const value = { model: "Qwen/Qwen3-1.7B", method: "draft_model", num_speculative_tokens: 3 };
    const flag = { value, reason: "short answers" };
    const problems = releaseProblems({ draft, "flags/speculative-config": flag, "gpu/type": "h100" });
    assert.deepEqual(
      problems.filter((problem) => problem.startsWith("error")),
      [`error ${R1}.flags.speculative-config.value.model: is said by draft already: leave it out here`],
    );
  });
});
