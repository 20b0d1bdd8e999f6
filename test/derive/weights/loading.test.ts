import assert from "node:assert/strict";
import type { CacheConfig } from "../../../components/contract/cache.js";
import { serveArguments } from "../../../components/derive/arguments.js";
import { environment } from "../../../components/derive/variables.js";
import { cacheOf, CLAIM, contract, DIGEST, REVISION } from "../../contract/fixtures.js";

const DRAFT = "0123456789abcdef0123456789abcdef01234567";
const FOLDER = `/models/weights/Qwen--Qwen3-8B/${REVISION}`;
const S3 = { bucket: "weights", prefix: "qwen3" };
const STREAM = cacheOf({ kind: "s3", bucket: "cache", read: "stream" });

const args = (changes: Record<string, unknown> = {}, cache?: CacheConfig) =>
  serveArguments(contract(changes, {}, cache));
const option = (words: readonly string[], name: string) =>
  words.filter((word) => word === `--${name}` || word.startsWith(`--${name}=`));

describe("what vLLM loads", () => {
  it("is a model of the hub by id and commit, without a cache", () => {
    const [model, ...others] = args();
    assert.equal(model, "Qwen/Qwen3-8B");
    assert.deepEqual(option(others, "revision"), [`--revision=${REVISION}`]);
    assert.deepEqual(option(others, "tokenizer-revision"), [`--tokenizer-revision=${REVISION}`]);
  });

  it("is the revision's folder in the cache, which names the revision itself", () => {
    const [model, ...others] = args({}, CLAIM);
    assert.equal(model, FOLDER);
    for (const name of ["revision", "tokenizer", "tokenizer-revision", "code-revision"]) {
      assert.deepEqual(option(others, name), [], name);
    }
  });

  it("is the same folder for a bucket's files, since the cache holds them alike", () => {
    assert.equal(args({ "model/source": { s3: S3 } }, CLAIM)[0], FOLDER);
  });

  it("is a mounted claim or image itself, with a cache and without", () => {
    const digits = DIGEST.slice("sha256:".length, "sha256:".length + 40);
    const image = { "model/source": { image: `registry/models:v1@${DIGEST}` }, "model/revision": digits };
    for (const cache of [undefined, CLAIM]) {
      assert.equal(args({ "model/source": { claim: { name: "nfs", path: "qwen3" } } }, cache)[0], "/sources/model");
      assert.equal(args(image, cache)[0], "/sources/model");
    }
  });

  it("is streamed from the cache's bucket by the streamer, unless the contract has another loader", () => {
    const words = args({}, STREAM);
    assert.equal(words[0], `s3://cache/pulumi-vllm/weights/Qwen--Qwen3-8B/${REVISION}`);
    assert.deepEqual(option(words, "load-format"), ["--load-format=runai_streamer"]);
    const sharded = { "flags/load-format": { value: "runai_streamer_sharded", reason: "saved by shard" } };
    assert.deepEqual(option(args(sharded, STREAM), "load-format"), ["--load-format=runai_streamer_sharded"]);
  });

  it("has a tokenizer of its own at its own place", () => {
    const own = { "model/tokenizer": "Qwen/Qwen3-0.6B", "model/tokenizerRevision": DRAFT };
    assert.deepEqual(option(args(own), "tokenizer"), ["--tokenizer=Qwen/Qwen3-0.6B"]);
    assert.deepEqual(option(args(own, CLAIM), "tokenizer"), [`--tokenizer=/models/weights/Qwen--Qwen3-0.6B/${DRAFT}`]);
    const mounted = { "model/tokenizerSource": { claim: { name: "nfs", path: "tokens" } } };
    assert.deepEqual(option(args(mounted), "tokenizer"), ["--tokenizer=/sources/tokenizer"]);
    assert.deepEqual(option(args(mounted), "tokenizer-revision"), []);
  });

  it("has the draft that the release states, by id and commit, or by its folder", () => {
    const drafting = {
      draft: { id: "Qwen/Qwen3-0.6B", revision: DRAFT },
      "flags/speculative-config": {
        value: { method: "draft_model", num_speculative_tokens: 3 },
        reason: "answers are short",
      },
    };
    assert.deepEqual(option(args(drafting), "speculative-config"), [
      `--speculative-config={"model":"Qwen/Qwen3-0.6B","revision":"${DRAFT}","method":"draft_model","num_speculative_tokens":3}`,
    ]);
    assert.deepEqual(option(args(drafting, CLAIM), "speculative-config"), [
      `--speculative-config={"model":"/models/weights/Qwen--Qwen3-0.6B/${DRAFT}","method":"draft_model","num_speculative_tokens":3}`,
    ]);
  });

  it("has a draft of the hub that the flag names, from the cache, too", () => {
    const value = { model: "Qwen/Qwen3-0.6B", revision: DRAFT, method: "draft_model", num_speculative_tokens: 3 };
    const flag = { "flags/speculative-config": { value, reason: "answers are short" } };
    const [words] = option(args(flag, CLAIM), "speculative-config");
    assert.match(words!, new RegExp(`"model":"/models/weights/Qwen--Qwen3-0.6B/${DRAFT}"`));
    assert.doesNotMatch(words!, /"revision"/);
  });

  it("has each adapter by name and folder", () => {
    const adapters = {
      adapters: { legal: { id: "acme/legal-lora", revision: DRAFT, reason: "contracts" } },
      "flags/enable-lora": { value: true, reason: "adapters" },
      "flags/max-lora-rank": { value: 16, reason: "the largest rank" },
    };
    const words = args(adapters, CLAIM);
    assert.deepEqual(words.slice(words.indexOf("--lora-modules"), words.indexOf("--lora-modules") + 2), [
      "--lora-modules",
      `{"name":"legal","path":"/models/weights/acme--legal-lora/${DRAFT}"}`,
    ]);
  });

  it("asks the hub for nothing, where everything is there", () => {
    assert.equal(environment(contract())["HF_HUB_OFFLINE"], undefined);
    for (const cache of [CLAIM, STREAM]) assert.equal(environment(contract({}, {}, cache))["HF_HUB_OFFLINE"], "1");
  });

  it("finds the bucket of a streamed model in its region, or at another endpoint", () => {
    const there = { ...STREAM, region: "eu-central-1", endpoint: "https://s3.example.com" } as CacheConfig;
    const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL } = environment(contract({}, {}, there));
    assert.deepEqual(
      [AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL],
      ["eu-central-1", "eu-central-1", "https://s3.example.com"],
    );
    const mounted = environment(contract({}, {}, { ...there, read: "mountpoint" } as CacheConfig));
    assert.equal(mounted["AWS_ENDPOINT_URL"], undefined);
  });

  it("keeps compiled code beside the weights where the cache is told to", () => {
    const kept = cacheOf({ kind: "claim", name: "models", compile: true, startupPlan: true });
    assert.equal(environment(contract({}, {}, CLAIM))["VLLM_CACHE_ROOT"], "/cache/vllm");
    const variables = environment(contract({}, {}, kept));
    assert.equal(variables["VLLM_CACHE_ROOT"], "/compiled");
    assert.equal(variables["VLLM_ENABLE_STARTUP_PLAN"], "1");
  });

  it("is no part of the contract: a cache changes what is derived and no hash", () => {
    assert.deepEqual(contract({}, {}, CLAIM).contract, contract().contract);
  });

  it("needs no disk for weights that are in a cache", () => {
    assert.equal(contract({}, {}, CLAIM).resources.diskGiB, 10);
    assert.equal(contract().resources.diskGiB, 27);
  });
});
