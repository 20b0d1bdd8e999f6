import assert from "node:assert/strict";

import { sharedMemory } from "../../../../policies/rules/resources/sharedMemory.js";
import { type Json, deployment, messages } from "../../fixtures.js";

const resources = { limits: { "nvidia.com/gpu": 2 } };
const withVolume = (emptyDir: Json) =>
  deployment({
    container: { resources, volumeMounts: [{ name: "shm", mountPath: "/dev/shm" }] },
    pod: { volumes: [{ name: "shm", emptyDir }] },
  });
const MISSING = 'container "vllm" uses 2 GPUs without /dev/shm in memory: mount an emptyDir {medium: Memory} there';

describe("shared-memory", () => {
  it("accepts one GPU without, and several with a limited volume in memory", async () => {
    const limited = withVolume({ medium: "Memory", sizeLimit: "8Gi" });
    assert.deepEqual(await messages(sharedMemory, [deployment(), limited]), []);
  });

  it("refuses several GPUs without the volume", async () => {
    assert.deepEqual(await messages(sharedMemory, deployment({ container: { resources } })), [MISSING]);
    assert.deepEqual(await messages(sharedMemory, deployment({ extraArgs: ["-tp", "2"] })), [MISSING]);
  });

  it("refuses a volume on disk", async () => {
    assert.deepEqual(await messages(sharedMemory, withVolume({})), [MISSING]);
  });

  it("refuses a volume without limit", async () => {
    assert.deepEqual(await messages(sharedMemory, withVolume({ medium: "Memory" })), [
      'container "vllm": /dev/shm has no sizeLimit and counts as memory: set one below the memory limit',
    ]);
  });

  it("refuses a size that is too small, or that memory does not hold", async () => {
    const sized = (sizeLimit: string) =>
      deployment({
        container: {
          resources: { limits: { "nvidia.com/gpu": 2, memory: "4Gi" } },
          volumeMounts: [{ name: "shm", mountPath: "/dev/shm/" }],
        },
        pod: { volumes: [{ name: "shm", emptyDir: { medium: "Memory", sizeLimit } }] },
      });
    assert.deepEqual(await messages(sharedMemory, sized("2Gi")), []);
    assert.deepEqual(await messages(sharedMemory, sized("1Mi")), [
      'container "vllm": /dev/shm has sizeLimit "1Mi", less than the 64 MiB without a volume: raise it',
    ]);
    assert.deepEqual(await messages(sharedMemory, sized("64Gi")), [
      'container "vllm": /dev/shm has sizeLimit "64Gi", not below the memory limit "4Gi": lower it',
    ]);
  });

  it("counts the workers of all parallel sizes, and those of the pod alone", async () => {
    for (const extraArgs of [["--pipeline-parallel-size=2"], ["--data-parallel-size", "2"]]) {
      assert.deepEqual(await messages(sharedMemory, deployment({ extraArgs })), [MISSING]);
    }
    const oneOfTwoNodes = ["--tensor-parallel-size=2", "--nnodes=2", "--node-rank=0"];
    assert.deepEqual(await messages(sharedMemory, deployment({ extraArgs: oneOfTwoNodes })), []);
    const shares = { limits: { "nvidia.com/gpu": 1, "nvidia.com/gpumem": 8000 } };
    assert.deepEqual(await messages(sharedMemory, deployment({ container: { resources: shares } })), []);
  });

  it("takes the host's shared memory for memory, which other rules refuse", async () => {
    const mounted = { resources, volumeMounts: [{ name: "shm", mountPath: "/dev/shm/" }] };
    const accepted = [
      deployment({ container: { resources }, pod: { hostIPC: true } }),
      deployment({ container: mounted, pod: { volumes: [{ name: "shm", hostPath: { path: "/dev/shm" } }] } }),
    ];
    assert.deepEqual(await messages(sharedMemory, accepted), []);
    const disk = deployment({ container: mounted, pod: { volumes: [{ name: "shm", hostPath: { path: "/tmp" } }] } });
    assert.deepEqual(await messages(sharedMemory, disk), [MISSING]);
  });
});
