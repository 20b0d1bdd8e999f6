import assert from "node:assert/strict";

import { ModelCache, type ModelCacheArgs } from "../../components/cache/modelCache.js";
import { VllmRuntime } from "../../components/serving/vllmRuntime.js";
import { ENVIRONMENT } from "../serving/fixtures.js";
import { registered, type Registry } from "../serving/registered.js";
import { BUCKET, CLAIM, cachedPlan, cacheOf, FOLDER } from "./fixtures.js";

const LABELS = {
  "app.kubernetes.io/name": "vllm",
  "app.kubernetes.io/component": "cache",
  "app.kubernetes.io/part-of": "test",
  "app.kubernetes.io/managed-by": "pulumi",
};
const JOB = "cache-Qwen--Qwen3-8B-b968826d9c46dd6066d109eabc6255188de91218";

interface Meta {
  name: string;
  annotations?: Record<string, string>;
}
interface Pod {
  nodeSelector?: object;
  tolerations?: object[];
  priorityClassName?: string;
  serviceAccountName?: string;
  volumes: { name: string }[];
  initContainers?: { name: string; image: string; command: string[] }[];
  containers: {
    name: string;
    image: string;
    env?: { name: string; value: string; valueFrom?: object }[];
    resources: object;
  }[];
}

async function made(
  cache: ModelCacheArgs["cache"],
  { release = {}, ...others }: Partial<ModelCacheArgs> & { release?: Parameters<typeof cachedPlan>[1] } = {},
): Promise<Registry> {
  const plans = [cachedPlan(cache, release)];
  return registered(() => new ModelCache("cache", { cache, plans, environment: ENVIRONMENT, ...others }));
}

function podOf(registry: Registry, kind: string, name: string): Pod {
  return (registry.get(kind, name).inputs["spec"] as { template: { spec: Pod } }).template.spec;
}

function specOf(pod: Pod): unknown {
  return JSON.parse(pod.containers[0]!.env!.find(({ name }) => name === "SPEC")!.value);
}

