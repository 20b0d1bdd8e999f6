import assert from "node:assert/strict";

import { runBatches } from "../../components/batch/runBatches.js";
import { VllmBatch } from "../../components/batch/vllmBatch.js";
import type { BatchPlan } from "../../components/derive/batch/plan.js";
import { runPolicies, readPolicyConfig } from "../../tools/policyRunner.js";
import { ENVIRONMENT } from "../serving/fixtures.js";
import { type Registry, registered } from "../serving/registered.js";
import { batchConfig, planOf, withoutRelease } from "./fixtures.js";

const PRIORITIES = { interactive: "p-interactive", batch: "p-batch", experimental: "p-experimental", spare: "p-spare" };
const environment = { ...ENVIRONMENT, priorityClasses: PRIORITIES };

interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  activeDeadlineSeconds: number;
  priorityClassName: string;
  nodeSelector?: Record<string, string>;
  containers: { env: { name: string; value: string }[]; resources: { limits: Record<string, string> } }[];
}
interface Job {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: Record<string, unknown> & { template: { spec: PodSpec } };
}
interface Spec {
  workers: { job: Job; parallelism: number };
  [key: string]: unknown;
}

const made = (plan: BatchPlan): Promise<Registry> =>
  registered(() => new VllmBatch("docs-batch", { plan, environment }));

function specOf({ containers }: PodSpec): Record<string, unknown> {
  return JSON.parse(containers[0]!.env.find(({ name }) => name === "SPEC")!.value) as Record<string, unknown>;
}

function cronJobOf(all: Registry): Record<string, unknown> & { jobTemplate: { spec: Job["spec"] } } {
  return all.get("CronJob", "docs-batch").inputs["spec"] as never;
}

const specIn = (all: Registry): Spec => specOf(cronJobOf(all).jobTemplate.spec.template.spec) as unknown as Spec;

