import assert from "node:assert/strict";

import { noRemoteCode } from "../../../../policies/rules/engine/noRemoteCode.js";
import { deployment, type Json, messages, plainPod, resource } from "../../fixtures.js";

const FLAG = 'container "vllm": --trust-remote-code runs code of the model repository: remove it';

describe("no-remote-code", () => {
  it("accepts runtimes without it, and with it switched off", async () => {
    const env = [
      { name: "HF_HUB_TRUST_REMOTE_CODE", value: "0" },
      { name: "VLLM_USE_V1", value: "1" },
    ];
    const accepted = [
      deployment(),
      deployment({ extraArgs: ["--no-trust-remote-code", "--trust-request-chat-template"], container: { env } }),
      plainPod({ args: ["--trust"] }),
    ];
    assert.deepEqual(await messages(noRemoteCode, accepted), []);
  });

  for (const flag of ["--trust-remote-code", "--trust_remote_code", "--trust-remote-code=true", "--trust-remote"]) {
    it(`refuses ${flag}`, async () => {
      assert.deepEqual(await messages(noRemoteCode, deployment({ extraArgs: [flag] })), [FLAG]);
    });
  }

  it("sees scripts and batch runs", async () => {
    const script = deployment({ container: { command: ["sh", "-c"], args: ["vllm run-batch --trust-remote-code"] } });
    assert.deepEqual(await messages(noRemoteCode, script), [FLAG]);
  });

  for (const name of ["HF_HUB_TRUST_REMOTE_CODE", "TRUST_REMOTE_CODE", "VLLM_ALLOW_INSECURE_SERIALIZATION"]) {
    it(`refuses the variable ${name}`, async () => {
      assert.deepEqual(await messages(noRemoteCode, deployment({ container: { env: [{ name, value: "1" }] } })), [
        `container "vllm": environment variable ${name} is "1": remove it`,
      ]);
    });
  }

  const chart = (values: Json) =>
    resource("kubernetes:helm.sh/v3:Release", "r", { chart: "c", version: "1.0.0", values });
  const runs = "runs code of the model repository: remove it";
  for (const [values, message] of [
    [{ vllm: { trustRemoteCode: true } }, `values.vllm.trustRemoteCode ${runs}`],
    [{ models: [{ trust_remote_code: "true" }] }, `values.models[0].trust_remote_code ${runs}`],
    [{ extraArgs: "--max-model-len 8192 --trust-remote-code" }, `values.extraArgs: --trust-remote-code ${runs}`],
    [{ command: "exec vllm serve a/b --trust-remote-code" }, `values.command: --trust-remote-code ${runs}`],
  ] as const) {
    it(`refuses a chart's ${JSON.stringify(values)}`, async () =>
      assert.deepEqual(await messages(noRemoteCode, chart(values as unknown as Json)), [message]));
  }

  it("accepts charts' values that switch it off or speak of it", async () => {
    const accepted = [
      { trustRemoteCode: false, description: "never --trust-remote-code" },
      { args: "--no-trust-remote-code --seed 1", extraArgs: "--trust-remote-code=false" },
    ];
    assert.deepEqual(await messages(noRemoteCode, accepted.map(chart)), []);
  });
});
