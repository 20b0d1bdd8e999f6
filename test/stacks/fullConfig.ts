/** Configs that between them have every key that a stack's config knows; a test holds them to the schema. */
import { COMMIT, type Config, merged, modelConfig, releaseConfig } from "../serving/fixtures.js";
import { BUILT, stackValues, withGroup } from "./fixtures.js";

/** Nodes with labels and a taint of their own. */
const GROUP = withGroup({
  min: 0,
  nodeSelector: { pool: "gpu" },
  tolerations: [{ key: "gpu", operator: "Equal", value: "true", effect: "NoSchedule" }],
});

/** Nodes of batches. */
const JOB_NODES = {
  purpose: "batch",
  gpu: "l4",
  instanceTypes: ["g6.2xlarge"],
  capacity: "spot",
  max: 2,
  nodeSelector: { pool: "jobs" },
  tolerations: [{ key: "gpu", operator: "Equal", value: "true", effect: "NoSchedule" }],
};

const REASON = "the platform's";
/** An image of a few programs. */
const TOOLS = `registry.example.com/busybox:1.37.0@sha256:${"b".repeat(64)}`;
const EXPRESSIONS = [{ key: "zone", operator: "In", values: ["a"] }];
const TERM = {
  topologyKey: "kubernetes.io/hostname",
  labelSelector: { matchLabels: { team: "llm" }, matchExpressions: EXPRESSIONS },
  namespaces: ["models"],
  namespaceSelector: { matchLabels: { team: "llm" } },
  matchLabelKeys: ["pod-template-hash"],
  mismatchLabelKeys: ["team"],
};
const AFFINITY = {
  requiredDuringSchedulingIgnoredDuringExecution: [TERM],
  preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: TERM }],
};
const CONTAINER = {
  image: TOOLS,
  command: ["sh"],
  args: ["-c", "true"],
  env: {
    LEVEL: { value: "info" },
    KEY: { secret: { name: "own", key: "key" } },
    SITE: { configMap: { name: "site", key: "region" } },
  },
  mounts: { room: "/room" },
  cpus: 0.1,
  memoryGiB: 0.25,
  reason: REASON,
};