describe("a batch", () => {
  it("has its workers carry cost labels, and makes no other run for them", async () => {
    const plan = planOf(batchConfig());
    const costLabels = { team: "ml" };
    const labelled = await registered(
      () => new VllmBatch("docs-batch", { plan, environment: { ...environment, costLabels } }),
    );
    const { metadata, spec } = specIn(labelled).workers.job;
    assert.equal(metadata.labels["team"], "ml");
    assert.equal((spec.template as { metadata?: { labels: Record<string, string> } }).metadata?.labels["team"], "ml");
    const nameIn = (all: Registry) =>
      (all.get("Job", "docs-batch").inputs as { metadata: { name: string } }).metadata.name;
    assert.equal(nameIn(labelled), nameIn(await made(plan)));
  });

  it("is a CronJob that rests without a schedule, and one Job for the config's input", async () => {
    const all = await made(planOf(batchConfig()));
    assert.deepEqual(all.names("VllmBatch docs-batch"), [
      "ConfigMap docs-batch",
      "CronJob docs-batch",
      "Job docs-batch",
      "NetworkPolicy docs-batch",
      "NetworkPolicy docs-batch-conductor",
      "PodTemplate docs-batch",
      "Role docs-batch-conductor",
      "RoleBinding docs-batch-conductor",
      "ServiceAccount docs-batch",
      "ServiceAccount docs-batch-conductor",
    ]);
    const { suspend, concurrencyPolicy } = cronJobOf(all);
    assert.deepEqual([suspend, concurrencyPolicy], [true, "Forbid"]);
    const { annotations, name } = all.get("Job", "docs-batch").inputs["metadata"] as Record<string, unknown>;
    assert.deepEqual(annotations, { "pulumi.com/skipAwait": "true" });
    assert.match(name as string, /^docs-batch-[0-9a-f]{10}$/);
  });

  it("runs by its schedule and no other Job", async () => {
    const all = await made(planOf(batchConfig({ schedule: "0 2 * * *", timeZone: "Europe/Berlin" })));
    const { schedule, timeZone, suspend } = cronJobOf(all);
    assert.deepEqual([schedule, timeZone, suspend], ["0 2 * * *", "Europe/Berlin", false]);
    assert.deepEqual(all.ofKind("Job"), []);
  });

  it("conducts without a GPU, by rights to make and read Jobs alone", async () => {
    const all = await made(planOf(batchConfig()));
    const { template, podFailurePolicy, activeDeadlineSeconds } = cronJobOf(all).jobTemplate.spec;
    assert.deepEqual(Object.keys(template.spec.containers[0]!.resources.limits).sort(), [
      "ephemeral-storage",
      "memory",
    ]);
    assert.deepEqual(
      [template.spec.automountServiceAccountToken, template.spec.serviceAccountName, activeDeadlineSeconds],
      [true, "docs-batch-conductor", 90_000],
    );
    assert.deepEqual(podFailurePolicy, {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        { action: "FailJob", onExitCodes: { containerName: "vllm", operator: "In", values: [2] } },
      ],
    });
    assert.deepEqual(all.get("Role", "docs-batch-conductor").inputs["rules"], [
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "get"] },
    ]);
  });

  it("tells the conductor its places, its lines and its workers", async () => {
    const { workers, ...spec } = specIn(await made(planOf(batchConfig({ parallelism: 2, shards: { lines: 9 } }))));
    assert.deepEqual(spec, {
      input: { s3: { bucket: "requests", key: "in.jsonl" } },
      output: { s3: { bucket: "requests", prefix: "out" } },
      endpoint: "/v1/chat/completions",
      models: ["docs"],
      badLines: "refuse",
      shardLines: 9,
      scratch: "/scratch",
    });
    assert.equal(workers.parallelism, 2);
  });

  it("has workers whose disruptions cost no retry, that stop in time and end by themselves", async () => {
    const { metadata, spec } = specIn(await made(planOf(batchConfig({ retries: 4 })))).workers.job;
    const { template, ...job } = spec;
    assert.deepEqual(job, {
      completionMode: "Indexed",
      parallelism: 1,
      backoffLimitPerIndex: 4,
      podFailurePolicy: {
        rules: [
          { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
          { action: "FailIndex", onExitCodes: { containerName: "vllm", operator: "In", values: [2] } },
        ],
      },
      podReplacementPolicy: "Failed",
      activeDeadlineSeconds: 86_400,
      ttlSecondsAfterFinished: 604_800,
    });
    const { spec: pod } = template;
    assert.ok(pod.terminationGracePeriodSeconds <= 110, "within the two minutes of a spot node's notice");
    assert.deepEqual(
      [
        pod.automountServiceAccountToken,
        pod.priorityClassName,
        pod.nodeSelector,
        pod.containers[0]!.resources.limits["nvidia.com/gpu"],
      ],
      [false, "p-batch", { accelerator: "l4", workload: "gpu-batch" }, "1"],
    );
    assert.match(metadata.annotations!["pulumi-vllm.dev/contract"]!, /"name":"docs","release":"batch"/);
  });

  it("runs the engine as a server of the release would, and nothing of a server", async () => {
    const flags = {
      "enable-prefix-caching": { value: true, reason: "x" },
      "max-num-queued-tokens": { value: 4, reason: "x" },
    };
    const { workers } = specIn(await made(planOf(batchConfig({ release: { flags } }))));
    const { runner } = specOf(workers.job.spec.template.spec) as { runner: { args: string[] } };
    assert.deepEqual(runner.args, [
      "--model=Qwen/Qwen3-8B",
      "--revision=b968826d9c46dd6066d109eabc6255188de91218",
      "--tokenizer-revision=b968826d9c46dd6066d109eabc6255188de91218",
      "--served-model-name",
      "docs",
      "--dtype=bfloat16",
      "--max-model-len=8192",
      "--max-num-seqs=16",
      "--max-num-batched-tokens=2048",
      "--tensor-parallel-size=1",
      "--gpu-memory-utilization=0.9",
      "--enable-prefix-caching",
      "--performance-mode=throughput",
      "--max-inflight=48",
    ]);
  });

  it("leaves it to Kueue's queue when pods start", async () => {
    const { workers } = specIn(await made(planOf(batchConfig({ queue: "gpus" }))));
    assert.equal(workers.job.metadata.labels["kueue.x-k8s.io/queue-name"], "gpus");
  });

  it("sends to a routed model with its key, and reaches nothing else", async () => {
    const all = await made(planOf(withoutRelease({ route: { model: "chat", concurrency: 6 }, parallelism: 3 })));
    const { spec } = specIn(all).workers.job.spec.template;
    assert.deepEqual(specOf(spec)["route"], {
      url: "http://chat.models.svc:8000",
      concurrency: 2,
      keyVariable: "VLLM_API_KEY",
    });
    assert.deepEqual(
      spec.containers[0]!.env.find(({ name }) => name === "VLLM_API_KEY"),
      { name: "VLLM_API_KEY", valueFrom: { secretKeyRef: { name: "chat-api-key", key: "api-key" } } },
    );
    assert.equal(spec.containers[0]!.resources.limits["nvidia.com/gpu"], undefined);
    const { egress } = all.get("NetworkPolicy", "docs-batch").inputs["spec"] as { egress: { to: object[] }[] };
    assert.deepEqual(egress.at(-1), {
      to: [
        {
          podSelector: {
            matchLabels: {
              "app.kubernetes.io/name": "vllm",
              "app.kubernetes.io/instance": "chat",
              "app.kubernetes.io/component": "runtime",
            },
          },
        },
      ],
      ports: [{ port: "http", protocol: "TCP" }],
    });
  });

  it("admits nobody, and only its conductor reaches the API server", async () => {
    const all = await made(
      planOf(
        batchConfig({
          input: { s3: undefined, claim: { name: "data", path: "in" } },
          output: { s3: undefined, claim: { name: "data", path: "out" } },
        }),
      ),
    );
    const policies = ["docs-batch", "docs-batch-conductor"].map(
      (name) =>
        all.get("NetworkPolicy", name).inputs["spec"] as { ingress: object[]; egress: { ports: { port: number }[] }[] },
    );
    assert.deepEqual(
      policies.map(({ ingress }) => ingress),
      [undefined, undefined],
    );
    const ports = policies.map(({ egress }) => egress.flatMap((rule) => rule.ports.map(({ port }) => port)));
    assert.deepEqual(ports, [
      [53, 53, 443],
      [53, 53, 443, 6443],
    ]);
  });

  it("gives its accounts a role by annotation, unless EKS binds one", async () => {
    const roleArn = "arn:aws:iam::123456789012:role/batches";
    const plan = planOf(batchConfig({ podIdentity: { roleArn, annotations: { team: "search" } } }));
    const annotationsOf = (all: Registry) =>
      (all.get("ServiceAccount", "docs-batch").inputs["metadata"] as { annotations: object }).annotations;
    assert.deepEqual(annotationsOf(await made(plan)), { team: "search", "eks.amazonaws.com/role-arn": roleArn });
    const bound = await registered(() => new VllmBatch("docs-batch", { plan, environment, hasPodIdentity: true }));
    assert.deepEqual(annotationsOf(bound), { team: "search" });
  });

  it("is limited by a quota that counts pods with an end alone", async () => {
    const all = await registered(() => runBatches([planOf(batchConfig())], { environment, quota: { gpus: 3 } }));
    assert.deepEqual(all.get("ResourceQuota", "batch").inputs["spec"], {
      hard: { "requests.nvidia.com/gpu": "3" },
      scopes: ["Terminating"],
      scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["p-batch"] }] },
    });
  });

  it("breaks no rule at prod's levels, and its workers are judged by what they run", async () => {
    const levels = readPolicyConfig("policies/config/prod.json");
    const judged = async (plan: BatchPlan, changed: (text: string) => string = (text) => text) => {
      const { all } = await made(plan);
      const resources = all.map(({ type, name, urn, inputs }) => {
        const props = JSON.parse(changed(JSON.stringify(inputs))) as Record<string, unknown>;
        return { type, name, urn, props };
      });
      return (await runPolicies(resources, undefined, levels)).map(({ rule, type }) => `${rule} ${type}`);
    };
    assert.deepEqual(await judged(planOf(batchConfig())), []);
    assert.deepEqual(await judged(planOf(withoutRelease({ route: { model: "chat", concurrency: 1 } }))), []);
    const found = await judged(planOf(batchConfig()), (text) =>
      text.replaceAll(/--revision=[0-9a-f]{40}/g, "--revision=main"),
    );
    assert.deepEqual(found, ["model-revision kubernetes:core/v1:PodTemplate"]);
  });
});
