import assert from "node:assert/strict";

import { workloadsOf } from "../../../policies/pods/workloads.js";
import { imagePinned } from "../../../policies/rules/release/imagePinned.js";
import { probesPresent } from "../../../policies/rules/lifecycle/probesPresent.js";
import { gpuRequest } from "../../../policies/rules/resources/gpuRequest.js";
import { networkPolicy } from "../../../policies/rules/access/networkPolicy.js";
import { noRemoteCode } from "../../../policies/rules/engine/noRemoteCode.js";
import { type Json, deployment, messages, resource } from "../fixtures.js";

type Props = { [key: string]: Json };

const POD = { containers: [{ name: "a", image: "vllm/vllm-openai:latest" }] };
const TEMPLATE = { metadata: { labels: { app: "x" } }, spec: POD };

function found(type: string, props: Props) {
  return workloadsOf(resource(`kubernetes:${type}`, "r", props)).map((workload) => ({
    where: workload.where,
    isWhole: workload.isWhole,
    containers: workload.containers.map(({ where }) => where),
  }));
}

const A = ['container "a"'];

describe("workloadsOf", () => {
  const whole: Array<[string, Props, string[]]> = [
    ["core/v1:Pod", { spec: POD }, [""]],
    ["core/v1:PodTemplate", { template: TEMPLATE }, [""]],
    ["batch/v1beta1:CronJob", { spec: { jobTemplate: { spec: { template: TEMPLATE } } } }, [""]],
    ["argoproj.io/v1alpha1:Rollout", { spec: { template: TEMPLATE } }, ["spec.template.spec: "]],
    ["serving.knative.dev/v1:Service", { spec: { template: { spec: POD } } }, ["spec.template.spec: "]],
    [
      "leaderworkerset.x-k8s.io/v1:LeaderWorkerSet",
      { spec: { leaderWorkerTemplate: { leaderTemplate: TEMPLATE, workerTemplate: TEMPLATE } } },
      ["spec.leaderWorkerTemplate.leaderTemplate.spec: ", "spec.leaderWorkerTemplate.workerTemplate.spec: "],
    ],
    [
      "ray.io/v1:RayCluster",
      { spec: { headGroupSpec: { template: TEMPLATE }, workerGroupSpecs: [{ template: TEMPLATE }] } },
      ["spec.headGroupSpec.template.spec: ", "spec.workerGroupSpecs[0].template.spec: "],
    ],
    ["serving.kserve.io/v1beta1:InferenceService", { spec: { predictor: POD } }, ["spec.predictor: "]],
    ["serving.kserve.io/v1alpha1:ServingRuntime", { spec: POD }, ["spec: "]],
    ["example.org/v1:Anything", { deep: [{ template: TEMPLATE }] }, ["deep[0].template.spec: "]],
    ["apps/v1:DeploymentList", { items: [{ spec: { template: TEMPLATE } }] }, ["items[0]: "]],
    ["core/v1:List", { items: [{ apiVersion: "v1", kind: "Pod", spec: POD }] }, ["items[0]: "]],
    [
      "example.org/v1:Bundle",
      { manifests: [{ apiVersion: "apps/v1", kind: "Deployment", spec: { template: TEMPLATE } }] },
      ["manifests[0]: "],
    ],
  ];
  for (const [type, props, places] of whole) {
    it(`finds the pods of ${type}`, () =>
      assert.deepEqual(
        found(type, props),
        places.map((where) => ({ where, isWhole: true, containers: A })),
      ));
  }

  const parts: Array<[string, Props, string, string[]?]> = [
    ["apps/v1:DeploymentPatch", { spec: { template: TEMPLATE } }, ""],
    ["apps/v1:Deployment", { spec: { template: { spec: { containers: [{ name: "a", args: ["--x"] }] } } } }, ""],
    [
      "leaderworkerset.x-k8s.io/v1:LeaderWorkerSet",
      { spec: { leaderWorkerTemplate: { workerTemplate: { spec: { containers: [{ name: "a", env: [] }] } } } } },
      "spec.leaderWorkerTemplate.workerTemplate.spec: ",
    ],
    ["serving.kserve.io/v1beta1:InferenceService", { spec: { predictor: { ...POD, model: {} } } }, "spec.predictor: "],
    ["serving.kserve.io/v1alpha1:LLMInferenceService", { spec: { template: POD } }, "spec.template: "],
    [
      "production-stack.vllm.ai/v1alpha1:VLLMRuntime",
      { spec: { podTemplate: { spec: { containers: [{ name: "a", env: [] }] } } } },
      "spec.podTemplate.spec: ",
    ],
    ["monitoring.coreos.com/v1:Prometheus", { spec: { replicas: 1, ...POD } }, "spec: "],
    ["helm.sh/v3:Release", { values: { podTemplate: { spec: POD } } }, "values.podTemplate.spec: "],
    ["kubeai.org/v1:Model", { spec: { image: "i", args: ["--x"] } }, "spec: ", ['container "#0"']],
    ["helm.sh/v3:Release", { values: { engine: { extraArgs: ["--x"] } } }, "values.engine: ", ['container "#0"']],
    [
      "nvidia.com/v1alpha1:DynamoGraphDeployment",
      { spec: { services: { w: { extraPodSpec: { mainContainer: { image: "i" } } } } } },
      "spec.services.w.extraPodSpec: ",
      ['container "#0"'],
    ],
  ];
  for (const [type, props, where, containers = A] of parts) {
    it(`finds what ${type} states of pods that others complete`, () =>
      assert.deepEqual(found(type, props), [{ where, isWhole: false, containers }]));
  }

  it("finds nothing where nothing has the shape of a pod", () => {
    assert.deepEqual(found("example.org/v1:Thing", { spec: { containers: ["a"], image: "i", args: "x" } }), []);
    assert.deepEqual(found("apps.example.org/v1:Thing", { status: { template: TEMPLATE } }), []);
    assert.deepEqual(found("core/v1:ConfigMap", { data: { containers: "x" } }), []);
    assert.deepEqual(workloadsOf(resource("aws:ecs/taskDefinition:TaskDefinition", "t", { spec: POD })), []);
  });

  it("finds nothing in patterns that pods have to match", () => {
    const spec = { rules: [{ name: "r", validate: { pattern: { spec: { containers: [{ image: "!*:latest" }] } } } }] };
    assert.deepEqual(found("kyverno.io/v1:ClusterPolicy", { spec }), []);
  });

  it("finds the scripts of a ConfigMap", () => {
    const data = { "start.sh": "vllm serve m", run: "#!/usr/bin/env bash\nvllm serve m", "notes.md": "vllm serve m" };
    assert.deepEqual(found("core/v1:ConfigMap", { data }), [
      { where: "data.start.sh: ", isWhole: false, containers: ['container "start.sh"'] },
      { where: "data.run: ", isWhole: false, containers: ['container "run"'] },
    ]);
  });

  it("finds the command that a RayJob runs", async () => {
    const rayClusterSpec = { headGroupSpec: { template: TEMPLATE } };
    const job = { spec: { entrypoint: "vllm serve m --trust-remote-code", rayClusterSpec } };
    const places = found("ray.io/v1:RayJob", job).map(({ where }) => where);
    assert.deepEqual(places, ["spec.rayClusterSpec.headGroupSpec.template.spec: ", "spec.entrypoint: "]);
    assert.deepEqual(await messages(noRemoteCode, resource("kubernetes:ray.io/v1:RayJob", "r", job)), [
      'spec.entrypoint: container "entrypoint": --trust-remote-code runs code of the model repository: remove it',
    ]);
  });

  it("names containers by what they are", () => {
    const item = { name: "a", image: "i" };
    const spec = { initContainers: [item, { ...item, restartPolicy: "Always" }], ephemeralContainers: [item] };
    const [pod] = found("core/v1:Pod", { spec });
    assert.deepEqual(pod?.containers, ['init container "a"', 'container "a"', 'ephemeral container "a"']);
  });

  it("ends in properties that hold themselves, and in deep and large ones", () => {
    const loop: Props = { a: 1 };
    loop["self"] = { apiVersion: "v1", kind: "Pod", metadata: {}, inner: loop };
    assert.deepEqual(found("example.org/v1:Loop", loop).length, 1);
    let deep: Json = TEMPLATE;
    for (let depth = 0; depth < 10_000; depth++) deep = { deep };
    assert.deepEqual(found("example.org/v1:Deep", { deep }), []);
    const many = Array.from({ length: 250_000 }, () => ({}));
    assert.deepEqual(found("example.org/v1:Large", { many }), []);
  });
});