/** A pod section with every key but the name of an account. */
const POD = {
  imagePullSecrets: ["registry"],
  runtimeClassName: "nvidia",
  schedulerName: "volcano",
  annotations: { "example.com/team": "llm" },
  labels: { team: "llm" },
  serviceAccount: { annotations: { "example.com/identity": "models" } },
  securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, supplementalGroups: [44] },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: EXPRESSIONS, matchFields: EXPRESSIONS }],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: EXPRESSIONS } }],
    },
    podAffinity: AFFINITY,
    podAntiAffinity: AFFINITY,
  },
  topologySpread: [{ topologyKey: "kubernetes.io/hostname", maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" }],
  env: {
    SITE: { configMap: { name: "site", key: "region" }, reason: REASON },
    KEY: { secret: { name: "own", key: "key" }, reason: REASON },
  },
  volumes: {
    ca: { configMap: "ca", items: { "ca.crt": "bundle.crt" }, mountPath: "/etc/ssl/own", reason: REASON },
    tls: { secret: "tls", mountPath: "/etc/tls", subPath: "tls.crt", readOnly: true, reason: REASON },
    data: { claim: "data", mountPath: "/data", reason: REASON },
    vault: {
      csi: { driver: "secrets-store.csi.k8s.io", volumeAttributes: { provider: "v" }, nodePublishSecret: "vault" },
      mountPath: "/mnt/vault",
      reason: REASON,
    },
    files: { image: TOOLS, mountPath: "/mnt/files", reason: REASON },
    room: { emptyDir: { sizeGiB: 1 }, reason: REASON },
  },
  initContainers: { prepare: CONTAINER },
  sidecars: { logs: CONTAINER },
  spareImage: TOOLS,
};

/** Nodes that are in no table, with GPUs that are in none. */
const OWN_NODES = {
  purpose: "batch",
  gpu: "a6000-own",
  node: { gpus: 4, cpus: 60, memoryGiB: 400, diskGiB: 900, hourlyUsd: 4 },
  taints: [{ key: "pool", value: "own", effect: "NoSchedule" }],
  max: 1,
};

/** An existing cluster, and a model that states all that can be stated. */
export const FULL_EXISTING: Config = stackValues({
  ...merged(GROUP, {
    cluster: {
      existing: {
        name: "llm-test",
        context: "admin",
        kubeconfig: "apiVersion: v1",
        gpuNodes: { own: OWN_NODES, jobs: JOB_NODES },
      },
    },
  }),
  gpuTypes: { "a6000-own": { memoryGiB: 47.4, computeCapability: 8.6, resource: "nvidia.com/gpu" } },
  pod: POD,
  namespace: { name: "models", create: false },
  cache: {
    kind: "claim",
    name: "models",
    create: { storageClass: "nfs", sizeGiB: 500 },
    fill: {
      image: TOOLS,
      memoryGiB: 8,
      timeoutSeconds: 3600,
      egress: [{ everywhere: true, ports: [443], reason: "the hub" }],
    },
    prePull: true,
    compile: true,
    startupPlan: true,
  },
  platform: {
    prometheus: {
      url: "http://prometheus:9090",
      namespace: "monitoring",
      podMonitorLabels: { team: "llm" },
      monitors: "annotations",
      seriesLabels: { namespace: "ns", pod: "pod", model: "model", release: "release" },
      authentication: {
        bearer: { existingSecret: "prometheus", key: "token" },
        tls: {
          ca: { existingSecret: "ca", key: "ca.crt" },
          certificate: { existingSecret: "client", key: "tls.crt" },
          privateKey: { existingSecret: "client", key: "tls.key" },
        },
      },
    },
    addons: {
      devicePlugin: { install: true, featureDiscovery: true, migStrategy: "none", timeSlicingReplicas: 2 },
      dcgmExporter: { install: true, values: { nameOverride: "dcgm" } },
      keda: { install: false },
      prometheus: { install: false, retentionDays: 15, volumeGiB: 100 },
      clusterAutoscaler: { install: false },
      loadBalancerController: { install: false },
      envoyGateway: { values: { kubernetesClusterDomain: "cluster.local" } },
      openTelemetryCollector: {
        install: false,
        replicas: 2,
        exporter: {
          endpoint: "https://otlp.example.com",
          protocol: "http",
          headers: { authorization: { existingSecret: "traces", key: "header" } },
        },
      },
    },
  },
  labels: { team: "ml", "cost-center": "1234" },
  observability: {
    slo: { ttft: { seconds: 1, target: 0.99 }, interTokenLatency: { seconds: 0.1, target: 0.99 }, availability: 0.999 },
    alerts: {
      owner: "ml",
      runbooks: "https://runbooks.example.com",
      dashboards: "https://grafana.example.com",
      change: { VllmKvCacheFull: { severity: "ticket", forSeconds: 600, threshold: 0.95 }, VllmGpuIdle: "off" },
    },
    routes: {
      page: {
        pagerduty: { routingKey: { existingSecret: "pagerduty", key: "routing-key" } },
        opsgenie: { apiKey: { existingSecret: "opsgenie", key: "api-key" }, region: "us" },
        webhook: {
          url: { existingSecret: "hook", key: "url" },
          authorization: { existingSecret: "hook", key: "token" },
        },
      },
      ticket: {
        slack: { webhook: { externalSecret: "slack", key: "url" }, channel: "#llm" },
        msteams: { webhook: { existingSecret: "teams", key: "url" } },
        email: {
          to: "ml@example.com",
          from: "alerts@example.com",
          smarthost: "smtp.example.com:587",
          username: "alerts",
          password: { existingSecret: "smtp", key: "password" },
        },
      },
      owners: { search: { ticket: { slack: { webhook: { existingSecret: "search", key: "url" } } } } },
      repeatHours: { page: 4, ticket: 24 },
      namespace: "observability",
      labels: { alertmanager: "main" },
    },
    dashboards: { install: true, folder: "Models", labels: { grafana_dashboard: "1" } },
    budgets: { usdPerDay: 400, models: { chat: 100 } },
    prices: { hourlyUsd: { "g6.2xlarge": 0.7 }, spotShare: 0.4, outputTokenWeight: 4 },
    tracing: {
      endpoint: "http://collector.tracing.svc:4317",
      protocol: "grpc",
      sampling: 0.05,
      detailed: "model",
      podPort: 4317,
    },
    logs: { format: "json", quiet: true, requests: false },
  },
  access: {
    dns: [
      { namespace: "openshift-dns", podLabels: { app: "dns" }, ports: [5353] },
      { cidr: "169.254.20.10/32", ports: [53] },
    ],
    egress: [
      { everywhere: true, ports: [443], reason: "weights" },
      { cidr: "10.0.0.0/8", ports: [3128], reason: "the proxy" },
      { namespace: "tracing", podLabels: { app: "otel" }, ports: [4317], reason: "traces" },
    ],
    mesh: { ports: [15008], probeCidrs: ["169.254.7.127/32"], reason: "ambient mesh" },
  },
  huggingFaceToken: "hf_x",
  gateway: {
    host: "llm.example.com",
    tls: { issuer: { name: "letsencrypt", kind: "ClusterIssuer" } },
    exposure: "internal",
    sourceRanges: ["10.0.0.0/8"],
    annotations: { "example.com/name": "llm" },
    namespace: "envoy-gateway-system",
    install: true,
    replicas: 3,
    envoyImage: TOOLS,
    rateLimits: { redisUrl: "redis://redis.cache.svc:6379" },
    oidc: {
      issuer: "https://issuer.example.com",
      audiences: ["llm"],
      jwksUri: "https://issuer.example.com/keys",
      tenantClaim: "team",
    },
    protection: {
      bodyMiB: 4,
      promptBytes: 1_000_000,
      maxTokens: 4096,
      defaultMaxTokens: 512,
      choices: 2,
      stopSequences: 8,
      unsupported: ["logprobs"],
      requestSeconds: 900,
      streamIdleSeconds: 300,
      retryAfterSeconds: 10,
    },
    aliases: {
      default: "other",
      fast: [{ tier: "gold", needs: ["json"], overBytes: 1000, model: "chat" }, { model: "other" }],
    },
    tenants: {
      acme: {
        keys: { generated: ["main"], existingSecrets: ["acme-keys"] },
        subjects: ["acme-team"],
        models: ["chat", "other"],
        limits: {
          requestsPerMinute: 60,
          inputTokensPerMinute: 100_000,
          outputTokensPerMinute: 20_000,
          inputTokensPerDay: 10_000_000,
          outputTokensPerDay: 2_000_000,
          usdPerDay: 50,
          concurrency: 8,
        },
        tier: "gold",
        tiers: ["silver"],
        priority: 5,
        mayChooseRelease: true,
      },
    },
    connections: 5000,
  },
  tenantKeys: { acme: ["0123456789abcdefghijklmnop", "abcdefghijklmnop0123456789"] },
  batch: {
    docs: {
      class: "experimental",
      from: { model: "other", release: "r1", nodeGroup: "jobs" },
      servedName: "docs",
      input: { claim: { name: "data", path: "in.jsonl" } },
      output: { claim: { name: "data", path: "out" } },
      endpoint: "/v1/chat/completions",
      badLines: "report",
      shards: { lines: 10 },
      parallelism: 2,
      retries: 1,
      deadlineSeconds: 7200,
      ttlSeconds: 60,
      schedule: "0 2 * * 1-5",
      timeZone: "Europe/Berlin",
      suspend: true,
      queue: "gpus",
      image: TOOLS,
      podIdentity: { roleArn: "arn:aws:iam::123456789012:role/batches", annotations: { team: "search" } },
    },
    routed: {
      route: { model: "other", concurrency: 2 },
      input: { url: "https://example.com/in.jsonl" },
      output: {
        s3: { bucket: "batches", prefix: "routed", region: "eu-central-1", endpoint: "https://s3.example.com" },
      },
      endpoint: "/v1/chat/completions",
    },
    own: {
      release: releaseConfig(),
      input: {
        s3: { bucket: "batches", key: "own.jsonl", region: "eu-central-1", endpoint: "https://s3.example.com" },
      },
      output: { s3: { bucket: "batches", prefix: "own" } },
      endpoint: "/v1/chat/completions",
    },
  },
  models: {
    other: modelConfig({
      servedNames: ["other"],
      apiKey: { externalSecret: "other-key" },
      gateway: {
        sticky: "session",
        fallback: "chat",
        price: { inputUsd: 0.1, outputUsd: 0.4 },
        protection: { maxTokens: 2048 },
        credential: { existingSecret: "other-credential" },
      },
    }),
    chat: {
      gateway: { price: { inputUsd: 0.2, outputUsd: 0.8 }, credential: { existingSecret: "chat-credential" } },
      servedNames: ["chat"],
      apiKey: { existingSecret: "chat-key", key: "key" },
      route: {
        stable: "r1",
        canary: {
          release: "r2",
          weight: 5,
          bounds: {
            errorShare: 0.01,
            refusalShare: 0.01,
            invalidJsonShare: 0.01,
            ttftRatio: 1.5,
            itlRatio: 1.5,
            tokensRatio: 0.8,
            confidence: 0.9,
            windowMinutes: 30,
          },
        },
        shadow: { release: "r2", percent: 5 },
        previous: "r2",
        reason: "TTFT is bound by the longer prompts of this week",
      },
      autoscaling: {
        min: 0,
        max: 2,
        targetUtilization: 0.5,
        scaleDownSeconds: 300,
        activation: { query: "sum(rate(gateway_requests_total[1m]))", threshold: 1 },
        triggers: {
          queue: {
            type: "prometheus",
            metadata: { query: "queue_length", threshold: "10" },
            metricType: "Value",
            authenticationRef: "queue",
            reason: "work that waits elsewhere",
          },
        },
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 30,
            policies: [{ type: "Pods", value: 4, periodSeconds: 60 }],
            selectPolicy: "Max",
          },
          scaleDown: { policies: [{ type: "Percent", value: 10, periodSeconds: 600 }], selectPolicy: "Min" },
          reason: "a morning rush",
        },
        fallback: { replicas: 2, failureThreshold: 4, behavior: "static", reason: "a known load" },
      },
      drainSeconds: 60,
      warmSpares: 1,
      slo: { ttft: { seconds: 2.5, target: 0.99 } },
      load: { inputTokensPerSecond: 2000, outputTokensPerSecond: 400, replicas: 2 },
      releases: {
        r1: {
          model: {
            tokenizer: "Qwen/Qwen3-4B",
            tokenizerRevision: COMMIT,
            task: "generate",
            precision: "bf16",
            quantizeAtLoad: false,
            gated: true,
          },
          gpu: { count: 1, memoryUtilization: 0.9, nodeGroup: "pool" },
          concurrency: { batchedTokens: 2048 },
          resources: { cpus: 2, memoryGiB: 16, sharedMemoryGiB: 2, diskGiB: 60 },
          startupSeconds: 600,
          vllmVersion: "0.30.0",
          chatTemplate: { text: "{{ messages[0].content }}", reason: "one turn alone" },
          flags: { "enable-prefix-caching": { value: true, reason: "a shared prompt" } },
          env: { VLLM_LOGGING_LEVEL: { value: "DEBUG", reason: "a hunt" } },
        },
        r2: releaseConfig({
          draft: { id: "acme/draft", revision: "b".repeat(40), source: { image: TOOLS } },
          adapters: {
            legal: {
              id: "acme/legal",
              revision: COMMIT,
              source: { claim: { name: "own", path: "legal" } },
              reason: REASON,
            },
          },
          flags: {
            "speculative-config": { value: { method: "eagle3", num_speculative_tokens: 2 }, reason: REASON },
            "enable-lora": { value: true, reason: REASON },
          },
          model: {
            id: "acme/own-model",
            source: { claim: { name: "own", path: "models/own" } },
            tokenizer: "acme/tokenizer",
            tokenizerRevision: COMMIT,
            tokenizerSource: {
              s3: { bucket: "weights", region: "us-east-1", endpoint: "https://s3.example.com", prefix: "tokens" },
            },
            architecture: {
              parameters: 8_190_735_360,
              layers: 36,
              hiddenSize: 4096,
              intermediateSize: 12_288,
              attentionHeads: 32,
              kvHeads: 8,
              headSize: 128,
              vocabularySize: 151_936,
              tiedEmbeddings: false,
              maxContext: 40_960,
              slidingWindow: { layers: 18, tokens: 4096 },
              attention: [
                { kind: "full", layers: 9, kvHeads: 8, headSize: 128, valueHeadSize: 128 },
                { kind: "window", layers: 9, kvHeads: 8, headSize: 128, tokens: 4096 },
                { kind: "chunked", layers: 9, kvHeads: 8, headSize: 128, tokens: 8192 },
                { kind: "latent", layers: 4, width: 576, indexWidth: 128 },
                { kind: "state", layers: 4, convolution: 12_288, recurrent: 524_288, recurrentBytes: 4 },
                { kind: "shared", layers: 1 },
              ],
              experts: { count: 8, perToken: 2, width: 4096 },
              weights: { experts: { parameters: 4_000_000_000, bits: 8 }, embedding: { parameters: 622_329_856 } },
              made: { rotary: 5_242_880, unfolded: 0 },
              encoder: {
                ...{ layers: 27, hiddenSize: 1152, intermediateSize: 4304, heads: 16 },
                ...{ imagePatches: 1024, videoPatches: 2048, patchesPerToken: 4, wholeItemTokens: 256 },
              },
              fp8BlockSize: 128,
              precision: "bf16",
              weightsGiB: 12.5,
            },
          },
        }),
      },
    },
  },
});

