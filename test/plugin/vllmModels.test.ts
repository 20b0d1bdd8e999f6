import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { contractHash } from "../../components/contract/contract.js";
import { VllmModels, type VllmModelsArgs } from "../../components/plugin/vllmModels.js";
import { COMMIT, type Config, contractOf, IMAGE, modelConfig, releaseConfig } from "../serving/fixtures.js";
import { type Registry, registered, valueOf } from "../serving/registered.js";
import { inputErrors } from "./inputErrors.js";

const GATED = { releases: { r1: { model: { id: "meta-llama/Llama-3.1-8B-Instruct" } } } };
const ARGS: VllmModelsArgs = {
  models: { chat: modelConfig() },
  namespace: "models",
  partOf: "shop",
  prometheusUrl: "http://prometheus:9090",
  monitoringNamespace: "monitoring",
};

async function deployed(changes: Partial<VllmModelsArgs> = {}): Promise<{ registry: Registry; made: VllmModels }> {
  let made: VllmModels | undefined;
  const registry = await registered(() => {
    made = new VllmModels("llm", { ...ARGS, ...changes });
  });
  return { registry, made: made! };
}

/** What it refuses, a line each. */
async function refused(changes: Partial<VllmModelsArgs>): Promise<string[]> {
  let lines: string[] = [];
  await registered(() => {
    try {
      new VllmModels("llm", { ...ARGS, ...changes });
    } catch (thrown) {
      lines = inputErrors(thrown);
    }
  });
  return lines;
}

interface PodSpec {
  nodeSelector: object;
  tolerations: object[];
  priorityClassName: string;
  containers: Array<{ env: Array<{ name: string; valueFrom?: object }> }>;
}

function podOf(registry: Registry, deployment: string): PodSpec {
  const { spec } = registry.get("Deployment", deployment).inputs as { spec: { template: { spec: PodSpec } } };
  return spec.template.spec;
}

const tokenOf = (registry: Registry, deployment: string): object | undefined =>
  podOf(registry, deployment).containers[0]!.env.find(({ name }) => name === "HF_TOKEN")?.valueFrom;

describe("VllmModels", () => {
  it("makes the models and their priorities, as its children", async () => {
    const { registry } = await deployed({ models: { chat: modelConfig(), digest: modelConfig({ class: "batch" }) } });
    assert.deepEqual(registry.names("VllmModels llm"), [
      "ModelServing chat",
      "ModelServing digest",
      "Observability llm-observability",
      "TrafficPriorities llm",
    ]);
    assert.equal(registry.get("VllmModels", "llm").type, "pulumi-vllm:index:VllmModels");
    assert.deepEqual(registry.names("TrafficPriorities llm"), [
      "PriorityClass llm-batch",
      "PriorityClass llm-experimental",
      "PriorityClass llm-interactive",
      "PriorityClass llm-spare",
    ]);
    assert.equal(podOf(registry, "chat-r1").priorityClassName, "llm-interactive");
    assert.equal(podOf(registry, "digest-r1").priorityClassName, "llm-batch");
    const roots = registry.all.filter(({ parent }) => parent === undefined);
    assert.deepEqual(
      roots.map(({ name }) => name),
      ["llm"],
    );
  });

  it("tells by model what is live", async () => {
    const chat = modelConfig({ route: { stable: "r2" }, releases: { r2: releaseConfig({ context: 4096 }) } });
    const { made } = await deployed({ models: { chat, digest: modelConfig({ class: "batch" }) } });
    const live = (name: string, release: string, hash: string) => ({
      url: `http://${name}.models.svc:8000`,
      release,
      model: "Qwen/Qwen3-8B",
      revision: COMMIT,
      image: IMAGE,
      contractHash: hash,
    });
    const { chat: chatLive, digest } = (await valueOf(made.live)) as Record<string, { contractHash: string }>;
    assert.deepEqual(chatLive, live("chat", "r2", chatLive!.contractHash));
    assert.deepEqual(digest, live("digest", "r1", digest!.contractHash));
    const { made: other } = await deployed();
    const { chat: plain } = (await valueOf(other.live)) as Record<string, { contractHash: string }>;
    assert.equal(plain!.contractHash, contractHash(contractOf().contract));
    assert.notEqual(chatLive.contractHash, plain!.contractHash);
  });

  it("hands namespaces, labels, clients and Prometheus on", async () => {
    const { registry } = await deployed({
      partOf: "my shop!",
      podMonitorLabels: { release: "prometheus" },
      access: { clientNamespaces: ["web"] },
      models: { chat: modelConfig({ autoscaling: { max: 2 } }) },
    });
    const { metadata } = registry.get("PodMonitor", "chat-r1").inputs as {
      metadata: { namespace: string; labels: Record<string, string> };
    };
    assert.equal(metadata.namespace, "models");
    assert.equal(metadata.labels["release"], "prometheus");
    assert.equal(metadata.labels["app.kubernetes.io/part-of"], "my-shop");
    const { ingress } = registry.get("NetworkPolicy", "chat-r1").inputs["spec"] as { ingress: [{ from: object[] }] };
    const namespace = (name: string) => ({
      namespaceSelector: {
        matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values: [name] }],
      },
    });
    assert.deepEqual(ingress[0].from, [namespace("web"), namespace("monitoring")]);
    assert.match(JSON.stringify(registry.get("ScaledObject", "chat-r1").inputs["spec"]), /http:\/\/prometheus:9090/);
  });
});

