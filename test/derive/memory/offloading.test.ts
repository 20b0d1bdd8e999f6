import assert from "node:assert/strict";

import { offloaded } from "../../../components/derive/memory/offloading.js";
import { contract, R1, releaseProblems } from "../../contract/fixtures.js";

const flag = (value: unknown) => ({ value, reason: "x" });
const MOVED = "flags/kv-offloading-size";

/** `kv-transfer-config` of a connector with settings of its own. */
const transfer = (connector: string, extra: object) => ({
  "kv-transfer-config": flag({ kv_connector: connector, kv_role: "kv_both", kv_connector_extra_config: extra }),
});

describe("offloaded", () => {
  const cases: Array<[what: string, flags: object, memoryGiB: number, sharedGiB: number, env?: object]> = [
    ["nothing", {}, 0, 0],
    ["KV cache over all GPUs", { "kv-offloading-size": flag(64) }, 64, 64],
    ["KV cache, the size as text", { "kv-offloading-size": flag("1.5") }, 1.5, 1.5],
    [
      "KV cache of a server of its own",
      { "kv-offloading-size": flag(64), "kv-offloading-backend": flag("lmcache") },
      0,
      0,
    ],
    ["weights of each GPU", { "cpu-offload-gb": flag(10) }, 20, 0],
    ["both", { "kv-offloading-size": flag(8), "cpu-offload-gb": flag(1) }, 10, 8],
    ["a connector's bytes", transfer("OffloadingConnector", { cpu_bytes_to_use: 2 ** 34 }), 16, 16],
    [
      "a connector's bytes of a GPU",
      transfer("SimpleCPUOffloadConnector", { cpu_bytes_to_use_per_rank: 2 ** 32 }),
      8,
      8,
    ],
    ["LMCache's default", transfer("LMCacheConnectorV1", {}), 10, 0],
    ["LMCache's size", transfer("LMCacheConnectorV1", { "lmcache.max_local_cpu_size": 20 }), 40, 0],
    ["LMCache's variable", transfer("LMCacheConnectorV1", {}), 60, 0, { LMCACHE_MAX_LOCAL_CPU_SIZE: flag("30") }],
    ["no size", { "kv-offloading-size": flag("much"), "kv-transfer-config": flag("{") }, 0, 0],
  ];
  for (const [what, flags, memoryGiB, sharedGiB, env = {}] of cases) {
    it(`counts ${what}`, () => {
      const of = { flags, env, gpus: 2 } as Parameters<typeof offloaded>[0];
      assert.deepEqual(offloaded(of), { memoryGiB, sharedGiB });
    });
  }
});

describe("host memory", () => {
  it("grows by what is moved there, and /dev/shm by the KV cache", () => {
    const { memoryGiB, sharedMemoryGiB } = contract().resources;
    const moved = contract({ [MOVED]: flag(64), "flags/cpu-offload-gb": flag(2) }).resources;
    assert.deepEqual([moved.memoryGiB, moved.sharedMemoryGiB], [memoryGiB + 66, sharedMemoryGiB + 64]);
  });

  it("is refused where a stated limit has no room for it", () => {
    const changes = { [MOVED]: flag(64), resources: { memoryGiB: 40, sharedMemoryGiB: 2 } };
    assert.deepEqual(releaseProblems(changes), [
      `error ${R1}.resources.memoryGiB: 40 GiB have no room for /dev/shm and the 64.0 GiB that flags move to host memory: leave it out, or use more than 64`,
      `error ${R1}.resources.sharedMemoryGiB: 2 GiB have no room for the 64.0 GiB of KV cache that flags move to /dev/shm: leave it out, or use more than 64`,
    ]);
    assert.deepEqual(releaseProblems({ [MOVED]: flag(64), resources: { memoryGiB: 80, sharedMemoryGiB: 66 } }), []);
  });
});