/** The same with a cluster to build. */
export const FULL_BUILT: Config = {
  ...FULL_EXISTING,
  namespace: "models",
  cache: { kind: "fsx-lustre", sizeGiB: 2400, mbPerSecondPerTiB: 500, zone: "us-east-1a", compile: true },
  pod: { ...POD, serviceAccount: { name: "models" } },
  // A queue has a quota of its own.
  batch: merged(FULL_EXISTING["batch"] as Config, { docs: { queue: undefined } }),
  batchQuota: { gpus: 4 },
  // Nodes of one GPU that the stack builds have the same labels.
  models: merged(FULL_EXISTING["models"] as Config, { chat: { releases: { r1: { gpu: { nodeGroup: undefined } } } } }),
  platform: merged(FULL_EXISTING["platform"] as Config, {
    prometheus: {
      monitors: "none",
      authentication: { bearer: undefined, tls: undefined, aws: { region: "us-east-1" } },
    },
    addons: { keda: { install: true } },
  }),
  cluster: merged(BUILT, {
    network: {
      cidr: "10.40.0.0/16",
      zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
      additionalZones: ["us-east-1d"],
      natGateways: "single",
      serviceCidr: "172.20.0.0/16",
      interfaceEndpoints: ["sts"],
    },
    publicEndpoint: { cidrs: ["203.0.113.0/24"] },
    access: {
      oncall: { principalArn: "arn:aws:iam::123456789012:role/oncall", policy: "view", namespaces: ["models"] },
    },
    deletionProtection: true,
    iam: { path: "/platform/", permissionsBoundary: "arn:aws:iam::123456789012:policy/edge" },
    nodes: "managed",
    logRetentionDays: 90,
    systemNodes: { instanceTypes: ["m7i.large"], min: 3, max: 4 },
    gpuNodes: {
      inference: {
        min: 0,
        capacity: "on-demand",
        diskGiB: 200,
        priority: 40,
        reservation: { id: "cr-0123456789abcdef0", type: "on-demand", zone: "us-east-1a" },
      },
      shared: {
        purpose: "batch",
        gpu: "l4",
        instanceTypes: ["g6.2xlarge"],
        capacity: "on-demand",
        min: 0,
        max: 1,
        zones: ["us-east-1d"],
        sharing: "time-slicing",
      },
      jobs: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "spot", min: 0, max: 2 },
    },
  }),
};

