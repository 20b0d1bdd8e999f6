import assert from "node:assert/strict";

import { runtimesOf } from "../../../policies/engine/runtimes.js";
import { workloadsOf } from "../../../policies/pods/workloads.js";
import { noRemoteCode } from "../../../policies/rules/engine/noRemoteCode.js";
import { gpuMemoryUtilization } from "../../../policies/rules/resources/gpuMemoryUtilization.js";
import { type Json, messages, resource } from "../fixtures.js";

type Props = { [key: string]: Json };

const added = (value: string) => ({ env: [{ name: "VLLM_ADDITIONAL_ARGS", value }] });
const llm = (spec: Props) => resource("kubernetes:serving.kserve.io/v1alpha2:LLMInferenceService", "chat", { spec });
const pod = (container: Props) => ({ containers: [{ name: "main", ...container }] });
const servers = (of: ReturnType<typeof llm>) =>
  workloadsOf(of).flatMap((workload) => [...runtimesOf(workload)].map(({ args }) => [workload.where, ...args]));

describe("containers of KServe's LLMInferenceService", () => {
  it("are servers where the model runs, and not in the router", () => {
    const main = pod({ resources: { limits: { "nvidia.com/gpu": "1" } } });
    const scheduler = { template: pod({ image: "ghcr.io/llm-d/llm-d-router-endpoint-picker:v1", args: ["--v=4"] }) };
    const spec = { template: main, worker: main, prefill: { template: main }, router: { scheduler } };
    assert.deepEqual(servers(llm(spec)), [["spec.template: "], ["spec.worker: "], ["spec.prefill.template: "]]);
  });

  it("are servers beside sidecars", () => {
    const sidecar = { name: "exporter", image: "example.org/exporter:v1", env: [] };
    const template = { containers: [sidecar, { name: "main", image: "example.org/engine:v1", env: [] }] };
    assert.deepEqual(servers(llm({ template })), [["spec.template: "]]);
  });

  it("have the arguments of KServe's variable", async () => {
    const more = llm({ template: pod(added(`--trust-remote-code --gpu-memory-utilization 0.99 --x '{"a": 1}'`)) });
    const words = ["--trust-remote-code", "--gpu-memory-utilization", "0.99", "--x", '{"a": 1}'];
    assert.deepEqual(servers(more), [["spec.template: ", ...words]]);
    assert.deepEqual(await messages(noRemoteCode, more), [
      'spec.template: container "main": --trust-remote-code runs code of the model repository: remove it',
    ]);
    assert.deepEqual(await messages(gpuMemoryUtilization, more), [
      'spec.template: container "main": --gpu-memory-utilization is 0.99: use at most 0.95',
    ]);
  });

  it("have them where a command of their own names the variable", () => {
    const command = ["sh", "-c", 'eval "vllm serve /mnt/models ${VLLM_ADDITIONAL_ARGS}"'];
    assert.deepEqual(servers(llm({ template: pod({ ...added("--seed 1"), command }) })), [
      ["spec.template: ", "/mnt/models", "--seed", "1"],
    ]);
    const others = pod({ ...added("--seed 1"), command: ["python3", "-m", "sglang.launch_server"] });
    assert.deepEqual(servers(llm({ template: others })), []);
  });
});

describe("containers of Ray's kinds", () => {
  const image = "vllm/vllm-openai:v0.30.0";
  const ray = (container: Props) => {
    const template = { spec: { containers: [{ name: "node", image, ...container }] } };
    const workerGroupSpecs = [{ template }];
    return resource("kubernetes:ray.io/v1:RayCluster", "r", { spec: { workerGroupSpecs } });
  };

  it("start Ray where they have no command", () => {
    assert.deepEqual(servers(ray({})), []);
  });

  it("are servers by their command or vLLM's arguments", () => {
    const where = "spec.workerGroupSpecs[0].template.spec: ";
    assert.deepEqual(servers(ray({ command: ["vllm", "serve", "m"] })), [[where, "m"]]);
    assert.deepEqual(servers(ray({ args: ["--max-model-len=8"] })), [[where, "--max-model-len=8"]]);
  });
});