describe("ModelCache", () => {
  it("of a claim that exists makes a Job for each revision, with an account and a network policy of its own", async () => {
    const registry = await made(CLAIM);
    assert.deepEqual(registry.names("ModelCache cache"), [
      "ConfigMap cache",
      `Job ${JOB}`,
      "NetworkPolicy cache",
      "ServiceAccount cache",
    ]);
    const { inputs } = registry.get("ServiceAccount", "cache");
    assert.deepEqual(inputs["metadata"], { name: "test-cache", namespace: "models", labels: LABELS });
    assert.equal(inputs["automountServiceAccountToken"], false);
  });

  it("fills by a Job that is never changed in place, waited for, and made again when it has failed", async () => {
    const registry = await made(CLAIM);
    const { inputs, timeouts } = registry.get("Job", JOB);
    const { name, annotations } = inputs["metadata"] as Meta;
    assert.match(name, /^fill-qwen3-8b-b968826d-[0-9a-f]{10}$/);
    assert.deepEqual(annotations, { "pulumi.com/replaceUnready": "true", "pulumi-vllm.dev/weights": FOLDER });
    assert.equal(timeouts.create, `${900 + 21_600}s`);
    const { template, ...spec } = inputs["spec"] as Record<string, unknown>;
    assert.deepEqual(spec, {
      backoffLimit: 6,
      activeDeadlineSeconds: 21_600,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailJob", onExitCodes: { containerName: "fill", operator: "In", values: [2] } },
        ],
      },
      podReplacementPolicy: "Failed",
    });
    const other = await made(cacheOf({ kind: "claim", name: "models", fill: { memoryGiB: 8 } }));
    assert.notEqual((other.get("Job", JOB).inputs["metadata"] as Meta).name, name);
    assert.ok(template !== undefined);
  });

  it("fills by the release's own image, without a GPU, a toleration or a token that no gated model needs", async () => {
    const registry = await made(CLAIM, {
      environment: { ...ENVIRONMENT, huggingFaceToken: { name: "hub", key: "token" } },
    });
    const pod = podOf(registry, "Job", JOB);
    assert.equal(pod.containers[0]!.image, cachedPlan(CLAIM).image);
    assert.deepEqual(pod.containers[0]!.resources, {
      requests: { cpu: "1", memory: "4Gi", "ephemeral-storage": "2Gi" },
      limits: { memory: "4Gi", "ephemeral-storage": "2Gi" },
    });
    assert.ok(!("nodeSelector" in pod) && !("tolerations" in pod));
    assert.ok(!pod.containers[0]!.env!.some(({ name }) => name === "HF_TOKEN"));
    assert.deepEqual(specOf(pod), {
      artifact: { id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218", source: { hub: {} } },
      cache: { folder: "/models" },
      staleSeconds: 120,
    });
    assert.deepEqual(pod.volumes.slice(-1), [{ name: "models", persistentVolumeClaim: { claimName: "models" } }]);
  });

  it("gives the token to the fill of a gated model, and to no runtime", async () => {
    const huggingFaceToken = { name: "hub", key: "token" };
    const environment = { ...ENVIRONMENT, huggingFaceToken };
    const plan = cachedPlan(CLAIM, { model: { gated: true } });
    const registry = await registered(() => {
      const cache = new ModelCache("cache", { cache: CLAIM, plans: [plan], environment });
      return new VllmRuntime("chat-r1", { plan, environment: { ...environment, cache } });
    });
    const token = podOf(registry, "Job", JOB).containers[0]!.env!.find(({ name }) => name === "HF_TOKEN");
    assert.deepEqual(token, { name: "HF_TOKEN", valueFrom: { secretKeyRef: huggingFaceToken } });
    assert.ok(!JSON.stringify(registry.get("Deployment", "chat-r1").inputs).includes("HF_TOKEN"));
  });

  it("holds a runtime back until what it loads is there", async () => {
    const plan = cachedPlan(CLAIM);
    const registry = await registered(() => {
      const cache = new ModelCache("cache", { cache: CLAIM, plans: [plan], environment: ENVIRONMENT });
      return new VllmRuntime("chat-r1", { plan, environment: { ...ENVIRONMENT, cache } });
    });
    const { dependencies, inputs } = registry.get("Deployment", "chat-r1");
    assert.ok(dependencies.includes(`Job ${JOB}`), dependencies.join());
    assert.equal((inputs["metadata"] as Meta).annotations?.["pulumi-vllm.dev/weights"], FOLDER);
    const { egress } = registry.get("NetworkPolicy", "chat-r1").inputs["spec"] as {
      egress: { ports: { port: number }[] }[];
    };
    assert.deepEqual(
      egress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      [53, 53],
      "a runtime that loads from the cache asks for names and nothing else",
    );
    const fills = registry.get("NetworkPolicy", "cache").inputs["spec"] as { egress: { ports: { port: number }[] }[] };
    assert.deepEqual(
      fills.egress.map(({ ports }) => ports.map(({ port }) => port)),
      [[53, 53], [443]],
    );
  });

  it("lets fills alone reach what their egress says", async () => {
    const cache = cacheOf({
      kind: "claim",
      name: "models",
      fill: { egress: [{ cidr: "10.1.0.0/16", ports: [3128], reason: "the proxy" }] },
    });
    const { egress } = (await made(cache)).get("NetworkPolicy", "cache").inputs["spec"] as { egress: object[] };
    assert.deepEqual(egress.slice(1), [
      { to: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports: [{ port: 3128, protocol: "TCP" }] },
    ]);
  });

  it("fills a bucket from a scratch folder, by S3, and by the account's own role", async () => {
    const registry = await made(cacheOf({ ...BUCKET, roleArn: "arn:aws:iam::123456789012:role/fill" }));
    const pod = podOf(registry, "Job", JOB);
    assert.deepEqual((specOf(pod) as { cache: object }).cache, {
      s3: { bucket: "weights", prefix: "pulumi-vllm", region: "eu-central-1" },
      scratch: "/scratch",
    });
    assert.deepEqual(pod.volumes.slice(-1), [{ name: "scratch", emptyDir: { sizeLimit: "17Gi" } }]);
    const account = registry.get("ServiceAccount", "cache").inputs["metadata"] as Meta;
    assert.deepEqual(account.annotations, { "eks.amazonaws.com/role-arn": "arn:aws:iam::123456789012:role/fill" });
    const { egress } = registry.get("NetworkPolicy", "cache").inputs["spec"] as { egress: object[] };
    assert.deepEqual(egress.at(-1), {
      to: [{ ipBlock: { cidr: "169.254.170.23/32" } }, { ipBlock: { cidr: "fd00:ec2::23/128" } }],
      ports: [{ port: 80, protocol: "TCP" }],
    });
  });

  it("fills nodes by a DaemonSet for each release, on its nodes and with its priority, and keeps what the stack names", async () => {
    const cache = cacheOf({ kind: "node", budgetGiB: 100 });
    const registry = await made(cache, {
      environment: { ...ENVIRONMENT, priorityClasses: { interactive: "i", batch: "b", experimental: "e", spare: "s" } },
    });
    assert.deepEqual(registry.names("ModelCache cache"), [
      "ConfigMap cache",
      "DaemonSet cache-chat-r1",
      "NetworkPolicy cache",
      "PersistentVolume cache",
      "PersistentVolumeClaim cache",
      "ServiceAccount cache",
    ]);
    const pod = podOf(registry, "DaemonSet", "cache-chat-r1");
    assert.equal(pod.priorityClassName, "i");
    assert.deepEqual(pod.nodeSelector, {
      accelerator: "l4",
      workload: "gpu-inference",
      "node-lifecycle": "on-demand",
    });
    assert.deepEqual(
      pod.containers.map(({ name, resources }) => [name, resources]),
      [
        [
          "fill-0",
          {
            requests: { cpu: "100m", memory: "512Mi", "ephemeral-storage": "2Gi" },
            limits: { memory: "4Gi", "ephemeral-storage": "2Gi" },
          },
        ],
      ],
    );
    const { keep, budgetBytes, hold } = specOf(pod) as { keep: string[]; budgetBytes: number; hold: boolean };
    assert.deepEqual([keep, budgetBytes, hold], [[FOLDER], 100 * 2 ** 30, true]);
  });

  it("pulls each image once for each kind of node, by pods that give way", async () => {
    const cache = cacheOf({ kind: "none", reason: "weights change daily", prePull: true });
    const plans = [
      cachedPlan(cache),
      cachedPlan(cache, { context: 4096 }),
      cachedPlan(cache, { gpu: { type: "l40s" } }),
    ];
    const registry = await registered(
      () =>
        new ModelCache("cache", {
          cache,
          plans,
          environment: {
            ...ENVIRONMENT,
            priorityClasses: { interactive: "i", batch: "b", experimental: "e", spare: "s" },
          },
        }),
    );
    const pulls = registry.ofKind("DaemonSet");
    assert.equal(pulls.length, 2);
    const { template } = pulls[0]!.inputs["spec"] as { template: { spec: Pod } };
    assert.equal(template.spec.priorityClassName, "s");
    assert.deepEqual(
      template.spec.initContainers!.map(({ image, command }) => [image, command]),
      [[plans[0]!.image, ["true"]]],
    );
    assert.equal(registry.ofKind("Job").length, 0);
  });
});
