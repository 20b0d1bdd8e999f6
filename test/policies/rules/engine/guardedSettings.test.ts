import assert from "node:assert/strict";

import { LOGGING_TEXTS } from "../../../../components/vocabulary/logging.js";
import type { ResourceRule } from "../../../../policies/rule.js";
import { engineClosed } from "../../../../policies/rules/engine/engineClosed.js";
import { engineNotRedirected } from "../../../../policies/rules/engine/engineNotRedirected.js";
import { noInjectedCode } from "../../../../policies/rules/engine/noInjectedCode.js";
import { COMMIT, deployment, type DeploymentChanges, type Json, messages, plainPod, resource } from "../../fixtures.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";

const RULES: readonly ResourceRule[] = [engineClosed, engineNotRedirected, noInjectedCode];

/** What the three rules say of a runtime, each message after the rule's name. */
async function found(changes: DeploymentChanges): Promise<string[]> {
  const all = await Promise.all(
    RULES.map(async (rule) => (await messages(rule, deployment(changes))).map((message) => `${rule.name}: ${message}`)),
  );
  return all.flat();
}

const env = (name: string, value: string) => ({ container: { env: [{ name, value }] } });
const script = (text: string) => ({ container: { command: ["/bin/bash", "-ec"], args: [text] } });
const serve = `vllm serve Qwen/Qwen3-8B --revision ${COMMIT}`;

const DEV_MODE =
  'engine-closed: container "vllm": environment variable VLLM_SERVER_DEV_MODE opens /collective_rpc, /update_weights, /pause ' +
  "and others without a key: leave it out: debug a copy that serves nobody";

