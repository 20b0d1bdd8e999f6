import assert from "node:assert/strict";

import { ContractError } from "../../components/config/problems.js";
import { describedGroups } from "../../components/derive/nodes/nodeGroup.js";
import type { ServingEnvironment } from "../../components/engine/environment.js";
import { ModelServing } from "../../components/serving/modelServing.js";
import { TrafficPriorities } from "../../components/serving/trafficPriorities.js";
import { COMMIT, type Config, ENVIRONMENT, IMAGE, releaseConfig, SELECTOR, servedModel } from "./fixtures.js";
import { type Registry, registered, valueOf } from "./registered.js";

/** A second release on a newer image. */
const R2 = releaseConfig({ image: IMAGE.replace("v0.30.0", "v0.32.0") });
const GATED = { model: { id: "meta-llama/Llama-3.1-8B-Instruct" } };

interface PodSpec {
  nodeSelector: object;
  tolerations: object[];
  priorityClassName: string;
  containers: Array<{
    env: Array<{ name: string; valueFrom?: object }>;
    resources: { requests: object; limits: object };
  }>;
}

function podOf(registry: Registry, deployment: string): PodSpec {
  const { spec } = registry.get("Deployment", deployment).inputs as { spec: { template: { spec: PodSpec } } };
  return spec.template.spec;
}

const envOf = (registry: Registry, deployment: string) =>
  new Map(podOf(registry, deployment).containers[0]!.env.map(({ name, valueFrom }) => [name, valueFrom]));

function environment(): ServingEnvironment {
  const priorities = new TrafficPriorities("priorities", { prefix: "models", partOf: "test" });
  return { ...ENVIRONMENT, priorityClasses: priorities.names };
}

async function serving(
  model: Config = {},
  changes: Partial<ServingEnvironment> = {},
): Promise<{ registry: Registry; made: ModelServing }> {
  let made: ModelServing | undefined;
  const registry = await registered(() => {
    made = new ModelServing("chat", {
      model: servedModel(model),
      environment: { ...environment(), ...changes },
    });
  });
  return { registry, made: made! };
}