describe("rules of pods", () => {
  it("say where the pod is", async () => {
    const rollout = resource("kubernetes:argoproj.io/v1alpha1:Rollout", "chat", deployment().props as Props);
    const [message] = await messages(probesPresent, { ...rollout, props: { spec: { template: TEMPLATE } } });
    assert.equal(message, 'spec.template.spec: container "a": no startupProbe: add one on GET /health');
  });

  it("ask nothing of pods that others complete, and refuse what they say", async () => {
    const patch = resource("kubernetes:apps/v1:DeploymentPatch", "chat", { spec: { template: TEMPLATE } });
    assert.deepEqual(await messages(probesPresent, patch), []);
    assert.equal((await messages(imagePinned, patch)).length, 1);
    const unnamed = { spec: { template: { spec: { containers: [{ name: "a", args: ["--x"] }] } } } };
    assert.deepEqual(await messages(imagePinned, { ...patch, props: unnamed }), []);
  });

  it("ask no policy and no GPUs of a runtime that KServe's InferenceServices share", async () => {
    const pod = { containers: [{ name: "a", image: "vllm/vllm-openai:v0.30.0", args: ["--model=/mnt/models"] }] };
    for (const kind of ["ServingRuntime", "ClusterServingRuntime"]) {
      const runtime = resource(`kubernetes:serving.kserve.io/v1alpha1:${kind}`, "vllm", { spec: pod });
      assert.deepEqual(await messages(networkPolicy, runtime), []);
      assert.deepEqual(await messages(gpuRequest, runtime), []);
      assert.equal((await messages(probesPresent, runtime)).length, 2);
    }
  });
});