describe("VllmModels' settings", () => {
  it("are checked together with the models, each at its property", async () => {
    const lines = await refused({
      models: 5,
      partOf: "",
      monitoringNamespace: "Bad NS",
      podMonitorLabels: { "a b": "c" },
      prometheusUrl: "http://me:pw@prometheus:9090",
      access: { clientNamespaces: [], egress: [{ cidr: "nonsense", ports: [443], reason: "a mirror" }] },
    });
    const paths = lines.map((line) => line.slice(0, line.indexOf(":")));
    assert.deepEqual(paths, [
      "models",
      "partOf",
      "prometheusUrl",
      "monitoringNamespace",
      'podMonitorLabels["a b"]',
      "access.clientNamespaces",
      "access.egress[0].cidr",
    ]);
    assert.ok(!lines.join("\n").includes("me:pw"), lines.join("\n"));
  });
});

describe("VllmModels' token", () => {
  const models = { chat: modelConfig(), llama: modelConfig(GATED) };

  it("is kept in a Secret, secret on the way there", async () => {
    const { registry } = await deployed({ models, huggingFaceToken: "hf_x" });
    const { metadata, stringData } = registry.get("Secret", "llm-hugging-face").inputs;
    assert.deepEqual(metadata, {
      name: "llm-hugging-face",
      namespace: "models",
      labels: { "app.kubernetes.io/part-of": "shop", "app.kubernetes.io/managed-by": "pulumi" },
    });
    assert.deepEqual(stringData, { secret: { token: "hf_x" } });
    assert.equal(registry.get("Secret", "llm-hugging-face").parent, "VllmModels llm");
  });

  it("reaches gated models alone", async () => {
    const { registry } = await deployed({ models, huggingFaceToken: pulumi.secret("hf_x") });
    assert.deepEqual(tokenOf(registry, "llama-r1"), { secretKeyRef: { name: "llm-hugging-face", key: "token" } });
    assert.equal(tokenOf(registry, "chat-r1"), undefined);
  });

  it("is asked for where a model is gated", async () => {
    assert.deepEqual(await refused({ models }), [
      'models.llama.releases.r1.model.id: "meta-llama/Llama-3.1-8B-Instruct" is gated, and there is no token: give huggingFaceToken',
    ]);
  });

  it("makes no Secret that no model needs", async () => {
    const { registry } = await deployed({ huggingFaceToken: pulumi.secret("hf_x") });
    assert.ok(!registry.names().includes("Secret llm-hugging-face"));
  });

  it("is nowhere when there is none", async () => {
    const { registry } = await deployed();
    assert.deepEqual(
      registry.ofKind("Secret").map(({ name }) => name),
      ["chat-api-key"],
    );
    assert.equal(tokenOf(registry, "chat-r1"), undefined);
  });
});

