import assert from "node:assert/strict";

import { parseStackConfig } from "../../stacks/config.js";
import { s3Users } from "../../stacks/s3Users.js";
import { type Config, modelConfig } from "../serving/fixtures.js";
import { builtCluster, stackValues } from "./fixtures.js";

const TODAY = new Date("2026-11-21T00:00:00Z");
const CACHE = { kind: "s3", bucket: "llm-cache" };
const CACHE_PART = { bucket: "llm-cache", prefix: "pulumi-vllm" };
const SOURCE = { bucket: "weights", prefix: "qwen" };
const BATCH = {
  from: { model: "chat", release: "r1" },
  endpoint: "/v1/chat/completions",
  input: { s3: { bucket: "evals", key: "in/requests.jsonl" } },
  output: { s3: { bucket: "evals", prefix: "out" } },
};
const PLACES = [
  { part: { bucket: "evals", key: "in/requests.jsonl" }, access: "read" },
  { part: { bucket: "evals", prefix: "out" }, access: "write" },
];

const CLUSTER = builtCluster({
  gpuNodes: {
    batch: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge", "g6.4xlarge"], capacity: "spot", max: 2 },
  },
});

const usersOf = (changes: Config) => {
  const { config, problems } = parseStackConfig(stackValues({ ...CLUSTER, ...changes }), [], TODAY);
  assert.ok(config !== undefined, JSON.stringify(problems));
  return s3Users(config, "test");
};

describe("s3Users", () => {
  it("are none where nothing lies in a bucket", () => {
    assert.deepEqual(usersOf({}), {});
    assert.deepEqual(usersOf({ cache: { kind: "efs" } }), {});
  });

  it("are those that fill a cache in a bucket, while mounts read with the driver's role", () => {
    assert.deepEqual(usersOf({ cache: CACHE }), { "test-cache": { grants: [{ part: CACHE_PART, access: "write" }] } });
  });

  it("are runtimes that stream from it, too", () => {
    assert.deepEqual(usersOf({ cache: { ...CACHE, read: "stream" } }), {
      "test-cache": { grants: [{ part: CACHE_PART, access: "write" }] },
      "chat-r1": { grants: [{ part: CACHE_PART, access: "read" }] },
    });
    const pod = { serviceAccount: { name: "theirs" } };
    assert.deepEqual(Object.keys(usersOf({ cache: { ...CACHE, read: "stream" }, pod })), ["test-cache"]);
  });

  it("are those that fill another cache from a bucket", () => {
    const models = {
      chat: modelConfig({ releases: { r1: { model: { source: { s3: SOURCE }, revision: "ab".repeat(20) } } } }),
    };
    assert.deepEqual(usersOf({ cache: { kind: "efs" }, models }), {
      "test-cache": { grants: [{ part: SOURCE, access: "read" }] },
    });
  });

  it("are conductor and workers of a batch, for its places and for what they stream", () => {
    const batch = { evals: BATCH };
    assert.deepEqual(usersOf({ batch }), {
      "evals-batch": { grants: PLACES },
      "evals-batch-conductor": { grants: PLACES },
    });
    const { "evals-batch": worker, "evals-batch-conductor": conductor } = usersOf({
      batch,
      cache: { ...CACHE, read: "stream" },
    });
    assert.deepEqual(worker, { grants: [...PLACES, { part: CACHE_PART, access: "read" }] });
    assert.deepEqual(conductor, { grants: PLACES });
  });

  it("have the role that a batch names, or none where it brings an identity of its own", () => {
    const roleArn = "arn:aws:iam::111122223333:role/evals";
    assert.deepEqual(usersOf({ batch: { evals: { ...BATCH, podIdentity: { roleArn } } } }), {
      "evals-batch": { roleArn },
      "evals-batch-conductor": { roleArn },
    });
    assert.deepEqual(usersOf({ batch: { evals: { ...BATCH, podIdentity: { annotations: { a: "b" } } } } }), {});
  });

  it("are not those of another service than AWS'", () => {
    const endpoint = "https://s3.example.com";
    const output = { s3: { ...BATCH.output.s3, endpoint } };
    const input = { s3: { ...BATCH.input.s3, endpoint } };
    assert.deepEqual(
      usersOf({ cache: { ...CACHE, endpoint, read: "stream" }, batch: { evals: { ...BATCH, input, output } } }),
      {},
    );
  });
});
