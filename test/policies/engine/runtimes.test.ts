import assert from "node:assert/strict";

import { enginesOf, isCpuImage, runtimesOf } from "../../../policies/engine/runtimes.js";
import { workloadsOf } from "../../../policies/pods/workloads.js";
import { type Json, resource } from "../fixtures.js";

function workload(containers: Json[], labels: { [key: string]: Json } = {}, initContainers: Json[] = []) {
  const template = { metadata: { labels }, spec: { containers, initContainers } };
  const [found] = workloadsOf(resource("kubernetes:apps/v1:Deployment", "server", { spec: { template } }));
  assert.ok(found);
  return found;
}

const names = (of: ReturnType<typeof workload>) => [...runtimesOf(of)].map(({ container }) => container.name);
const OTHER_IMAGES = [
  ...["vllm-chat-ui", "vllm-client", "gradio-rag-vllm-pgvector", "vllm-router-rs", "vllm-sr", "vllm-lora-syncer"],
  ...["vllm-mock", "vllm-simulator-a40", "dynamo-mocker-vllm", "llm-d-inference-sim", "llm-d-routing-sidecar"],
  "llm-d-router-endpoint-picker",
];
const GPU = { resources: { limits: { "nvidia.com/gpu": 1 } } };
const RUNTIME = { "app.kubernetes.io/name": "vllm", "app.kubernetes.io/component": "runtime" };