describe("engine-closed, engine-not-redirected and no-injected-code", () => {
  it("accept a good runtime, settings that are off, and other programs' variables", async () => {
    assert.deepEqual(await found({}), []);
    const off = ["--no-enable-log-requests", "--allowed-origins=[]", "--kv-offloading-backend", "native"];
    assert.deepEqual(
      await found({ extraArgs: [...off, '--compilation-config={"mode": 3}', "-cc.backend=inductor"] }),
      [],
    );
    const proxies = [
      { name: "VLLM_SERVER_DEV_MODE", value: "0" },
      { name: "HTTPS_PROXY", value: "http://proxy.example.org:3128" },
      { name: "HTTP_PROXY", valueFrom: { secretKeyRef: { name: "proxy", key: "url" } } },
      { name: "SSL_CERT_FILE", value: "/etc/ssl/company.pem" },
    ];
    assert.deepEqual(await found({ container: { env: proxies } }), []);
    const web = plainPod({
      env: [{ name: "LD_PRELOAD", value: "/usr/lib/libjemalloc.so" }],
      args: ["--middleware=x.Y"],
    });
    for (const rule of RULES) assert.deepEqual(await messages(rule, web), []);
  });

  const flags: Array<[rule: string, args: string[], subject: string]> = [
    ["no-injected-code", ["--middleware=acme.Auth"], "--middleware"],
    ["no-injected-code", ["--middleware", "acme.Auth"], "--middleware"],
    ["no-injected-code", ["--middlewar=acme.Auth"], "--middleware"],
    ["no-injected-code", ["--tool_parser_plugin", "/tmp/p.py"], "--tool-parser-plugin"],
    ["no-injected-code", ["--logits-processors", "acme:P"], "--logits-processors"],
    ["no-injected-code", ["--worker-extension-cls=acme.E"], "--worker-extension-cls"],
    ["no-injected-code", ["--compilation-config.backend", "acme.compile"], "--compilation-config.backend"],
    ["no-injected-code", ['--compilation-config={"backend":"acme.Backend","x":NaN}'], "--compilation-config.backend"],
    ["no-injected-code", ["-cc.inductor-passes.a=acme.run"], "--compilation-config.inductor_passes"],
    ["no-injected-code", ['-cc={"backend": "acme.compile"}'], "--compilation-config.backend"],
    [
      "no-injected-code",
      ["--structured-outputs-config.reasoning_parser_plugin=/tmp/p.py"],
      "--structured-outputs-config.reasoning_parser_plugin",
    ],
    ["engine-not-redirected", ["--kv-transfer-config.kv_connector", "NixlConnector"], "--kv-transfer-config"],
    ["engine-not-redirected", ["--load-format=tensorizer"], "--load-format"],
    ["engine-not-redirected", ["--config", "/etc/vllm.yaml"], "--config"],
    ["engine-closed", ["--profiler-config.profiler=torch"], "--profiler-config"],
    ["engine-closed", ["--root-path=/"], "--root-path"],
    ["engine-closed", ["--enable-log-requests"], "--enable-log-requests"],
    ["engine-closed", ["--allowed-local-media-path", "/"], "--allowed-local-media-path"],
    ["engine-closed", ['--allowed-origins=["*"]'], "--allowed-origins"],
  ];
  for (const [rule, args, subject] of flags) {
    it(`find ${args.join(" ")} in arguments and in a script`, async () => {
      const quoted = args.map((word) => `'${word}'`).join(" ");
      for (const changes of [{ extraArgs: args }, script(`exec ${serve} ${quoted}`)]) {
        const lines = await found(changes);
        assert.equal(lines.length, 1, lines.join("\n"));
        assert.ok(lines[0]!.startsWith(`${rule}: container "vllm": ${subject} `), lines[0]);
      }
    });
  }

  const variables: Array<[rule: string, name: string, value: string]> = [
    ["engine-closed", "VLLM_ALLOW_RUNTIME_LORA_UPDATING", "True"],
    ["engine-not-redirected", "HF_ENDPOINT", "https://mirror.example.org"],
    ["engine-not-redirected", "VLLM_USE_MODELSCOPE", "1"],
    ["engine-not-redirected", "HTTPS_PROXY", "http://user:letmein@proxy:3128"],
    ["engine-not-redirected", "CURL_CA_BUNDLE", ""],
    ["no-injected-code", "LD_PRELOAD", "/tmp/x.so"],
    ["no-injected-code", "PYTHONPATH", "/tmp"],
    ["no-injected-code", "VLLM_PLUGINS", "lora_hf_hub_resolver"],
  ];
  for (const [rule, name, value] of variables) {
    it(`find ${name}=${value} in the environment, as a prefix and as an export, and do not show it`, async () => {
      const places = [
        env(name, value),
        script(`${name}='${value}' ${serve}`),
        script(`export A=1 ${name}='${value}'\n${serve}`),
        { container: { command: ["env", `${name}=${value}`, "vllm", "serve"] } },
      ];
      for (const place of places) {
        const lines = await found(place);
        assert.equal(lines.length, 1, lines.join("\n"));
        assert.ok(lines[0]!.startsWith(`${rule}: container "vllm": environment variable ${name} `), lines[0]);
        assert.ok(!lines[0]!.includes("letmein"));
      }
    });
  }

  it("find a setting whose value a ConfigMap holds", async () => {
    const valueFrom = { configMapKeyRef: { name: "settings", key: "mode" } };
    assert.deepEqual(await found({ container: { env: [{ name: "VLLM_SERVER_DEV_MODE", valueFrom }] } }), [DEV_MODE]);
  });

  it("find names that only vLLM and the hub's client read in any container of any image, init containers too", async () => {
    const variable = [{ name: "HF_ENDPOINT", value: "https://mirror.example.org" }];
    const download = { name: "download", image: "acme/tools:1", command: ["hf", "download"], env: variable };
    const pods = [plainPod({ env: variable }), plainPod({}, { initContainers: [download] })];
    const lines = await messages(engineNotRedirected, pods);
    assert.deepEqual(
      lines.map((line) => line.slice(0, line.indexOf(" has"))),
      [
        'container "web": environment variable HF_ENDPOINT',
        'init container "download": environment variable HF_ENDPOINT',
      ],
    );
  });

  it("let caches and tokens of other programs be", async () => {
    const pods = ["HF_HUB_CACHE", "TRANSFORMERS_CACHE", "HF_TOKEN_PATH"].map((name) =>
      plainPod({ env: [{ name, value: "/data" }] }),
    );
    assert.deepEqual(await messages(engineNotRedirected, pods), []);
  });

  describe("of folders of caches", () => {
    const CACHES = ["TRITON_CACHE_DIR", "VLLM_XLA_CACHE_PATH", "CUDA_CACHE_PATH", "FLASHINFER_WORKSPACE_BASE"];
    const mounted = (name: string, value: string, volume: { [key: string]: Json }) => {
      const volumeMounts = [
        { name: "models", mountPath: "/data" },
        { name: "cache", mountPath: "/data/cache/" },
      ];
      const container = { name: "vllm", args: ["vllm", "serve", "m"], env: [{ name, value }], volumeMounts };
      const volumes = [
        { name: "models", hostPath: { path: "/models" } },
        { name: "cache", ...volume },
      ];
      const spec = { template: { spec: { containers: [container], volumes } } };
      return resource("kubernetes:apps/v1:Deployment", "d", { spec });
    };
    const said = async (judged: PolicyInput) =>
      (await Promise.all(RULES.map((rule) => messages(rule, judged)))).flat().length;

    for (const volume of [{ emptyDir: {} }, { persistentVolumeClaim: { claimName: "cache" } }, { ephemeral: {} }]) {
      it(`accept those of ${Object.keys(volume).join()}`, async () => {
        for (const name of [...CACHES, "HF_HUB_CACHE", "TORCH_HOME"]) {
          assert.equal(await said(mounted(name, "/data/cache/x", volume)), 0, name);
          assert.equal(await said(mounted(name, "/data/cache", volume)), 0, name);
        }
      });
    }
    it("accept those of the container's own files, in scripts too", async () => {
      assert.equal(await said(mounted("TRITON_CACHE_DIR", "/tmp/triton", { emptyDir: {} })), 0);
      assert.deepEqual(await found(script(`export TRITON_CACHE_DIR=$HOME/.triton\n${serve}`)), []);
    });
    for (const [path, volume] of [
      ["/data/other", { emptyDir: {} }],
      ["/data/cache/../x", { emptyDir: {} }],
      ["/data/cache", { hostPath: { path: "/var/cache" } }],
      ["/data/cache", { nfs: { server: "files", path: "/" } }],
      ["/data/cache/x", { csi: { driver: "gcsfuse.csi.storage.gke.io" } }],
      ["s3://bucket", { emptyDir: {} }],
    ] as Array<[string, { [key: string]: Json }]>) {
      it(`refuse ${path} of ${Object.keys(volume).join()}`, async () => {
        for (const name of CACHES) assert.equal(await said(mounted(name, path, volume)), 1, name);
      });
    }
    it("refuse a cache that is no folder", async () => {
      assert.equal(await said(mounted("TORCHINDUCTOR_FX_GRAPH_REMOTE_CACHE", "1", { emptyDir: {} })), 1);
    });
  });

  for (const [name, value] of [
    ["LMCACHE_LOCAL_CPU", "true"],
    ["LMCACHE_MAX_LOCAL_CPU_SIZE", "20"],
    ["LMCACHE_LOCAL_DISK", "file:///cache/"],
    ["LMCACHE_MAX_LOCAL_DISK_SIZE", "50"],
    ["LMCACHE_CHUNK_SIZE", "256"],
    ["LMCACHE_LOG_LEVEL", "INFO"],
    ["LMCACHE_USE_EXPERIMENTAL", "True"],
    ["LMCACHE_TRACK_USAGE", "false"],
    ["LMCACHE_REMOTE_SERDE", "naive"],
    ["LMCACHE_REMOTE_URL", "lm://localhost:65432"],
    ["LMCACHE_REMOTE_URL", "null"],
    ["LMCACHE_ENABLE_P2P", "False"],
    ["LMCACHE_ENABLE_BLENDING", "True"],
    ["LMCACHE_EXTRA_CONFIG", '{"gpu_to_numa_mapping": {"0": 1}}'],
    ["LMCACHE_INTERNAL_API_SERVER_ENABLED", "false"],
  ] as const) {
    it(`accept ${name}=${value}, which keeps the cache in the pod`, async () =>
      assert.deepEqual(await found(env(name, value)), []));
  }
  for (const [rule, name, value] of [
    ["engine-not-redirected", "LMCACHE_REMOTE_URL", "lm://cache-server:65432"],
    ["engine-not-redirected", "LMCACHE_REMOTE_URL", "redis://localhost.example.org:6379"],
    ["engine-not-redirected", "LMCACHE_CONTROLLER_PULL_URL", "controller:8300"],
    ["engine-not-redirected", "LMCACHE_EC_REMOTE_URL", "redis://redis:6379"],
    ["engine-not-redirected", "LMCACHE_ENABLE_P2P", "true"],
    ["engine-not-redirected", "LMCACHE_ENABLE_PD", "1"],
    ["engine-not-redirected", "LMCACHE_ENABLE_NIXL", "True"],
    ["engine-not-redirected", "LMCACHE_EXTERNAL_LOOKUP_CLIENT", "mooncakestore://10.0.0.9"],
    ["engine-not-redirected", "LMCACHE_CONFIG_FILE", "/config/lmcache.yaml"],
    ["engine-not-redirected", "LMCACHE_EXTRA_CONFIG", '{\n"audit_actual_remote_url": "redis://r:1"}'],
    ["no-injected-code", "LMCACHE_STORAGE_PLUGINS", "acme"],
    ["no-injected-code", "LMCACHE_REMOTE_STORAGE_PLUGINS", "acme"],
    ["no-injected-code", "LMCACHE_RUNTIME_PLUGIN_LOCATIONS", "/plugins"],
    ["engine-closed", "LMCACHE_INTERNAL_API_SERVER_ENABLED", "true"],
  ] as const) {
    it(`refuse ${name}=${value}`, async () => {
      const lines = await found(env(name, value));
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.ok(lines[0]!.startsWith(`${rule}: container "vllm": environment variable ${name} `), lines[0]);
    });
  }

  for (const folders of [
    "/usr/local/nvidia/lib64",
    "${LD_LIBRARY_PATH}:/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib:/usr/local/cuda-12.9/compat:$(LD_LIBRARY_PATH)",
  ]) {
    it(`accept LD_LIBRARY_PATH=${folders}, where the driver is`, async () =>
      assert.deepEqual(await found(env("LD_LIBRARY_PATH", folders)), []));
  }
  for (const folders of ["/models/lib", "/usr/local/nvidia/lib64:/models", "/usr/local/nvidia/../../tmp"]) {
    it(`refuse LD_LIBRARY_PATH=${folders}`, async () =>
      assert.equal((await found(env("LD_LIBRARY_PATH", folders))).length, 1));
  }

  it("allow what an environment names", async () => {
    const mirror = deployment(env("HF_ENDPOINT", "https://mirror.example.org"));
    const allow = (...names: string[]) => ({ allow: names });
    assert.deepEqual(await messages(engineNotRedirected, mirror, allow("HF_ENDPOINT")), []);
    assert.equal((await messages(engineNotRedirected, mirror, allow("HF_HUB_CACHE"))).length, 1);
    const logs = deployment({ extraArgs: ["--enable-log-requests"] });
    assert.deepEqual(await messages(engineClosed, logs, { allow: ["--enable-log-requests"] }), []);
  });

  it("allow the backend ray of any kind, but no cluster of others and no class of its place", async () => {
    const spec = { containers: [{ name: "vllm", args: ["vllm", "serve", "m", "--distributed-executor-backend=ray"] }] };
    const of = (type: string) =>
      messages(noInjectedCode, resource(`kubernetes:${type}`, "r", { spec: { template: { spec } } }));
    assert.deepEqual(await of("leaderworkerset.x-k8s.io/v1:LeaderWorkerSet"), []);
    assert.deepEqual(await of("ray.io/v1:RayCluster"), []);
    assert.deepEqual(await of("apps/v1:Deployment"), []);
    assert.deepEqual(await found(env("RAY_ADDRESS", "ray-head:6379")), [
      'engine-not-redirected: container "vllm": environment variable RAY_ADDRESS has the engine\'s processes meet at another ' +
        "address: leave it out: a replica is one machine",
    ]);
    const own = {
      containers: [{ name: "vllm", args: ["vllm", "serve", "--distributed-executor-backend=acme.Executor"] }],
    };
    const cluster = resource("kubernetes:ray.io/v1:RayCluster", "r", { spec: { template: { spec: own } } });
    assert.equal((await messages(noInjectedCode, cluster)).length, 1);
  });

  it("leave to no-remote-code what it judges", async () => {
    assert.deepEqual(await found(env("VLLM_ALLOW_INSECURE_SERIALIZATION", "1")), []);
  });

  it("say what the setting does and what to do", async () => {
    assert.deepEqual(await found(env("VLLM_SERVER_DEV_MODE", "1")), [DEV_MODE]);
  });

  for (const [key, value] of [
    ["instrumentation.opentelemetry.io/inject-python", "true"],
    ["instrumentation.opentelemetry.io/inject-python", "monitoring/instrumentation"],
    ["admission.datadoghq.com/python-lib.version", "v2.8.1"],
    ["vault.hashicorp.com/agent-image", "acme/vault:1"],
    ["vault.hashicorp.com/agent-inject-command-token", "sh -c id"],
    ["inject.istio.io/templates", "sidecar,acme"],
    ["sidecar.istio.io/proxyImage", "acme/proxy:1"],
    ["config.linkerd.io/enable-debug-sidecar", "true"],
  ] as const) {
    it(`refuse the annotation ${key}: ${value} of an engine's pods, unless it is allowed`, async () => {
      const annotated = deployment({ annotations: { [key]: value } });
      const said = await messages(noInjectedCode, annotated);
      assert.equal(said.length, 1);
      assert.ok(said[0]?.startsWith(`annotation ${key} has `), said[0]);
      assert.deepEqual(await messages(noInjectedCode, annotated, { allow: [key] }), []);
    });
  }

  it("accept the meshes' own sidecars, Vault's templates, and annotations of pods without an engine", async () => {
    const annotations = {
      "instrumentation.opentelemetry.io/inject-python": "false",
      "vault.hashicorp.com/agent-inject": "true",
      "vault.hashicorp.com/agent-inject-secret-hub": "secret/data/hub",
      "vault.hashicorp.com/agent-inject-template-hub": "{{ with secret }}{{ end }}",
      "sidecar.istio.io/inject": "true",
      "inject.istio.io/templates": "sidecar",
      "linkerd.io/inject": "enabled",
      "config.linkerd.io/enable-debug-sidecar": "false",
    };
    assert.deepEqual(await found({ annotations }), []);
    const pod = { metadata: { annotations: { "instrumentation.opentelemetry.io/inject-python": "true" } } };
    const web = resource("kubernetes:apps/v1:Deployment", "web", {
      spec: { template: { ...pod, spec: { containers: [{ name: "web", image: "nginx" }] } } },
    });
    assert.deepEqual(await messages(noInjectedCode, web), []);
  });

  describe("of the logging configuration", () => {
    const [ending, text] = [...LOGGING_TEXTS][0]!;
    const variable = { name: "VLLM_LOGGING_CONFIG_PATH", value: "/etc/vllm/logging/logging.json" };
    const mounted = (configMap: Json, value = variable.value) => ({
      container: {
        env: [{ ...variable, value }],
        volumeMounts: [{ name: "logging", mountPath: "/etc/vllm/logging", readOnly: true }],
      },
      pod: { volumes: [{ name: "logging", configMap }] },
    });
    const injected =
      /^no-injected-code: container "vllm": environment variable VLLM_LOGGING_CONFIG_PATH reads a logging dictConfig/;

    it("accept this project's own, by its path and its ConfigMap's name", async () => {
      assert.deepEqual(await found(mounted({ name: `chat-r1-${ending}` })), []);
    });

    it("find any other path, volume, name and selection of keys", async () => {
      const others = [
        env(variable.name, variable.value),
        mounted({ name: `chat-r1-${ending}` }, "/etc/vllm/logging/other.json"),
        mounted({ name: "chat-r1-logging-0123456789" }),
        mounted({ name: "logging" }),
        mounted({ name: `chat-r1-${ending}`, items: [{ key: "other", path: "logging.json" }] }),
      ];
      for (const changes of others) {
        const lines = await found(changes);
        assert.equal(lines.length, 1, lines.join("\n"));
        assert.match(lines[0]!, injected);
      }
    });

    it("find a ConfigMap that has its name and another text", async () => {
      const of = (name: string, data: Json) =>
        messages(noInjectedCode, resource("kubernetes:core/v1:ConfigMap", "logging", { metadata: { name }, data }));
      assert.deepEqual(await of(`chat-r1-${ending}`, { "logging.json": text }), []);
      assert.deepEqual(await of("other", { "logging.json": "{}" }), []);
      assert.deepEqual(await of(`chat-r1-${ending}`, { "logging.json": "{}" }), [
        "has the name of a logging configuration that is known to be safe, and another text: use another name",
      ]);
    });
  });
});
