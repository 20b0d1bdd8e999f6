import assert from "node:assert/strict";

import { modelRevision } from "../../../../policies/rules/release/modelRevision.js";
import { COMMIT, deployment, IMAGE, type Json, messages, plainPod, resource } from "../../fixtures.js";

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

  const downloads: Array<[string, boolean]> = [
    [`hf download Qwen/Qwen3-8B --revision ${COMMIT} --local-dir /models/chat`, true],
    [`huggingface-cli download Qwen/Qwen3-8B --revision=${COMMIT} --local-dir=/models/chat/`, true],
    [`python3 -c 'snapshot_download("Qwen/Qwen3-8B", revision="${COMMIT}", local_dir="/models/chat")'`, true],
    [`aws s3 sync s3://weights/${COMMIT} /models`, true],
    ["hf download Qwen/Qwen3-8B --local-dir /models/chat", false],
    ["hf download Qwen/Qwen3-8B --revision main --local-dir /models/chat", false],
    [`hf download Qwen/Qwen3-8B --revision ${COMMIT} --local-dir /models/chat-2`, false],
    [`hf download Qwen/Qwen3-8B --revision ${COMMIT}`, false],
  ];
  for (const [script, isGood] of downloads) {
    it(`${isGood ? "accepts" : "refuses"} a folder that an init container fills by ${script.slice(0, 40)}…`, async () => {
      const pod = { initContainers: [{ name: "download", image: IMAGE, command: ["sh", "-c", script] }] };
      const found = await messages(modelRevision, deployment({ container: { args: ["/models/chat"] }, pod }));
      assert.equal(found.length, isGood ? 0 : 1, found.join());
    });
  }

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

  const DRAFT = "AngelSlim/Qwen3-8B_eagle3";
  const pinned = ["Qwen/Qwen3-8B", `--revision=${COMMIT}`];
  const unpinned = 'container "vllm": --speculative-config: ';
  const drafts: Array<[args: string[], message: string]> = [
    [[`--speculative-config={"model": "${DRAFT}"}`], `draft "${DRAFT}" would come from the main branch`],
    [["-sc", `{"model": "${DRAFT}", "method": "eagle3"}`], `draft "${DRAFT}" would come from the main branch`],
    [["--speculative_config.model", DRAFT], `draft "${DRAFT}" would come from the main branch`],
    [["--speculative-config.model=x", "--speculative-config.revision=main"], 'revision "main" can move'],
    [[`--speculative-config={"model": "x", "revision": "${COMMIT}", "code-revision": "main"}`], 'code_revision "main"'],
    [["--spec-model", DRAFT], `draft "${DRAFT}" would come from the main branch`],
    [['--speculative-config={"method": "mtp"}'], "the model's own draft layers would come from the main branch"],
  ];
  for (const [args, message] of drafts) {
    it(`refuses ${args.join(" ")}`, async () => {
      const found = await messages(modelRevision, withArgs([...pinned, ...args]));
      assert.equal(found.length, 1, found.join("\n"));
      assert.ok(found[0]!.startsWith(unpinned + message), found[0]);
    });
  }

  it("accepts a draft at a commit, and speculation that downloads nothing", async () => {
    const accepted = [
      [`--speculative-config={"model": "${DRAFT}", "revision": "${COMMIT}"}`],
      [`--speculative-config.model=${DRAFT}`, "--speculative-config.revision", COMMIT],
      [`--speculative-config={"method": "mtp", "revision": "${COMMIT}"}`],
      [`--speculative-config={"model": "/models/${COMMIT}"}`],
      ['--speculative-config={"method": "ngram", "num_speculative_tokens": 2}'],
      ["--spec-method=ngram", "--spec-tokens=2"],
    ];
    for (const args of accepted) {
      assert.deepEqual(await messages(modelRevision, withArgs([...pinned, ...args])), [], args.join(" "));
    }
  });

  it("refuses speculation that is Python", async () => {
    for (const config of ['{"model": "acme.Proposer"}', '{"method": "custom_class", "model": "x"}']) {
      const found = await messages(modelRevision, withArgs([...pinned, `--speculative-config=${config}`]));
      assert.match(found.join(), /imports Python by name/);
    }
  });

  it("refuses adapters, a tokenizer and configs that no commit pins, and accepts those that one does", async () => {
    const refused = [
      ["--lora-modules", "sql=acme/lora"],
      ["--lora-modules", '{"name": "sql", "path": "acme/lora"}'],
      ['--default-mm-loras={"audio": "acme/lora"}'],
      ["--hf-config-path=acme/config"],
      ["--generation-config", "acme/config"],
      ["--tokenizer=acme/tokenizer"],
    ];
    for (const args of refused) {
      const found = await messages(modelRevision, withArgs([...pinned, ...args]));
      assert.equal(found.length, 1, `${args.join(" ")}: ${found.join()}`);
      assert.match(found[0]!, /names no commit|has no --tokenizer-revision/);
    }
    const accepted = [
      ["--lora-modules", `sql=/adapters/${COMMIT}`, `{"name": "b", "path": "/adapters/${COMMIT}"}`],
      ["--generation-config", "vllm"],
      ["--tokenizer=acme/tokenizer", `--tokenizer-revision=${COMMIT}`],
      ["--tokenizer", "Qwen/Qwen3-8B"],
    ];
    for (const args of accepted) {
      assert.deepEqual(await messages(modelRevision, withArgs([...pinned, ...args])), [], args.join(" "));
    }
  });

  describe("of KServe", () => {
    const kserve = (kind: string, spec: { [key: string]: Json }) =>
      messages(modelRevision, resource(`kubernetes:serving.kserve.io/v1beta1:${kind}`, "r", { spec }));
    const lack = (where: string, uri: string) =>
      `${where} "${uri}" names no commit: put it behind a colon, hf://owner/model:<40 hex digits>`;

    it("refuses URIs of the hub without a commit", async () => {
      const uri = "hf://Qwen/Qwen3-8B";
      const lora = {
        adapters: [
          { name: "a", uri: `${uri}:${COMMIT}` },
          { name: "b", uri: `${uri}:main` },
        ],
      };
      assert.deepEqual(await kserve("LLMInferenceService", { model: { uri, lora } }), [
        lack("spec.model.uri", uri),
        lack("spec.model.lora.adapters[1].uri", `${uri}:main`),
      ]);
      const model = { modelFormat: { name: "huggingface" }, storageUri: uri };
      assert.deepEqual(await kserve("InferenceService", { predictor: { model } }), [
        lack("spec.predictor.model.storageUri", uri),
      ]);
    });

    it("accepts URIs with a commit, and those of other stores", async () => {
      assert.deepEqual(await kserve("LLMInferenceService", { model: { uri: `hf://Qwen/Qwen3-8B:${COMMIT}` } }), []);
      const model = {
        modelFormat: { name: "sklearn" },
        storageUri: "gs://kfserving-examples/models/sklearn/1.0/model",
      };
      assert.deepEqual(await kserve("InferenceService", { predictor: { model } }), []);
    });

    it("asks no commit of the folder that KServe fills, in its own kinds alone", async () => {
      const containers = [{ name: "a", image: "i", command: ["vllm", "serve", "/mnt/models"] }];
      assert.deepEqual(await kserve("ServingRuntime", { containers }), []);
      const other = resource("kubernetes:core/v1:Pod", "p", { spec: { containers } });
      assert.equal((await messages(modelRevision, other)).length, 1);
    });
  });
});
