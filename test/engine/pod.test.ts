import assert from "node:assert/strict";

import { enginePod } from "../../components/engine/pod.js";
import { contractOf } from "../serving/fixtures.js";

const CONTEXT = {
  placement: {
    nodeSelector: { accelerator: "l4" },
    tolerations: [{ key: "nvidia.com/gpu", operator: "Exists" as const }],
  },
  serviceAccountName: "chat-r1",
};

interface Container {
  command?: string[];
  args: string[];
  env: Array<{ name: string; valueFrom?: object }>;
  resources: { limits: Record<string, string> };
}

describe("enginePod", () => {
  it("is the pod of a job as well as of a server: nothing in it listens or is probed unless asked to", () => {
    const spec = enginePod(contractOf(), CONTEXT, {
      command: ["vllm", "run-batch"],
      args: ["-i", "/in.jsonl", "-o", "/out.jsonl"],
      pod: { restartPolicy: "Never" },
    });
    const { containers, ...pod } = spec as unknown as { containers: Container[] } & Record<string, unknown>;
    assert.equal(pod["restartPolicy"], "Never");
    assert.ok(!("terminationGracePeriodSeconds" in pod) && !("topologySpreadConstraints" in pod));
    const [container, ...others] = containers;
    assert.equal(others.length, 0);
    assert.deepEqual(container!.command, ["vllm", "run-batch"]);
    assert.deepEqual(container!.args, ["-i", "/in.jsonl", "-o", "/out.jsonl"]);
    assert.deepEqual(
      ["ports", "startupProbe", "readinessProbe", "livenessProbe", "lifecycle"].filter((key) => key in container!),
      [],
    );
    assert.equal(container!.resources.limits["nvidia.com/gpu"], "1");
    assert.deepEqual(
      container!.env.filter(({ valueFrom }) => valueFrom !== undefined),
      [],
    );
  });

  it("reads the hub's token and the process' own secrets from Secrets", () => {
    const huggingFaceToken = { name: "hugging-face", key: "token" };
    const spec = enginePod(
      contractOf(),
      { ...CONTEXT, huggingFaceToken },
      { args: [], secrets: { MY_KEY: { name: "mine", key: "k" } } },
    );
    const [{ env }] = spec.containers as unknown as [Container];
    assert.deepEqual(
      env.filter(({ valueFrom }) => valueFrom !== undefined),
      [
        { name: "MY_KEY", valueFrom: { secretKeyRef: { name: "mine", key: "k" } } },
        { name: "HF_TOKEN", valueFrom: { secretKeyRef: huggingFaceToken } },
      ],
    );
  });
});
