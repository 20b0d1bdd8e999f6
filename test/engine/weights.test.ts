import assert from "node:assert/strict";

import { enginePod } from "../../components/engine/pod.js";
import { waitContainers, weightMounts, weightVolumes } from "../../components/engine/weights.js";
import { BUCKET, CLAIM, cachedPlan, cacheOf, FOLDER } from "../cache/fixtures.js";

const REVISION = "b968826d9c46dd6066d109eabc6255188de91218";
const COMPILED = "compiled/8a69ffad015f/l4/chat-r1";
const PROGRAMS = { name: "weights-programs", configMap: { name: "chat-r1-programs" } };

function volumesOf(...args: Parameters<typeof cachedPlan>): object[] {
  // The name of the programs' ConfigMap ends with the hash of their text.
  const text = JSON.stringify(weightVolumes(cachedPlan(...args))).replace(/-programs-[0-9a-f]{10}"/, '-programs"');
  return JSON.parse(text) as object[];
}

function waitOf(...args: Parameters<typeof cachedPlan>): { spec: unknown; mounts: unknown } {
  const [container, ...others] = waitContainers(cachedPlan(...args)) as {
    env: { name: string; value: string }[];
    volumeMounts: unknown;
  }[];
  assert.equal(others.length, 0);
  return {
    spec: JSON.parse(container!.env.find(({ name }) => name === "SPEC")!.value) as unknown,
    mounts: container!.volumeMounts,
  };
}

describe("the weights in a pod", () => {
  it("are nothing of the pod's where vLLM downloads them", () => {
    const plan = cachedPlan(undefined);
    assert.deepEqual([weightVolumes(plan), weightMounts(plan), waitContainers(plan)], [[], [], []]);
    const none = cachedPlan(cacheOf({ kind: "none", reason: "a test" }));
    assert.deepEqual([weightVolumes(none), weightMounts(none), waitContainers(none)], [[], [], []]);
  });

  it("come from the cache's claim, which the pod cannot write to", () => {
    assert.deepEqual(volumesOf(CLAIM), [
      { name: "weights-cache", persistentVolumeClaim: { claimName: "models", readOnly: true } },
      PROGRAMS,
    ]);
    assert.deepEqual(weightMounts(cachedPlan(CLAIM)), [
      { name: "weights-cache", mountPath: "/models", readOnly: true },
    ]);
  });

  it("are waited for by a step of the release's own image, without a GPU", () => {
    const [step] = waitContainers(cachedPlan(CLAIM)) as { env: unknown[] }[];
    const { env, ...others } = step!;
    assert.deepEqual(env[0], { name: "NVIDIA_VISIBLE_DEVICES", value: "void" });
    assert.deepEqual(others, {
      name: "wait-for-weights",
      image: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
      command: ["python3", "/opt/pulumi-vllm/wait.py"],
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } },
      securityContext: {
        privileged: false,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      volumeMounts: [
        { name: "weights-programs", mountPath: "/opt/pulumi-vllm", readOnly: true },
        { name: "weights-cache", mountPath: "/models", readOnly: true },
      ],
    });
    assert.deepEqual(waitOf(CLAIM).spec, {
      artifacts: [{ id: "Qwen/Qwen3-8B", revision: REVISION, path: `/models/${FOLDER}` }],
      timeoutSeconds: 21_600,
    });
  });

  it("have compiled code beside them, in a folder that the step makes and the engine writes", () => {
    const cache = cacheOf({ kind: "claim", name: "models", compile: true });
    assert.deepEqual(volumesOf(cache)[0], {
      name: "weights-cache",
      persistentVolumeClaim: { claimName: "models", readOnly: false },
    });
    assert.deepEqual(weightMounts(cachedPlan(cache)), [
      { name: "weights-cache", mountPath: "/models", readOnly: true },
      { name: "weights-cache", mountPath: "/compiled", subPath: COMPILED },
    ]);
    const { spec, mounts } = waitOf(cache);
    assert.equal((spec as { compiled: string }).compiled, `/models/${COMPILED}`);
    assert.deepEqual((mounts as object[])[1], { name: "weights-cache", mountPath: "/models", readOnly: false });
  });

  it("are marked as used on nodes: the step may write there, the engine may not", () => {
    const cache = cacheOf({ kind: "node", budgetGiB: 100 });
    assert.deepEqual(volumesOf(cache)[0], {
      name: "weights-cache",
      persistentVolumeClaim: { claimName: "model-cache", readOnly: false },
    });
    assert.deepEqual(weightMounts(cachedPlan(cache)), [
      { name: "weights-cache", mountPath: "/models", readOnly: true },
    ]);
    assert.deepEqual((waitOf(cache).mounts as object[])[1], {
      name: "weights-cache",
      mountPath: "/models",
      readOnly: false,
    });
  });

  it("that are streamed need no volume and no step", () => {
    const plan = cachedPlan(cacheOf({ ...BUCKET, read: "stream" }));
    assert.deepEqual([weightVolumes(plan), weightMounts(plan), waitContainers(plan)], [[], [], []]);
  });

  it("of a claim are mounted by themselves, and checked against their manifest", () => {
    const release = {
      model: { source: { claim: { name: "own", path: "models/chat" } } },
      adapters: {
        legal: {
          id: "acme/legal",
          revision: "a".repeat(40),
          source: { claim: { name: "own", path: "legal" } },
          reason: "x",
        },
      },
      flags: { "enable-lora": { value: true, reason: "x" } },
    };
    assert.deepEqual(volumesOf(undefined, release), [
      { name: "weights-claim-0", persistentVolumeClaim: { claimName: "own", readOnly: true } },
      PROGRAMS,
    ]);
    const mounts = [
      { name: "weights-claim-0", mountPath: "/sources/model", subPath: "models/chat", readOnly: true },
      { name: "weights-claim-0", mountPath: "/sources/adapter-legal", subPath: "legal", readOnly: true },
    ];
    assert.deepEqual(weightMounts(cachedPlan(undefined, release)), mounts);
    const wait = waitOf(undefined, release);
    assert.deepEqual(wait.spec, {
      artifacts: [
        { id: "Qwen/Qwen3-8B", revision: REVISION, path: "/sources/model", manifest: true },
        { id: "acme/legal", revision: "a".repeat(40), path: "/sources/adapter-legal", manifest: true },
      ],
      timeoutSeconds: 600,
    });
    assert.deepEqual((wait.mounts as object[]).slice(1), mounts);
  });

  it("of a claim that is the cache's, too, share its volume", () => {
    const adapters = {
      legal: {
        id: "acme/legal",
        revision: "a".repeat(40),
        source: { claim: { name: "models", path: "legal" } },
        reason: "x",
      },
    };
    const release = { adapters, flags: { "enable-lora": { value: true, reason: "x" } } };
    assert.deepEqual(
      volumesOf(CLAIM, release).map((volume) => (volume as { name: string }).name),
      ["weights-cache", "weights-programs"],
    );
    assert.deepEqual(weightMounts(cachedPlan(CLAIM, release))[1], {
      name: "weights-cache",
      mountPath: "/sources/adapter-legal",
      subPath: "legal",
      readOnly: true,
    });
  });

  it("of an image are a volume of that image, which needs no step", () => {
    const digest = "c".repeat(64);
    const image = `registry.example.com/weights:1.0.0@sha256:${digest}`;
    const release = { model: { source: { image }, revision: digest.slice(0, 40) } };
    assert.deepEqual(volumesOf(undefined, release), [
      { name: "weights-image-0", image: { reference: image, pullPolicy: "IfNotPresent" } },
    ]);
    assert.deepEqual(waitContainers(cachedPlan(undefined, release)), []);
  });

  it("come after sidecars, which bring the network, and before the platform's own steps", () => {
    const container = { image: "x", mounts: {}, cpus: 0.1, memoryGiB: 0.1, reason: "x" };
    const spec = enginePod(
      cachedPlan(CLAIM),
      {
        placement: { nodeSelector: {}, tolerations: [] },
        serviceAccountName: "chat-r1",
        extension: { initContainers: { prepare: container }, sidecars: { proxy: container } },
      },
      { args: [] },
    );
    const names = (spec.initContainers as { name: string }[]).map(({ name }) => name);
    assert.deepEqual(names, ["proxy", "wait-for-weights", "prepare"]);
  });
});