describe("runtimesOf", () => {
  const serving: Array<[string, { [key: string]: Json }]> = [
    ["vLLM's image without command", { image: "vllm/vllm-openai:v0.30.0", args: ["m"] }],
    ["a mirror of it", { image: "registry.example.org:5000/mirror/vllm-cpu-release:v0.30.0" }],
    ["an image that is no reference", { image: "VLLM/vllm:latest" }],
    ["vllm serve in another image", { image: "ghcr.io/llm-d/llm-d-cuda:v1", command: ["vllm", "serve", "m"] }],
    ["vllm serve by its path", { command: ["/opt/venv/bin/vllm"], args: ["serve", "m"] }],
    ["the module", { command: ["python3", "-m", "vllm.entrypoints.openai.api_server"] }],
    ["the command-line module", { command: ["python3", "-m", "vllm.entrypoints.cli.main", "serve"] }],
    ["the file", { command: ["python3", "/app/vllm/entrypoints/openai/api_server.py"] }],
    ["a script given as text", { command: ["/bin/sh", "-c"], args: ["ulimit -n 65536; exec vllm serve m"] }],
    ["bash with options", { command: ["bash", "-o", "pipefail", "-ec", "vllm serve m | tee log"] }],
    ["the module in one word", { command: ["python3", "-mvllm.entrypoints.openai.api_server"] }],
    ["Dynamo's worker", { command: ["python3", "-m", "dynamo.vllm"], args: ["--model", "m"] }],
    [
      "KServe's server of Hugging Face's models on several GPUs",
      { command: ["sh", "-c", "python3 -m huggingfaceserver --model_dir=/mnt/models --tensor-parallel-size=2"] },
    ],
    ["the same with vLLM named", { command: ["python3", "-m", "huggingfaceserver", "--backend", "vllm"] }],
    ["a program that is looked up", { command: ["sh", "-c", "$(which vllm) serve m"] }],
    ["a program behind others", { command: ["numactl", "-N", "0", "timeout", "9", "vllm", "serve", "m"] }],
    ["an entrypoint of its own by vLLM's flags", { command: ["/run"], args: ["--model", "m", "--max_model_len=8"] }],
    [
      "a program of vLLM's image that is given a model",
      { image: "vllm/vllm-openai:v0.30.0", command: ["/run", "--model", "m"] },
    ],
    [
      "DJL's engine of that name",
      {
        env: [
          { name: "OPTION_ROLLING_BATCH", value: "vllm" },
          { name: "HF_MODEL_ID", value: "m" },
        ],
      },
    ],
    ["llm-d's image without command", { image: "ghcr.io/llm-d/llm-d-cuda:v0.9.0" }],
    ["another one of llm-d's", { image: "ghcr.io/llm-d/llm-d:v0.2.0", args: ["m"] }],
    ["vLLM's server in Rust", { command: ["vllm-rs", "serve", "m", "--grpc-port", "50051"] }],
    ["the first node of several", { command: ["sh", "-c", "bash multi-node-serving.sh leader; vllm serve m"] }],
    [
      "a program in Python that has GPUs in vLLM's image",
      { image: "vllm/vllm-openai:v0.30.0", command: ["sh", "-c", "cd /app && uvicorn launcher:app"], ...GPU },
    ],
    ["a Python file of that kind", { image: "example.org/vllm:1", command: ["python3", "/app/serve.py"], ...GPU }],
    [
      "another image that is told how vLLM computes",
      { image: "example.org/llm:1", args: ["--model=m"], env: [{ name: "VLLM_ATTENTION_BACKEND" }], ...GPU },
    ],
    ["a script file in vLLM's image", { image: "vllm/vllm-openai:v0.30.0", command: ["/scripts/start.sh"] }],
  ];
  for (const [what, container] of serving) {
    it(`finds ${what}`, () => assert.deepEqual(names(workload([{ name: "a", ...container }])), ["a"]));
  }

  const others: Array<[string, { [key: string]: Json }]> = [
    ["a router", { image: "ghcr.io/vllm-project/vllm-router:v1" }],
    ...OTHER_IMAGES.map((name): [string, { [key: string]: Json }] => [
      `an image named ${name}`,
      { image: `example.org/${name}:v1` },
    ]),
    ["a mention in what a script prints", { command: ["sh", "-c", "echo vllm serve m; sleep 1"] }],
    ["a search for the process", { command: ["sh", "-c", "if pgrep -f vllm serve; then exit 0; fi"] }],
    ["a benchmark", { image: "vllm/vllm-openai:v0.30.0", command: ["vllm", "bench", "serve", "--model", "m"] }],
    [
      "a simulator with vLLM's flags",
      { image: "ghcr.io/llm-d/llm-d-inference-sim:v0.5.0", args: ["--model", "m", "--max-model-len", "8192"] },
    ],
    ["LMDeploy", { command: ["/run"], args: ["m", "--session-len=8192", "--distributed-executor-backend=ray"] }],
    ["another server", { command: ["/run"], args: ["--model", "m", "--context-length", "8192"] }],
    [
      "KServe's server of Hugging Face's models",
      { command: ["python3", "-m", "huggingfaceserver", "--model_id=bert"] },
    ],
    ["a batch run", { image: "vllm/vllm-openai:v0.30.0", command: ["vllm", "run-batch", "-i", "in"] }],
    ["the batch module", { command: ["python3", "-m", "vllm.entrypoints.openai.run_batch"] }],
    ["a download in vLLM's image", { image: "vllm/vllm-openai:v0.30.0", command: ["hf", "download", "m"] }],
    ["a mention in a comment", { image: "busybox:1.37", command: ["sh", "-c", "# vllm serve m\nsleep 1"] }],
    [
      "a node that joins another's Ray cluster",
      {
        image: "vllm/vllm-openai:v0.30.0",
        command: [
          "sh",
          "-c",
          "bash /vllm-workspace/examples/online_serving/multi-node-serving.sh worker --ray_address=a",
        ],
      },
    ],
    ["a program in Python without a GPU", { image: "vllm/vllm-openai:v0.30.0", command: ["uvicorn", "app:app"] }],
    ["a benchmark in Python", { image: "vllm/vllm-openai:v0.30.0", command: ["python3", "benchmark_app.py"], ...GPU }],
    ["a shell to debug in", { image: "vllm/vllm-openai:v0.30.0", command: ["sleep", "infinity"], ...GPU }],
    [
      "a training that uses vLLM",
      { image: "example.org/verl:1", command: ["python3", "-m", "verl.main"], env: [{ name: "VLLM_USE_V1" }], ...GPU },
    ],
    [
      "a simulator that knows vLLM's variables",
      { image: "example.org/sim:1", args: ["--model=m"], env: [{ name: "VLLM_SERVER_DEV_MODE" }], ...GPU },
    ],
    [
      "a client of vLLM",
      { image: "example.org/chat:1", args: ["--model=m"], env: [{ name: "VLLM_API_ENDPOINT" }], ...GPU },
    ],
    ["a simulator with vLLM's flags", { image: "ghcr.io/llm-d/llm-d-inference-sim:v1", args: ["--max-num-seqs=4"] }],
    ["Dynamo's frontend", { image: "nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.3.0" }],
    ["a container without anything", {}],
  ];
  for (const [what, container] of others) {
    it(`passes over ${what}`, () => assert.deepEqual(names(workload([{ name: "a", ...container }])), []));
  }

  it("takes the arguments of the server alone from a script", () => {
    const script = 'hf download m --revision x && exec vllm serve m --port 8000 --json "{\\"a\\": 1}" > log; echo done';
    const [found] = runtimesOf(workload([{ name: "a", command: ["sh", "-c", script] }]));
    assert.deepEqual(found?.args, ["m", "--port", "8000", "--json", '{"a": 1}', ">", "log"]);
  });

  it("takes Dynamo's workers alone for servers, also of a mirrored image", () => {
    const pod = (command: string[]) => ({
      podTemplate: { spec: { containers: [{ name: "main", image: "example.org/vllm-runtime:1.3.0", command }] } },
    });
    const components = [pod([]), pod(["python3", "-m", "dynamo.vllm", "--model", "m"])];
    const graph = resource("kubernetes:nvidia.com/v1beta1:DynamoGraphDeployment", "graph", { spec: { components } });
    assert.deepEqual(workloadsOf(graph).map(names), [[], ["main"]]);
  });

  it("takes the arguments of a start script, without its name", () => {
    const container = {
      name: "a",
      image: "vllm/vllm-openai:v0.30.0",
      command: ["/bin/bash", "/run.sh", "--port", "8"],
    };
    const [found] = runtimesOf(workload([container]));
    assert.deepEqual(found?.args, ["--port", "8"]);
  });

  it("takes the subcommand from the arguments of an image whose entrypoint is vllm", () => {
    for (const more of [[], ["--max-model-len=8"]]) {
      const [found] = runtimesOf(workload([{ name: "a", image: "acme/vllm:v1", args: ["serve", "m", ...more] }]));
      assert.deepEqual(found?.args, ["m", ...more]);
    }
  });

  it("has vLLM's names for the flags of KServe's server", () => {
    const words = ["--model_id", "m", "--model_revision=a", "--model_name=n", "--backend=vllm"];
    const [found] = runtimesOf(workload([{ name: "a", command: ["python3", "-m", "huggingfaceserver", ...words] }]));
    assert.deepEqual(found?.args, ["--model", "m", "--revision=a", "--model_name=n", "--backend=vllm"]);
  });

  it("takes every server of a script", () => {
    const found = runtimesOf(workload([{ name: "a", command: ["sh", "-c", "vllm serve m & vllm serve n --port 1"] }]));
    assert.deepEqual(
      [...found].map(({ args }) => args),
      [["m"], ["n", "--port", "1"]],
    );
  });

  it("believes the label when no container shows it, and picks the one named vllm", () => {
    const containers = [
      { name: "sidecar", image: "envoy:v1" },
      { name: "vllm", image: "internal/server:v1" },
    ];
    assert.deepEqual(names(workload(containers, RUNTIME)), ["vllm"]);
    assert.deepEqual(names(workload([{ name: "server", image: "internal/server:v1" }], RUNTIME)), ["server"]);
    assert.deepEqual(names(workload(containers, { ...RUNTIME, "app.kubernetes.io/component": "cache" })), []);
  });

  it("passes over spares, unless they serve by command", () => {
    const spare = { ...RUNTIME, "app.kubernetes.io/component": "spare" };
    assert.deepEqual(names(workload([{ name: "a", image: "vllm/vllm-openai:v0.30.0" }], spare)), []);
    assert.deepEqual(names(workload([{ name: "a", command: ["vllm", "serve", "m"] }], spare)), ["a"]);
  });

  it("passes over init containers, but not over sidecars among them", () => {
    const image = "vllm/vllm-openai:v0.30.0";
    const initContainers = [
      { name: "once", image },
      { name: "sidecar", image, restartPolicy: "Always" },
    ];
    assert.deepEqual(names(workload([], {}, initContainers)), ["sidecar"]);
  });
});

describe("enginesOf", () => {
  it("adds batch runs to the servers", () => {
    const batch = { name: "batch", command: ["vllm", "run-batch", "--model", "m"] };
    const found = enginesOf(workload([{ name: "server", command: ["vllm", "serve", "m"] }, batch]));
    assert.deepEqual(
      [...found].map(({ container, args }) => [container.name, ...args]),
      [
        ["server", "m"],
        ["batch", "--model", "m"],
      ],
    );
  });
});

describe("isCpuImage", () => {
  it("goes by the name and the tag, not by what stands before them", () => {
    const [tuned] = workload([
      { name: "a", image: "opea/vllm:1.4", env: [{ name: "VLLM_CPU_KVCACHE_SPACE" }] },
    ]).containers;
    assert.ok(tuned && isCpuImage(tuned));
    const isCpu = (image: string) => workload([{ name: "a", image }]).containers.map(isCpuImage);
    assert.deepEqual(isCpu("public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo:v0.30.0"), [true]);
    assert.deepEqual(isCpu("example.org/vllm:v0.30.0-cpu"), [true]);
    assert.deepEqual(isCpu("cpu.example.org/cpu-team/vllm-openai:v0.30.0"), [false]);
  });
});
