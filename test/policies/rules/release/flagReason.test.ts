import assert from "node:assert/strict";

import { flagReason } from "../../../../policies/rules/release/flagReason.js";
import { deployment, messages } from "../../fixtures.js";

const contract = (flags: object) => ({ "pulumi-vllm.dev/contract": JSON.stringify({ flags }) });
const SHARED = { "enable-prefix-caching": { value: true, reason: "shared prompts" } };
const lacks = (name: string) =>
  `container "vllm": --${name} has no reason: give one in flags.${name}.reason of pulumi-vllm.dev/contract`;

describe("flag-reason", () => {
  it("accepts the contract's own flags, and others that the annotation explains", async () => {
    assert.deepEqual(await messages(flagReason, deployment()), []);
  });

  it("takes --no-x, x_y and short names for the flag they are", async () => {
    const changes = {
      extraArgs: ["--no-enable-prefix-caching", "--kv_cache_dtype=fp8", "-cc.level", "3"],
      annotations: contract({
        "enable-prefix-caching": { value: false, reason: "no shared prompts" },
        "kv-cache-dtype": { value: "fp8", reason: "twice the context" },
        "compilation-config": { value: { level: 3 }, reason: "measured 8% faster" },
      }),
    };
    assert.deepEqual(await messages(flagReason, deployment(changes)), []);
  });

  it("needs no reason for a flag that follows from the contract", async () => {
    assert.deepEqual(
      await messages(flagReason, deployment({ extraArgs: ["--runner=pooling"], annotations: contract(SHARED) })),
      [],
    );
  });

  it("needs no reason for the platform's logs and traces, which no release decides", async () => {
    const extraArgs = [
      "--otlp-traces-endpoint=http://collector.tracing.svc:4317",
      "--collect-detailed-traces",
      "worker",
      "--disable-access-log-for-endpoints=/health,/metrics",
    ];
    assert.deepEqual(await messages(flagReason, deployment({ extraArgs, annotations: contract(SHARED) })), []);
  });

  it("takes the reason of a chat template that the contract carries", async () => {
    const carried = (reason: string) => ({
      extraArgs: ["--chat-template=/etc/template.jinja"],
      annotations: {
        "pulumi-vllm.dev/contract": JSON.stringify({ flags: SHARED, chatTemplate: { text: "{{ 1 }}", reason } }),
      },
    });
    assert.deepEqual(await messages(flagReason, deployment(carried("trained on plain ChatML"))), []);
    assert.deepEqual(await messages(flagReason, deployment(carried(" "))), [lacks("chat-template")]);
  });

  it("refuses a flag without reason, or with an empty one", async () => {
    const flags = { "enable-prefix-caching": { value: true, reason: " " }, seed: { value: 1 } };
    const changes = { extraArgs: ["--seed=1", "--enforce-eager"], annotations: contract(flags) };
    assert.deepEqual(await messages(flagReason, deployment(changes)), [
      lacks("enable-prefix-caching"),
      lacks("seed"),
      lacks("enforce-eager"),
    ]);
  });

  it("refuses every further flag of a runtime whose annotation is absent or broken", async () => {
    for (const annotation of [undefined, "{", "[]", "null"]) {
      const changes = { annotations: { "pulumi-vllm.dev/contract": annotation } };
      assert.deepEqual(await messages(flagReason, deployment(changes)), [lacks("enable-prefix-caching")]);
    }
  });

  it("asks for the reason of flags that the contract keeps out", async () => {
    const kept = ["kv-cache-memory-bytes", "headless", "data-parallel-size", "pipeline-parallel-size"];
    for (const flag of kept) {
      assert.deepEqual(await messages(flagReason, deployment({ extraArgs: [`--${flag}`, "2"] })), [lacks(flag)]);
    }
    const changes = {
      extraArgs: ["--data-parallel-size=2", "--host", "::"],
      annotations: contract({ ...SHARED, "data-parallel-size": { value: 2, reason: "one pod of eight GPUs" } }),
    };
    assert.deepEqual(await messages(flagReason, deployment(changes)), []);
  });

  it("refuses a file of flags, whatever its reason", async () => {
    const changes = {
      extraArgs: ["--config", "/etc/vllm.yaml"],
      annotations: contract({ ...SHARED, config: { value: "/etc/vllm.yaml", reason: "shared by all" } }),
    };
    assert.deepEqual(await messages(flagReason, deployment(changes)), [
      'container "vllm": --config reads flags from a file: write them as arguments',
    ]);
  });
});