describe("VllmModels' nodes", () => {
  const pool: Config = { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4 };

  it("are those with this project's labels unless it is told others", async () => {
    for (const gpuNodes of [undefined, { pool }]) {
      const { nodeSelector, tolerations } = podOf((await deployed({ gpuNodes })).registry, "chat-r1");
      assert.deepEqual(nodeSelector, { accelerator: "l4", workload: "gpu-inference", "node-lifecycle": "on-demand" });
      assert.deepEqual(tolerations, [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    }
  });

  it("are the group's own, by its labels and taints, for releases and for spares", async () => {
    const own = { ...pool, nodeSelector: { pool: "gpu" }, tolerations: [{ key: "pool", operator: "Exists" }] };
    const models = { chat: modelConfig({ warmSpares: 1, autoscaling: { max: 2 } }) };
    const { registry } = await deployed({ models, gpuNodes: { own } });
    for (const deployment of ["chat-r1", "chat-spare"]) {
      const { nodeSelector, tolerations } = podOf(registry, deployment);
      assert.deepEqual(nodeSelector, { pool: "gpu" }, deployment);
      assert.deepEqual(tolerations, [{ key: "pool", operator: "Exists" }], deployment);
    }
  });

  it("differ by traffic", async () => {
    const batch = { ...pool, purpose: "batch", nodeSelector: { pool: "spot" }, tolerations: [] };
    const models = { chat: modelConfig(), digest: modelConfig({ class: "batch" }) };
    const { registry } = await deployed({ models, gpuNodes: { pool, batch } });
    assert.deepEqual(podOf(registry, "digest-r1").nodeSelector, { pool: "spot" });
    assert.notDeepEqual(podOf(registry, "chat-r1").nodeSelector, { pool: "spot" });
  });

  it("are refused together with the contracts, every problem at once", async () => {
    const models = { chat: modelConfig({ releases: { r1: { context: 99999, image: "vllm/vllm-openai:latest" } } }) };
    const lines = await refused({ models, gpuNodes: { pool: { ...pool, min: 9, instanceTypes: ["g5.xlarge"] } } });
    assert.deepEqual(lines.slice(0, 2), [
      "gpuNodes.pool.min: 9 is more than max 4: use 0 to 4",
      'gpuNodes.pool.instanceTypes[0]: "g5.xlarge" has a10g GPUs, not l4: set gpu: a10g or another type',
    ]);
    const paths = lines.map((line) => line.slice(0, line.indexOf(":")));
    assert.ok(paths.includes("models.chat.releases.r1.image"), lines.join("\n"));
    assert.ok(
      lines.includes(
        "models.chat.releases.r1.context: 99999 is more than the 40960 tokens that Qwen/Qwen3-8B was made for: use at most 40960, or, where the model's card says that it may be stretched, YaRN: flags: { hf-overrides: { value: { rope_parameters: { rope_type: yarn, factor: 3, original_max_position_embeddings: 40960, rope_theta: <as in config.json> } }, reason: … } }",
      ),
      lines.join("\n"),
    );
  });

  it("are refused where they have no GPUs for the models, before anything is made", async () => {
    const registry = await registered(() => {
      assert.throws(
        () =>
          new VllmModels("llm", {
            ...ARGS,
            gpuNodes: { pool: { ...pool, gpu: "l40s", instanceTypes: ["g6e.xlarge"] } },
          }),
        (thrown) =>
          inputErrors(thrown)[0]!.startsWith(
            "models.chat.releases.r1.gpu.type: no node group offers l4 to interactive models: ",
          ),
      );
    });
    assert.deepEqual(registry.names(), ["VllmModels llm"]);
  });

  it("keeps weights in a cache: a fill as its child, and models that wait for it", async () => {
    const { registry } = await deployed({ cache: { kind: "claim", name: "weights" } });
    const [fill, ...others] = registry.ofKind("Job");
    assert.equal(others.length, 0);
    assert.equal(fill!.parent, "ModelCache llm-cache");
    assert.ok(registry.get("Deployment", "chat-r1").dependencies.includes(`Job ${fill!.name}`));
    assert.deepEqual(await refused({ cache: { kind: "claim" } }), ["cache.name: is missing: give text"]);
  });
});
