import assert from "node:assert/strict";

import { weightsCached } from "../../../../policies/rules/release/weightsCached.js";
import { COMMIT, deployment, type Json, messages, plainPod, resource } from "../../fixtures.js";

const DOWNLOADS =
  'container "vllm": downloads "Qwen/Qwen3-8B" at each start: keep its weights in the cluster (vllm:cache), and serve them by their path';
const HUB = ["Qwen/Qwen3-8B", `--revision=${COMMIT}`];

function served(
  args: string[],
  env: Record<string, string> = {},
  volume?: Json,
  mountPath = "/data",
): ReturnType<typeof deployment> {
  return deployment({
    container: {
      args,
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
      ...(volume !== undefined && { volumeMounts: [{ name: "data", mountPath }] }),
    },
    ...(volume !== undefined && { pod: { volumes: [{ name: "data", ...(volume as object) }] } }),
  });
}

/** It rests unless an environment asks for it, as prod does. */
function found(resources: Parameters<typeof messages>[1]): Promise<string[]> {
  return messages(weightsCached, resources, { enforcementLevel: "mandatory" });
}

describe("weights-cached", () => {
  it("rests unless an environment asks for it", async () => {
    assert.deepEqual(await messages(weightsCached, served(HUB)), []);
  });

  it("accepts paths, addresses and servers that ask no hub", async () => {
    const accepted = [
      served([`/models/weights/Qwen--Qwen3-8B/${COMMIT}`]),
      served([`--model=s3://weights/${COMMIT}`, "--load-format=runai_streamer"]),
      ...["1", "true", "YES", "on"].map((value) => served(HUB, { HF_HUB_OFFLINE: value })),
      plainPod(),
    ];
    assert.deepEqual(await found(accepted), []);
  });

  it("refuses a model of the hub, however it is named", async () => {
    assert.deepEqual(await found(served(HUB)), [DOWNLOADS]);
    assert.deepEqual(await found(served(["--model", ...HUB])), [DOWNLOADS]);
    assert.deepEqual(await found(served(HUB, { HF_HUB_OFFLINE: "0" })), [DOWNLOADS]);
  });

  const claim = { persistentVolumeClaim: { claimName: "hub" } };
  const folders: [name: string, env: Record<string, string>, args: string[]][] = [
    ["HF_HUB_CACHE", { HF_HUB_CACHE: "/data/hub" }, []],
    ["HF_HOME", { HF_HOME: "/data" }, []],
    ["HOME", { HOME: "/data" }, []],
    ["--download-dir", {}, ["--download-dir=/data/models"]],
  ];
  for (const [name, env, args] of folders) {
    it(`accepts a cache that ${name} puts on a volume that outlives the pod, and refuses one that goes with it`, async () => {
      const flags = [...HUB, ...args];
      assert.deepEqual(await found(served(flags, env, claim)), []);
      assert.deepEqual(await found(served(flags, env, { emptyDir: {} })), [DOWNLOADS]);
      assert.deepEqual(await found(served(flags, env, claim, "/other")), [DOWNLOADS]);
    });
  }

  it("accepts the image's own cache on a volume", async () => {
    assert.deepEqual(await found(served(HUB, {}, claim, "/root/.cache/huggingface")), []);
  });

  it("leaves jobs alone: they load once", async () => {
    const command = ["vllm", "serve", ...HUB];
    const job = resource("kubernetes:batch/v1:Job", "eval", {
      spec: { template: { spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:v0.30.0", command }] } } },
    });
    assert.deepEqual(await found(job), []);
  });
});
