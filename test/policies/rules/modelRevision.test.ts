import assert from "node:assert/strict";

import { modelRevision } from "../../../policies/rules/modelRevision";
import { COMMIT, deployment, messages, plainPod, resource } from "../fixtures";

const MISSING = 'container "vllm": no --revision: pin the model\'s commit, --revision=<40 hex digits>';

function withArgs(args: string[], command?: string[]) {
  return deployment({ container: { args, command } });
}

describe("model-revision", () => {
  it("accepts a commit however the server is started", async () => {
    const accepted = [
      withArgs(["Qwen/Qwen3-8B", "--revision", COMMIT]),
      withArgs(
        ["--model=Qwen/Qwen3-8B", `--revision=${COMMIT}`],
        ["python3", "-m", "vllm.entrypoints.openai.api_server"],
      ),
      withArgs(["-c", `exec vllm serve Qwen/Qwen3-8B \\\n  --revision '${COMMIT}'`], ["/bin/bash"]),
      withArgs([`hf download Qwen/Qwen3-8B --revision main && vllm serve /m --revision ${COMMIT}`], ["sh", "-ec"]),
    ];
    assert.deepEqual(await messages(modelRevision, [...accepted, plainPod()]), []);
  });

  it("accepts a revision that the container's environment states", async () => {
    const fromEnvironment = deployment({
      container: { args: ["Qwen/Qwen3-8B", "--revision=$(REVISION)"], env: [{ name: "REVISION", value: COMMIT }] },
    });
    assert.deepEqual(await messages(modelRevision, fromEnvironment), []);
  });

  it("accepts a path that names the commit, and refuses one that does not", async () => {
    assert.deepEqual(await messages(modelRevision, withArgs([`/models/qwen/${COMMIT}`])), []);
    assert.deepEqual(await messages(modelRevision, withArgs(["s3://weights/qwen"])), [
      'container "vllm": model path "s3://weights/qwen" names no commit: put the model\'s 40-digit commit in the path',
    ]);
  });

  it("refuses a missing revision", async () => {
    assert.deepEqual(await messages(modelRevision, withArgs(["Qwen/Qwen3-8B"])), [MISSING]);
    assert.deepEqual(await messages(modelRevision, withArgs(["vllm serve Qwen/Qwen3-8B"], ["sh", "-c"])), [MISSING]);
    const downloadOnly = `hf download Qwen/Qwen3-8B --revision ${COMMIT}; vllm serve Qwen/Qwen3-8B`;
    assert.deepEqual(await messages(modelRevision, withArgs([downloadOnly], ["sh", "-c"])), [MISSING]);
  });

  it("refuses a branch, a short commit and a flag without value", async () => {
    assert.deepEqual(await messages(modelRevision, withArgs(["Qwen/Qwen3-8B", "--revision", "main"])), [
      'container "vllm": --revision "main" can move: use the commit, 40 hex digits',
    ]);
    assert.equal((await messages(modelRevision, withArgs(["Qwen/Qwen3-8B", "--revision=b968826"]))).length, 1);
    assert.equal((await messages(modelRevision, withArgs(["Qwen/Qwen3-8B", "--revision"]))).length, 1);
  });

  it("refuses a moving tokenizer or code revision, also with underscores", async () => {
    const extraArgs = ["--tokenizer_revision", "main", "--code-revision=v1"];
    assert.deepEqual(await messages(modelRevision, deployment({ extraArgs })), [
      'container "vllm": --tokenizer-revision "main" can move: use the commit, 40 hex digits',
      'container "vllm": --code-revision "v1" can move: use the commit, 40 hex digits',
    ]);
  });

  it("sees batch runs as well", async () => {
    const command = ["vllm", "run-batch", "--model", "Qwen/Qwen3-8B", "-i", "in.jsonl", "-o", "out.jsonl"];
    const job = resource("kubernetes:batch/v1:Job", "batch", {
      spec: { template: { spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:v0.30.0", command }] } } },
    });
    assert.deepEqual(await messages(modelRevision, job), [MISSING]);
  });
});
