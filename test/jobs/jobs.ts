/** What a platform team wants in its first week, as the config says it: one stack a job. */
import { type Config, IMAGE, merged, modelConfig, releaseConfig } from "../serving/fixtures.js";
import { stackValues } from "../stacks/fixtures.js";

const reason = "the platform's";
/** An image of a few programs. */
const TOOLS = `registry.example.com/busybox:1.37.0@sha256:${"b".repeat(64)}`;
const SHAPE = { gpus: 4, cpus: 60, memoryGiB: 480, diskGiB: 1500 };

/** A stack with one group of nodes. */
function onNodes(group: Config, changes: Config = {}): Config {
  const pool = merged({ purpose: "inference", gpu: "l4", node: SHAPE, max: 4 }, group);
  return stackValues(merged({ cluster: { existing: { gpuNodes: { pool } } } }, changes));
}

/** The chat model with changes, and its release with others. */
function chat(model: Config, release: Config = {}): Config {
  return { models: { chat: modelConfig(merged({ releases: { r1: releaseConfig(release) } }, model)) } };
}

const withPod = (pod: Config): Config => stackValues({ pod });

/** A job: its config, and what has to be in the manifests that come of it. */
export interface Job {
  values: Config;
  /** Texts of the manifests as JSON. */
  rendered: readonly string[];
  /** Texts that may not be there. */
  absent?: readonly string[];
}

