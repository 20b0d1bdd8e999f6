// A program of others, as it may be written without our components: what the policy pack judges on Pulumi's real engine.
const k8s = require("@pulumi/kubernetes");

const metadata = (name) => ({ name, namespace: "llm" });
const labels = (name) => ({ "app.kubernetes.io/instance": name });

// Its id is not known in the first preview, and stands for an image that the program builds.
const built = new k8s.core.v1.ConfigMap("built", { metadata: metadata("built"), data: {} });

new k8s.apiextensions.CustomResource("workers", {
  apiVersion: "leaderworkerset.x-k8s.io/v1",
  kind: "LeaderWorkerSet",
  metadata: metadata("workers"),
  spec: {
    replicas: 1,
    leaderWorkerTemplate: {
      size: 2,
      workerTemplate: {
        spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:latest", args: ["--max-model-len=8192"] }] },
      },
    },
  },
});

new k8s.apps.v1.DeploymentPatch("opened", {
  metadata: metadata("chat"),
  spec: {
    template: {
      spec: {
        hostNetwork: true,
        containers: [{ name: "vllm", image: "vllm/vllm-openai:latest", args: ["--trust-remote-code"] }],
      },
    },
  },
});

new k8s.helm.v3.Release("stack", {
  chart: "vllm-stack",
  version: ">=0.1",
  namespace: "llm",
  repositoryOpts: { repo: "https://vllm-project.github.io/production-stack" },
  values: {
    servingEngineSpec: {
      modelSpec: [{ name: "chat", env: [{ name: "HF_TOKEN", value: "hf_notARealTokenButOneByItsForm00000" }] }],
    },
  },
});

new k8s.apps.v1.Deployment("chat", {
  metadata: metadata("chat-own"),
  spec: {
    selector: { matchLabels: labels("chat") },
    template: {
      metadata: { labels: labels("chat") },
      spec: {
        hostNetwork: true,
        containers: [
          { name: "vllm", image: built.id, command: ["vllm", "serve", "Qwen/Qwen3-8B", "--trust-remote-code"] },
        ],
      },
    },
  },
});

new k8s.apps.v1.Deployment("website", {
  metadata: metadata("website"),
  spec: {
    selector: { matchLabels: labels("website") },
    template: { metadata: { labels: labels("website") }, spec: { containers: [{ name: "website", image: built.id }] } },
  },
});
