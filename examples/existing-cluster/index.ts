/**
 * One model on an existing cluster of any kind: the ambient kubeconfig leads to it. Its GPU nodes carry labels and
 * taints of their own, here those of Google Kubernetes Engine; KEDA and the Prometheus operator are installed already.
 */
import * as k8s from "@pulumi/kubernetes";
import { loadModels, serveModels, servingEnvironment } from "../../components/index.js";

const { models, nodeGroups } = loadModels(
  {
    chat: {
      class: "interactive",
      route: { stable: "r1" },
      releases: {
        r1: {
          model: { id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218" },
          image: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
          gpu: { type: "l4" },
          context: 8192,
          concurrency: { sequences: 16, inFlight: 48 },
        },
      },
      autoscaling: { min: 1, max: 3 },
    },
  },
  {
    l4: {
      purpose: "inference",
      gpu: "l4",
      instanceTypes: ["g2-standard-8"],
      max: 4,
      nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-l4" },
      tolerations: [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }],
    },
  },
);

const namespace = new k8s.core.v1.Namespace("llm", { metadata: { name: "llm" } }).metadata.name;
const environment = servingEnvironment(models, {
  namespace,
  partOf: "existing-cluster",
  priorityPrefix: "llm",
  monitoring: {
    prometheusUrl: "http://prometheus-operated.monitoring.svc:9090",
    namespace: "monitoring",
    podMonitorLabels: { release: "prometheus" },
  },
  nodeGroups,
});

export const live = serveModels(models, environment);