export const JOBS: Readonly<Record<string, Job>> = {
  "nodes on premises, by their shape and without a taint": {
    values: onNodes({ nodeSelector: { "gpu.example.com/model": "l4" }, taints: [] }),
    rendered: ['"nodeSelector":{"gpu.example.com/model":"l4"}', '"tolerations":[]', '"pulumi-vllm.dev/node-taints":""'],
  },
  "nodes of AKS with its taint": {
    values: onNodes(
      {
        gpu: "a100-80",
        node: undefined,
        instanceTypes: ["Standard_NC24ads_A100_v4"],
        nodeSelector: { agentpool: "gpu" },
        taints: [{ key: "sku", value: "gpu", effect: "NoSchedule" }],
      },
      chat({}, { gpu: { type: "a100-80" } }),
    ),
    rendered: [
      '"effect":"NoSchedule","key":"sku","operator":"Equal","value":"gpu"',
      '"pulumi-vllm.dev/node-taints":"sku=gpu:NoSchedule"',
    ],
    absent: ['"key":"nvidia.com/gpu"'],
  },
  "nodes of GKE with its label and taint": {
    values: onNodes({
      node: undefined,
      instanceTypes: ["g2-standard-8"],
      nodeSelector: { "cloud.google.com/gke-accelerator": "nvidia-l4" },
      taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }],
    }),
    rendered: ['"cloud.google.com/gke-accelerator":"nvidia-l4"', '"value":"present"'],
  },
  "spot nodes of AKS for batch work": {
    values: onNodes(
      {
        purpose: "batch",
        capacity: "spot",
        nodeSelector: {
          "kubernetes.azure.com/agentpool": "gpuspot",
          "kubernetes.azure.com/scalesetpriority": "spot",
        },
        taints: [{ key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" }],
      },
      chat({ class: "batch" }),
    ),
    rendered: ['"kubernetes.azure.com/scalesetpriority":"spot"'],
  },
  "a GPU that the table lacks": {
    values: onNodes(
      { gpu: "a6000-own" },
      {
        gpuTypes: { "a6000-own": { memoryGiB: 47.4, computeCapability: 8.6 } },
        ...chat({}, { gpu: { type: "a6000-own" } }),
      },
    ),
    rendered: ['"accelerator":"a6000-own"', '"nvidia.com/gpu":"1"'],
  },
  "a MIG slice": {
    values: onNodes(
      { gpu: "a100-3g", node: { ...SHAPE, gpus: 2 } },
      {
        gpuTypes: { "a100-3g": { memoryGiB: 39.5, computeCapability: 8, resource: "nvidia.com/mig-3g.40gb" } },
        ...chat({}, { gpu: { type: "a100-3g" } }),
      },
    ),
    rendered: ['"nvidia.com/mig-3g.40gb":"1"'],
    absent: ['"nvidia.com/gpu":"1"'],
  },
  "two groups of one GPU": {
    values: stackValues(
      merged(
        {
          cluster: {
            existing: {
              gpuNodes: Object.fromEntries(
                ["old", "new"].map((name) => [
                  name,
                  { purpose: "inference", gpu: "l4", node: SHAPE, max: 2, nodeSelector: { generation: name } },
                ]),
              ),
            },
          },
        },
        chat({}, { gpu: { nodeGroup: "new" } }),
      ),
    ),
    rendered: ['"nodeSelector":{"generation":"new"}'],
  },
  "a private registry and a runtime class": {
    values: withPod({
      imagePullSecrets: ["registry"],
      runtimeClassName: "nvidia",
      schedulerName: "volcano",
      spareImage: `registry.example.com/pause:3.10@sha256:${"1".repeat(64)}`,
    }),
    rendered: ['"imagePullSecrets":[{"name":"registry"}]', '"runtimeClassName":"nvidia"', '"schedulerName":"volcano"'],
  },
  "variables from a Secret and a ConfigMap": {
    values: withPod({
      env: {
        REGION: { configMap: { name: "site", key: "region" }, reason },
        S3_CREDENTIAL: { secret: { name: "s3", key: "id" }, reason },
      },
    }),
    rendered: ['"configMapKeyRef":{"key":"region","name":"site"}', '"secretKeyRef":{"key":"id","name":"s3"}'],
  },
  "volumes of every kind": {
    values: withPod({
      volumes: {
        ca: { configMap: "corporate-ca", items: { "ca.crt": "bundle.crt" }, mountPath: "/etc/ssl/corporate", reason },
        tls: { secret: "tls", mountPath: "/etc/tls", reason },
        data: { claim: "data", mountPath: "/data", reason },
        vault: {
          csi: { driver: "secrets-store.csi.k8s.io", volumeAttributes: { secretProviderClass: "v" } },
          mountPath: "/mnt/vault",
          reason,
        },
        files: { image: IMAGE, mountPath: "/mnt/files", reason },
        room: { emptyDir: { sizeGiB: 5 }, mountPath: "/scratch", reason },
      },
    }),
    rendered: [
      '"claimName":"data"',
      '"driver":"secrets-store.csi.k8s.io"',
      '"mountPath":"/etc/ssl/corporate"',
      '"sizeLimit":"5Gi"',
    ],
  },
  "init containers and sidecars": {
    values: withPod({
      volumes: { shared: { emptyDir: { sizeGiB: 1 }, mountPath: "/mnt/shared", reason } },
      initContainers: {
        prepare: { image: TOOLS, command: ["sh", "-c", "true"], mounts: { shared: "/shared" }, reason },
      },
      sidecars: { logs: { image: TOOLS, command: ["sleep", "infinity"], mounts: { shared: "/shared" }, reason } },
    }),
    rendered: ['"name":"logs"', '"restartPolicy":"Always"', '"name":"prepare"'],
  },
  "labels and annotations of pods, for one model": {
    values: stackValues(
      chat({ pod: { labels: { team: "llm" }, annotations: { "sidecar.istio.io/inject": "false" } } }),
    ),
    rendered: ['"team":"llm"', '"sidecar.istio.io/inject":"false"'],
  },
  "a cloud's identity by the account's annotations": {
    values: withPod({ serviceAccount: { annotations: { "azure.workload.identity/client-id": "1234" } } }),
    rendered: ['"azure.workload.identity/client-id":"1234"'],
  },
  "an account that exists, with user and groups": {
    values: withPod({
      serviceAccount: { name: "default" },
      securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, supplementalGroups: [44] },
    }),
    rendered: ['"serviceAccountName":"default"', '"runAsUser":1000', '"supplementalGroups":[44]'],
    absent: ['"kind":"ServiceAccount"'],
  },
  "affinity and spread": {
    values: withPod({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 50,
              podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { team: "x" } } },
            },
          ],
        },
      },
      topologySpread: [{ topologyKey: "kubernetes.io/hostname" }],
    }),
    rendered: ['"podAntiAffinity"', '"topologyKey":"kubernetes.io/hostname"'],
  },
  "a namespace that exists": {
    values: stackValues({ namespace: { name: "given", create: false } }),
    rendered: ['"namespace":"given"'],
    absent: ['"kind":"Namespace"'],
  },
  "the hub's token and an API key from Secrets that exist": {
    values: stackValues({
      huggingFaceToken: { existingSecret: "hub", key: "token" },
      ...chat({ apiKey: { externalSecret: "chat-key", key: "key" } }, { model: { gated: true } }),
    }),
    rendered: ['{"key":"token","name":"hub"}', '{"key":"key","name":"chat-key"}'],
    absent: ['"kind":"Secret"'],
  },
  "a Prometheus that asks for a token": {
    values: stackValues({
      platform: {
        prometheus: {
          url: "https://prometheus.example.com",
          authentication: { bearer: { existingSecret: "prometheus" } },
        },
      },
      ...chat({ autoscaling: { min: 1, max: 3 } }),
    }),
    rendered: ['"kind":"TriggerAuthentication"', '"authModes":"bearer"'],
  },
  "Amazon Managed Prometheus": {
    values: stackValues({
      platform: {
        prometheus: {
          url: "https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1",
          authentication: { aws: { region: "eu-central-1" } },
        },
      },
      ...chat({ autoscaling: { min: 1, max: 3 } }),
    }),
    rendered: ['"kind":"TriggerAuthentication"', '"awsRegion":"eu-central-1"'],
  },
  "Prometheus without an operator": {
    values: stackValues({
      platform: { prometheus: { monitors: "annotations" } },
      ...chat({ autoscaling: { min: 1, max: 3 } }),
    }),
    rendered: ['"prometheus.io/scrape":"true"', "pulumi_vllm_dev_release"],
    absent: ['"kind":"PodMonitor"'],
  },
  "triggers, speed and fallback of one's own": {
    values: stackValues(
      chat({
        autoscaling: {
          min: 1,
          max: 4,
          triggers: {
            office: {
              type: "cron",
              metadata: { timezone: "Europe/Berlin", start: "0 8 * * 1-5", end: "0 18 * * 1-5", desiredReplicas: "2" },
              reason: "people come at eight",
            },
            queue: {
              type: "prometheus",
              metadata: { query: "gateway_queue_length", threshold: "5" },
              reason: "the gateway's queue",
            },
          },
          behavior: { scaleUp: { policies: [{ type: "Pods", value: 4, periodSeconds: 60 }] }, reason: "bursts" },
          fallback: { replicas: 2, reason: "two carry the night" },
        },
      }),
    ),
    rendered: ['"type":"cron"', "gateway_queue_length", '"value":4', '"replicas":2'],
  },
  "a proxy, an authority, DNS and a mesh of one's own": {
    values: stackValues({
      access: {
        dns: [{ cidr: "169.254.20.10/32" }, { cidr: "fd00::10/128" }, { namespace: "openshift-dns", ports: [5353] }],
        egress: [{ cidr: "10.1.2.3/32", ports: [3128], reason: "the proxy" }],
        mesh: { ports: [15008], reason: "Istio in ambient mode" },
      },
      pod: { volumes: { ca: { configMap: "corporate-ca", mountPath: "/etc/ssl/corporate", reason } } },
      ...chat({}, { env: { HTTPS_PROXY: { value: "http://10.1.2.3:3128", reason } } }),
    }),
    rendered: ['"cidr":"10.1.2.3/32"', '"port":3128', '"port":15008', '"cidr":"fd00::10/128"', '"port":5353'],
    absent: ['"cidr":"0.0.0.0/0"'],
  },
  "a private fine-tune in an image of one's own": {
    values: stackValues({
      huggingFaceToken: { existingSecret: "hub" },
      ...chat(
        {},
        {
          model: {
            id: "acme/support-8b",
            gated: true,
            architecture: {
              ...{
                parameters: 8_190_735_360,
                layers: 36,
                hiddenSize: 4096,
                intermediateSize: 12_288,
                attentionHeads: 32,
              },
              ...{ kvHeads: 8, headSize: 128, vocabularySize: 151_936, maxContext: 40_960 },
            },
          },
          image: `registry.example.com/llm/vllm:acme-7@sha256:${"a".repeat(64)}`,
          vllmVersion: "0.30.0",
          chatTemplate: { text: "{{ messages[0].content }}", reason: "the fine-tune's own format" },
        },
      ),
    }),
    rendered: ['"kind":"ConfigMap"', "--chat-template=", "acme/support-8b"],
  },
};
