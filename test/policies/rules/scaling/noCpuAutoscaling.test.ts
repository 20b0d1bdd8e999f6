import assert from "node:assert/strict";

import { noCpuAutoscaling } from "../../../../policies/rules/scaling/noCpuAutoscaling.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";
import {
  type Json,
  deployment,
  horizontalAutoscaler,
  IMAGE,
  messages,
  resource,
  scaledObject,
} from "../../fixtures.js";

const web = resource("kubernetes:apps/v1:Deployment", "web", {
  metadata: { namespace: "models" },
  spec: { template: { spec: { containers: [{ name: "web", image: "nginx:1.29.1" }] } } },
});

const hpa = (...metrics: Json[]) => horizontalAutoscaler({ metrics });
const pods = (name: string) => hpa({ type: "Pods", pods: { metric: { name } } });
const external = (name: string) => hpa({ type: "External", external: { metric: { name } } });
const trigger = (type: string, metadata: { [key: string]: Json }) => scaledObject({}, { type, metadata });
const prometheus = (query: string) => trigger("prometheus", { query });
const vertical = (spec: { [key: string]: Json }) =>
  resource("kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "chat", {
    metadata: { name: "chat", namespace: "models" },
    spec: { targetRef: { kind: "Deployment", name: "chat" }, ...spec },
  });
const patch = (version: string, spec: { [key: string]: Json }) =>
  resource(`kubernetes:autoscaling/${version}:HorizontalPodAutoscalerPatch`, "chat", {
    metadata: { name: "chat", namespace: "models" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "chat" }, ...spec },
  });
const multidim = (metric: Json) =>
  resource("kubernetes:autoscaling.gke.io/v1beta1:MultidimPodAutoscaler", "m", {
    metadata: { namespace: "models" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "chat" }, goals: { metrics: [metric] } },
  });
const aibrix = (targetMetric: string) =>
  resource("kubernetes:autoscaling.aibrix.ai/v1alpha1:PodAutoscaler", "p", {
    metadata: { namespace: "models" },
    spec: { scaleTargetRef: { kind: "Deployment", name: "chat" }, metricsSources: [{ targetMetric }] },
  });
const kserve = (predictor: { [key: string]: Json }, annotations: { [key: string]: Json } = {}) =>
  resource("kubernetes:serving.kserve.io/v1beta1:InferenceService", "isvc", {
    metadata: { name: "isvc", namespace: "models", annotations },
    spec: {
      predictor: { containers: [{ name: "kserve-container", image: IMAGE, args: ["Qwen/Qwen3-8B"] }], ...predictor },
    },
  });
const knative = (annotations: { [key: string]: Json }) =>
  resource("kubernetes:serving.knative.dev/v1:Service", "kn", {
    metadata: { name: "kn", namespace: "models" },
    spec: {
      template: { metadata: { annotations }, spec: { containers: [{ image: IMAGE, args: ["Qwen/Qwen3-8B"] }] } },
    },
  });

