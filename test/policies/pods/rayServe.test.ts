import assert from "node:assert/strict";

import { enginesOf } from "../../../policies/engine/runtimes.js";
import { serveContainers } from "../../../policies/pods/rayServe.js";
import { workloadsOf } from "../../../policies/pods/workloads.js";
import { modelRevision } from "../../../policies/rules/release/modelRevision.js";
import { noPlainSecrets } from "../../../policies/rules/pod/noPlainSecrets.js";
import { noRemoteCode } from "../../../policies/rules/engine/noRemoteCode.js";
import { COMMIT, messages, resource } from "../fixtures.js";

const CONFIG = `
applications:
  - name: llms
    import_path: ray.serve.llm:build_openai_app
    runtime_env: { env_vars: { HF_TOKEN: hf_abcdefghijklmnopqrstuvwxyzabcdefgh } }
    args:
      llm_configs:
        - model_loading_config: { model_id: qwen, model_source: Qwen/Qwen3-8B }
          engine_kwargs: { max_model_len: 8192, trust_remote_code: true, enable_prefix_caching: false, seed: null }
          runtime_env: { env_vars: { VLLM_USE_V1: 1 } }
        - model_loading_config: { model_id: Qwen/Qwen3-4B }
  - name: web
    import_path: app:deployment
`;

function service(serveConfigV2: string) {
  return resource("kubernetes:ray.io/v1:RayService", "llm", { spec: { serveConfigV2 } });
}

describe("serveContainers", () => {
  it("reads an engine as if vllm serve started it", () => {
    const containers = serveContainers(CONFIG);
    assert.deepEqual(
      containers.map(({ name, command }) => [name, ...command]),
      [
        [
          ...["qwen", "vllm", "serve", "Qwen/Qwen3-8B"],
          ...["--max-model-len=8192", "--trust-remote-code", "--no-enable-prefix-caching"],
        ],
        ["Qwen/Qwen3-4B", "vllm", "serve", "Qwen/Qwen3-4B"],
        ["web"],
      ],
    );
    assert.deepEqual(containers[0]?.environmentNames, ["HF_TOKEN", "VLLM_USE_V1"]);
  });

  it("gives the text of a list or an object as JSON, and other text as it is", () => {
    const kwargs = "{ limit_mm_per_prompt: { image: 2 }, lora_modules: [a=b], dtype: bfloat16 }";
    const config = `applications: [{ args: { prefill_config: { model_loading_config: {}, engine_kwargs: ${kwargs} } } }]`;
    assert.deepEqual(serveContainers(config)[0]?.command.slice(2), [
      '--limit-mm-per-prompt={"image":2}',
      '--lora-modules=["a=b"]',
      "--dtype=bfloat16",
    ]);
  });

  for (const text of ["", "{", "a: &a [*a]", "applications: &a [{ args: *a }]", "applications: 1", undefined]) {
    it(`finds no engine in ${String(text)}`, () =>
      assert.deepEqual(
        serveContainers(text).filter(({ command }) => command.length > 0),
        [],
      ));
  }
});

describe("a RayService of Ray Serve LLM", () => {
  it("has engines where its config says so", () => {
    const engines = workloadsOf(service(CONFIG)).flatMap((workload) => [...enginesOf(workload)]);
    assert.deepEqual(
      engines.map(({ container, args }) => [container.name, args[0]]),
      [
        ["qwen", "Qwen/Qwen3-8B"],
        ["Qwen/Qwen3-4B", "Qwen/Qwen3-4B"],
      ],
    );
  });

  it("is judged by the rules of flags and variables", async () => {
    const where = 'spec.serveConfigV2: container "qwen"';
    assert.deepEqual(await messages(noRemoteCode, [service(CONFIG)]), [
      `${where}: --trust-remote-code runs code of the model repository: remove it`,
    ]);
    assert.match((await messages(noPlainSecrets, [service(CONFIG)]))[0] ?? "", /"HF_TOKEN" is named like a secret/);
  });

  it("is fine with a commit", async () => {
    const engine = `{ model_loading_config: { model_id: m }, engine_kwargs: { revision: ${COMMIT} } }`;
    const config = `applications: [{ name: a, args: { llm_configs: [${engine}] } }]`;
    assert.deepEqual(await messages(modelRevision, [service(config)]), []);
  });
});