/** The same in a VPC that is there. */
export const FULL_IN_VPC: Config = {
  ...FULL_BUILT,
  gateway: merged(FULL_BUILT["gateway"] as Config, { rateLimits: { redisUrl: undefined, redisImage: TOOLS } }),
  models: merged(FULL_BUILT["models"] as Config, {
    chat: {
      route: { canary: undefined, shadow: undefined },
      autoscaling: { activation: undefined },
      gateway: { fromZero: { answer: "hold", holdSeconds: 60 } },
    },
  }),
  cache: { kind: "node", path: "/mnt/k8s-disks/0/weights", budgetGiB: 200, compile: true },
  platform: merged(FULL_BUILT["platform"] as Config, {
    prometheus: {
      authentication: {
        aws: undefined,
        basic: {
          username: { existingSecret: "prometheus", key: "username" },
          password: { existingSecret: "prometheus", key: "password" },
        },
      },
    },
    addons: { keda: { install: false } },
  }),
  cluster: {
    ...(FULL_BUILT["cluster"] as Config),
    network: {
      existing: {
        vpcId: "vpc-0123456789abcdef0",
        privateSubnetIds: ["subnet-00000001", "subnet-00000002"],
        additionalSubnetIds: ["subnet-00000003"],
      },
      serviceCidr: "172.20.0.0/16",
    },
  },
};

/** An existing cluster with weights in a bucket. */
export const FULL_WITH_BUCKET: Config = {
  ...FULL_EXISTING,
  gateway: undefined,
  tenantKeys: undefined,
  access: { ...(FULL_EXISTING["access"] as Config), clientNamespaces: ["assistant", "models"] },
  models: merged(FULL_EXISTING["models"] as Config, { other: { gateway: undefined } }),
  cache: {
    kind: "s3",
    bucket: "weights",
    region: "us-east-1",
    endpoint: "https://s3.example.com",
    prefix: "models",
    read: "mountpoint",
    roleArn: "arn:aws:iam::123456789012:role/weights",
    scratchGiB: 40,
  },
};