describe("no-cpu-autoscaling", () => {
  it("says which autoscaler and what it measures", async () => {
    assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), trigger("cpu", {})]), [
      `ScaledObject "chat" scales a runtime on cpu: scale on vLLM's requests in flight instead`,
    ]);
    assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), vertical({})]), [
      `VerticalPodAutoscaler "chat" sets what a running runtime asks for, on cpu: scale on vLLM's requests in flight instead`,
      `VerticalPodAutoscaler "chat" sets what a running runtime asks for, on memory: scale on vLLM's requests in flight instead`,
    ]);
  });

  const refused: Array<[string, PolicyInput]> = [
    ["a memory trigger", trigger("memory", {})],
    ["a query of CPU", prometheus('sum(rate(container_cpu_usage_seconds_total{pod=~"chat-.*"}[5m]))')],
    ["a query of memory, by name", prometheus('avg({__name__="container_memory_working_set_bytes"})')],
    ["CloudWatch's metric of CPU", trigger("aws-cloudwatch", { metricName: "CPUUtilization" })],
    ["Datadog's query of CPU", trigger("datadog", { query: "avg:kubernetes.cpu.usage.total{app:chat}" })],
    ["the resource memory", hpa({ type: "Resource", resource: { name: "memory" } })],
    ["a container's CPU", hpa({ type: "ContainerResource", containerResource: { name: "cpu", container: "vllm" } })],
    ["no metric, which means CPU", horizontalAutoscaler({ metrics: undefined })],
    ["a metric of pods", pods("container_cpu_usage_seconds_total")],
    ["a metric of v2beta1", hpa({ type: "Pods", pods: { metricName: "pod_cpu_utilization" } })],
    ["Google's metric of CPU", external("kubernetes.io|container|cpu|core_usage_time")],
    ["a patch of v1's target", patch("v1", { targetCPUUtilizationPercentage: 60 })],
    ["AIBrix' resource", aibrix("memory")],
    [
      "a VerticalPodAutoscaler on CPU alone",
      vertical({ resourcePolicy: { containerPolicies: [{ controlledResources: ["cpu"] }] } }),
    ],
    ["GKE's MultidimPodAutoscaler", multidim({ type: "Resource", resource: { name: "cpu" } })],
    ["KServe's scaleMetric", kserve({ scaleMetric: "cpu" })],
    ["KServe's autoScaling", kserve({ autoScaling: { metrics: [{ type: "Resource", resource: { name: "cpu" } }] } })],
    ["KServe's annotation", kserve({}, { "serving.kserve.io/metrics": "cpu" })],
    ["KServe's annotation as many write it", kserve({}, { "serving.kserve.io/metric": "cpu" })],
    [
      "KServe's default of a standard deployment",
      kserve({ minReplicas: 1, maxReplicas: 3 }, { "serving.kserve.io/deploymentMode": "RawDeployment" }),
    ],
    [
      "Knative's metric",
      knative({
        "autoscaling.knative.dev/class": "hpa.autoscaling.knative.dev",
        "autoscaling.knative.dev/metric": "memory",
      }),
    ],
    ["Knative's class without a metric", knative({ "autoscaling.knative.dev/class": "hpa.autoscaling.knative.dev" })],
  ];
  for (const [what, scaler] of refused) {
    it(`refuses ${what}`, async () =>
      assert.equal((await messages(noCpuAutoscaling, [deployment(), scaler])).length, 1));
  }

  const accepted: Array<[string, PolicyInput]> = [
    ["a query of requests", scaledObject()],
    ["a metric of pods", horizontalAutoscaler()],
    ["a label that says cpu", prometheus('sum(vllm:num_requests_running{node="cpu-pool"}) by (cpu)')],
    ["memory of a GPU", prometheus("avg(DCGM_FI_DEV_MEM_COPY_UTIL)")],
    ["vLLM's cache in the node's memory", pods("vllm:kv_offload_cpu_cache_usage_perc")],
    ["GKE's MultidimPodAutoscaler on requests", multidim({ type: "Pods", pods: { metric: { name: "in_flight" } } })],
    ["a VerticalPodAutoscaler that recommends", vertical({ updatePolicy: { updateMode: "Off" } })],
    ["one that only sets new pods", vertical({ updatePolicy: { updateMode: "Initial" } })],
    [
      "one that leaves containers alone",
      vertical({ resourcePolicy: { containerPolicies: [{ containerName: "*", mode: "Off" }] } }),
    ],
    ["AIBrix on requests", aibrix("num_requests_waiting")],
    ["KServe on concurrency", kserve({ scaleMetric: "concurrency", maxReplicas: 3 })],
    [
      "KServe with one replica",
      kserve({ minReplicas: 1, maxReplicas: 1 }, { "serving.kserve.io/deploymentMode": "Standard" }),
    ],
    [
      "KServe scaled from outside",
      kserve(
        { maxReplicas: 3 },
        { "serving.kserve.io/deploymentMode": "Standard", "serving.kserve.io/autoscalerClass": "external" },
      ),
    ],
    ["Knative on concurrency", knative({ "autoscaling.knative.dev/metric": "concurrency" })],
    ["a patch of another field", patch("v2", { behavior: { scaleDown: { stabilizationWindowSeconds: 600 } } })],
    ["a cron trigger", trigger("cron", { start: "0 8 * * *", desiredReplicas: "2" })],
  ];
  for (const [what, scaler] of accepted) {
    it(`accepts ${what}`, async () => assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), scaler]), []));
  }

  it("lets other workloads scale on CPU", async () => {
    for (const name of ["web", "x"]) {
      const scaler = scaledObject({ scaleTargetRef: { name } }, { type: "cpu" });
      assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), web, scaler]), []);
    }
  });

  it("judges by its own label or metric a scaler whose target is elsewhere", async () => {
    const labelled = resource("kubernetes:keda.sh/v1alpha1:ScaledObject", "chat", {
      metadata: { labels: { "app.kubernetes.io/name": "vllm" } },
      spec: { scaleTargetRef: { name: "chat" }, triggers: [{ type: "cpu" }] },
    });
    const reading = hpa(
      { type: "Resource", resource: { name: "cpu" } },
      { type: "Pods", pods: { metric: { name: "vllm_num_requests_waiting" } } },
    );
    for (const scaler of [labelled, reading]) assert.equal((await messages(noCpuAutoscaling, scaler)).length, 1);
  });

  it("judges an autoscaler of the Deployment that KServe makes", async () => {
    const scaler = horizontalAutoscaler({
      scaleTargetRef: { kind: "Deployment", name: "isvc-predictor" },
      metrics: [],
    });
    assert.equal((await messages(noCpuAutoscaling, [kserve({}), scaler])).length, 1);
  });
});