describe("ModelServing", () => {
  it("makes a runtime for each release, one key and one Service, as its children", async () => {
    const { registry, made } = await serving({ releases: { r2: R2 } });
    assert.deepEqual(registry.names("ModelServing chat"), [
      "ApiKey chat",
      "Service chat",
      "VllmRuntime chat-r1",
      "VllmRuntime chat-r2",
    ]);
    assert.deepEqual(Object.keys(made.runtimes), ["r1", "r2"]);
  });

  for (const stable of ["r1", "r2"]) {
    it(`leads the model's Service to ${stable} when it is the stable release, with both deployed`, async () => {
      const { registry } = await serving({ route: { stable }, releases: { r2: R2 } });
      const { inputs, dependencies } = registry.get("Service", "chat");
      const { metadata, spec } = inputs as { metadata: object; spec: { selector: object; type: string } };
      assert.deepEqual(spec.selector, { ...SELECTOR, "pulumi-vllm.dev/release": stable });
      assert.equal(spec.type, "ClusterIP");
      assert.deepEqual(metadata, {
        name: "chat",
        namespace: "models",
        labels: {
          "app.kubernetes.io/name": "vllm",
          "app.kubernetes.io/instance": "chat",
          "app.kubernetes.io/component": "runtime",
          "app.kubernetes.io/part-of": "test",
          "app.kubernetes.io/managed-by": "pulumi",
          "pulumi-vllm.dev/class": "interactive",
        },
      });
      assert.ok(dependencies.includes(`Deployment chat-${stable}`));
      assert.ok(!dependencies.includes(`Deployment chat-${stable === "r1" ? "r2" : "r1"}`));
      assert.equal(registry.ofKind("Deployment").length, 2);
    });
  }

  it("changes nothing but the Service when the route moves", async () => {
    const before = await serving({ releases: { r2: R2 } });
    const after = await serving({ route: { stable: "r2" }, releases: { r2: R2 } });
    const inputsOf = ({ registry }: { registry: Registry }) =>
      new Map(registry.all.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]));
    const [old, now] = [inputsOf(before), inputsOf(after)];
    const changed = [...old.keys()].filter((key) => JSON.stringify(old.get(key)) !== JSON.stringify(now.get(key)));
    assert.deepEqual(changed, ["kubernetes:core/v1:Service chat"]);
    assert.deepEqual([...now.keys()].sort(), [...old.keys()].sort());
  });

  it("has all releases take one key, so that a rollout locks nobody out", async () => {
    const { registry } = await serving({ releases: { r2: R2 } });
    assert.equal(registry.ofKind("Secret").length, 1);
    const secretKeyRef = { name: "chat-api-key", key: "api-key" };
    for (const deployment of ["chat-r1", "chat-r2"]) {
      assert.deepEqual(envOf(registry, deployment).get("VLLM_API_KEY"), { secretKeyRef });
    }
  });

  it("gives the hub's token to gated releases and to no other", async () => {
    const huggingFaceToken = { name: "hugging-face", key: "token" };
    const { registry } = await serving({ releases: { r2: releaseConfig(GATED) } }, { huggingFaceToken });
    assert.deepEqual(envOf(registry, "chat-r2").get("HF_TOKEN"), { secretKeyRef: huggingFaceToken });
    assert.ok(!envOf(registry, "chat-r1").has("HF_TOKEN"));
  });

  it("says what is live", async () => {
    const { made } = await serving({ route: { stable: "r2" }, releases: { r2: R2 } });
    assert.deepEqual(await valueOf(made.live), {
      url: "http://chat.models.svc:8000",
      release: "r2",
      model: "Qwen/Qwen3-8B",
      revision: COMMIT,
      image: IMAGE.replace("v0.30.0", "v0.32.0"),
      contractHash: await valueOf(made.runtimes["r2"]!.contractHash),
    });
  });

  it("keeps interactive pods off spot nodes and lets the other classes onto them", async () => {
    const spot = { key: "node-lifecycle", value: "spot", effect: "NoSchedule", operator: "Equal" };
    const gpu = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };
    const placed = async (trafficClass: string) => {
      const { registry } = await serving({ class: trafficClass });
      const { tolerations, priorityClassName } = podOf(registry, "chat-r1");
      return { tolerations, priorityClassName };
    };
    assert.deepEqual(await placed("interactive"), { tolerations: [gpu], priorityClassName: "models-interactive" });
    assert.deepEqual(await placed("batch"), { tolerations: [gpu, spot], priorityClassName: "models-batch" });
    assert.deepEqual(await placed("experimental"), {
      tolerations: [gpu, spot],
      priorityClassName: "models-experimental",
    });
  });

  it("takes the labels and taints of the cluster's own node groups", async () => {
    const nodeGroups = describedGroups({
      pool: {
        purpose: "inference",
        gpu: "l4",
        instanceTypes: ["g6.2xlarge"],
        capacity: "on-demand",
        min: 0,
        max: 2,
        nodeSelector: { "karpenter.sh/nodepool": "gpu" },
        tolerations: [{ key: "gpu", operator: "Exists" }],
      },
    });
    const { registry } = await serving({ warmSpares: 1 }, { nodeGroups });
    for (const deployment of ["chat-r1", "chat-spare"]) {
      const { nodeSelector, tolerations } = podOf(registry, deployment);
      assert.deepEqual(nodeSelector, { "karpenter.sh/nodepool": "gpu" });
      assert.deepEqual(tolerations, [{ key: "gpu", operator: "Exists" }]);
    }
  });

  it("holds warm spares where the stable release runs, below every other priority", async () => {
    const { registry } = await serving({
      route: { stable: "r2" },
      releases: { r2: releaseConfig({ gpu: { count: 2 } }) },
      warmSpares: 3,
    });
    const [runtime, spare] = ["chat-r2", "chat-spare"].map((name) => podOf(registry, name));
    assert.deepEqual(spare!.nodeSelector, runtime!.nodeSelector);
    assert.deepEqual(spare!.tolerations, runtime!.tolerations);
    assert.equal(spare!.priorityClassName, "models-spare");
    const { requests, limits } = spare!.containers[0]!.resources;
    assert.deepEqual(requests, { cpu: "10m", memory: "16Mi", "nvidia.com/gpu": "2" });
    assert.deepEqual(requests, limits);
    assert.equal((registry.get("Deployment", "chat-spare").inputs["spec"] as { replicas: number }).replicas, 3);
    assert.equal(registry.get("WarmSpare", "chat-spare").parent, "ModelServing chat");
  });

  it("takes the API key from a Secret that is named, and then makes none", async () => {
    const { registry } = await serving({ apiKey: { existingSecret: "shared", key: "chat" } });
    assert.deepEqual(registry.ofKind("ApiKey"), []);
    assert.deepEqual(registry.ofKind("RandomPassword"), []);
    const pod = JSON.stringify(registry.get("Deployment", "chat-r1").inputs["spec"]);
    assert.ok(pod.includes('{"name":"VLLM_API_KEY","valueFrom":{"secretKeyRef":{"key":"chat","name":"shared"}}}'), pod);
  });

  it("makes no spare unless asked to", async () => {
    const { registry } = await serving();
    assert.deepEqual(registry.ofKind("WarmSpare"), []);
  });

  it("hands its access rules to every release", async () => {
    const { registry } = await serving(
      { releases: { r2: R2 } },
      {
        access: {
          clientNamespaces: ["assistant"],
          egress: [{ cidr: "10.9.0.0/16", ports: [443], reason: "a mirror" }],
        },
      },
    );
    const [r1, r2] = ["chat-r1", "chat-r2"].map((name) => registry.get("NetworkPolicy", name).inputs["spec"]);
    for (const spec of [r1, r2]) {
      assert.ok(JSON.stringify(spec).includes('"values":["assistant"]'));
      assert.ok(JSON.stringify(spec).includes('{"cidr":"10.9.0.0/16"}'));
    }
  });

  it("refuses releases that do not fit with the problems of all of them, and makes nothing of the model", async () => {
    const model = servedModel({ releases: { r2: R2 } });
    const releases = new Map([...model.releases].map(([name, contract]) => [name, { ...contract, context: 40000 }]));
    let thrown: unknown;
    const registry = await registered(() => {
      try {
        new ModelServing("chat", {
          model: { ...model, releases },
          environment: environment(),
        });
      } catch (caught) {
        thrown = caught;
      }
    });
    assert.ok(thrown instanceof ContractError);
    assert.deepEqual(
      thrown.problems.map(({ path }) => path),
      ["chat-r1.context", "chat-r2.context"],
    );
    assert.deepEqual(registry.ofKind("Secret"), []);
  });
});
