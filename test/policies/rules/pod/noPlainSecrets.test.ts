import assert from "node:assert/strict";

import { noPlainSecrets } from "../../../../policies/rules/pod/noPlainSecrets.js";
import { deployment, type Json, messages, plainPod, resource } from "../../fixtures.js";

const SECRET = "correct-horse-battery";
const env = (name: string, value: string) => plainPod({ env: [{ name, value }] });

describe("no-plain-secrets", () => {
  it("accepts references and names that only sound like secrets", async () => {
    const reference = { name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hugging-face", key: "token" } } };
    const harmless = [
      { name: "TOKENIZERS_PARALLELISM", value: "false" },
      { name: "MAX_TOKENS", value: "512" },
      { name: "API_KEY_FILE", value: "/secrets/key" },
      { name: "GOOGLE_APPLICATION_CREDENTIALS_PATH", value: "/secrets/gcp" },
      { name: "SECRET_NAME", value: "hugging-face" },
      { name: "PASSWORD", value: "$(OTHER)" },
      { name: "TOKEN", value: "" },
      { name: "TOKEN_BUDGET", value: "8192" },
      { name: "DATABASE", value: "postgres://$(USER):$(PASS)@db/models" },
      { name: "ENDPOINT", value: "https://example.org:8000/v1" },
    ];
    assert.deepEqual(await messages(noPlainSecrets, [deployment(), plainPod({ env: [reference, ...harmless] })]), []);
  });

  const names = ["HF_TOKEN", "VLLM_API_KEY", "APIKEY", "DB_PASSWORD", "CLIENT_SECRET", "SSH_PRIVATE_KEY"];
  for (const name of [...names, "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "CREDENTIALS", "github_token"]) {
    it(`refuses text in ${name}`, async () => {
      assert.deepEqual(await messages(noPlainSecrets, env(name, SECRET)), [
        `container "web": environment variable "${name}" is named like a secret and is plain text: use valueFrom.secretKeyRef`,
      ]);
    });
  }

  const values = {
    "Hugging Face's": `hf_${"a".repeat(34)}`,
    "OpenAI's": `sk-${"a".repeat(40)}`,
    "AWS's": `AKIA${"A".repeat(16)}`,
    "GitHub's": `ghp_${"a".repeat(36)}`,
    "a private key's": "-----BEGIN RSA PRIVATE KEY-----",
    "a URL's": "postgres://user:letmein@db/models",
    "a JSON Web Token's": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "GitHub's finer": `github_pat_${"a1".repeat(20)}`,
    "a header's": "Authorization: Bearer 0123456789abcdef",
    "a URL's with signs in the password": "https://user:a:b@c@db.example.org",
    "a Redis URL's": "redis://:letmein@cache:6379",
  };
  for (const [form, value] of Object.entries(values)) {
    it(`refuses ${form} form in a variable of any name and in arguments, and never shows it`, async () => {
      const found = await messages(noPlainSecrets, [env("SETTING", value), plainPod({ args: [`--setting=${value}`] })]);
      assert.deepEqual(found, [
        'container "web": environment variable "SETTING" holds what looks like a secret and is plain text: use valueFrom.secretKeyRef',
        'container "web": an argument holds what looks like a secret: use valueFrom.secretKeyRef',
      ]);
    });
  }

  it("refuses keys and tokens given as flags, and never shows them", async () => {
    const found = await messages(
      noPlainSecrets,
      deployment({ extraArgs: ["--api-key", SECRET, `--hf-token=${SECRET}`] }),
    );
    assert.deepEqual(found, [
      'container "vllm": --api-key is given as plain text: set its environment variable by valueFrom.secretKeyRef',
      'container "vllm": --hf-token is given as plain text: set its environment variable by valueFrom.secretKeyRef',
    ]);
    const script = { command: ["sh", "-c"], args: [`vllm serve m --api-key ${SECRET}`] };
    assert.equal((await messages(noPlainSecrets, deployment({ container: script }))).length, 1);
  });

  it("accepts flags that refer to the environment", async () => {
    assert.deepEqual(
      await messages(noPlainSecrets, deployment({ extraArgs: ["--api-key", "$(VLLM_API_KEY)", "--hf-token"] })),
      [],
    );
  });

  it("refuses a secret that a command sets for itself, and never shows it", async () => {
    const scripts = [`HF_TOKEN=${SECRET} hf download m`, `export A=1 HF_TOKEN='${SECRET}'; vllm serve m`];
    const pods = [
      ...scripts.map((args) => ({ command: ["sh", "-c"], args: [args] })),
      { command: ["env", `HF_TOKEN=${SECRET}`, "hf"] },
    ];
    for (const pod of pods) {
      assert.deepEqual(await messages(noPlainSecrets, plainPod(pod)), [
        'container "web": a command sets "HF_TOKEN" as plain text: use valueFrom.secretKeyRef',
      ]);
    }
    const reference = { command: ["sh", "-c"], args: ["HF_TOKEN=$TOKEN hf download m"] };
    assert.deepEqual(await messages(noPlainSecrets, plainPod(reference)), []);
  });

  it("reads the headers of probes and hooks, and JSON given as an argument", async () => {
    const httpHeaders = [{ name: "Authorization", value: `Bearer sk-${"a1".repeat(12)}` }];
    const probe = { httpGet: { path: "/v1/models", port: 8000, httpHeaders } };
    assert.deepEqual(
      await messages(noPlainSecrets, plainPod({ readinessProbe: probe, lifecycle: { preStop: probe } })),
      [
        'container "web": header "Authorization" of a probe or hook holds what looks like a secret: use valueFrom.secretKeyRef',
      ],
    );
    const config = JSON.stringify({ aws_secret_access_key: "abcdefgh" });
    for (const args of [["--model-loader-extra-config", config], [`--model-loader-extra-config=${config}`]]) {
      assert.deepEqual(await messages(noPlainSecrets, plainPod({ args })), [
        'container "web": an argument sets "aws_secret_access_key" as plain text: use valueFrom.secretKeyRef',
      ]);
    }
  });

  it("finds secrets by their form in ConfigMaps and in charts' values, and shows none", async () => {
    const token = `hf_${"a".repeat(30)}`;
    const map = resource("kubernetes:core/v1:ConfigMap", "c", { data: { HF_TOKEN: token, existingSecret: "name" } });
    const values = { engines: [{ hf_token: token, existingSecret: "name" }] };
    const release = resource("kubernetes:helm.sh/v3:Release", "r", { chart: "c", values });
    assert.deepEqual(await messages(noPlainSecrets, [map, release]), [
      "data.HF_TOKEN holds what looks like a secret: keep it in a Secret",
      "values.engines[0].hf_token holds what looks like a secret: keep it in a Secret",
    ]);
  });

  const release = (values: Json) =>
    messages(noPlainSecrets, resource("kubernetes:helm.sh/v3:Release", "r", { chart: "c", values }));

  for (const values of [
    { adminPassword: SECRET },
    { apiKey: SECRET },
    { vllm_api_key: SECRET },
    { hf_token: SECRET },
    { clientSecret: SECRET },
    { secretAccessKey: SECRET },
    { postgresPassword: "1234" },
  ] satisfies Array<Record<string, string>>) {
    const [key] = Object.keys(values);
    it(`refuses ${key} as text in a chart's values, at any depth`, async () => {
      assert.deepEqual(await release(values), [`values.${key} is named like a secret: keep it in a Secret`]);
      assert.deepEqual(await release({ a: [{ b: values }] }), [
        `values.a[0].b.${key} is named like a secret: keep it in a Secret`,
      ]);
    });
  }

  it("accepts names of Secrets and of their keys, templates and encrypted text in a chart's values", async () => {
    const harmless: Json[] = [
      { existingSecret: "chat", passwordKey: "password", userKey: "user" },
      { hf_token: { secretName: "hub", secretKey: "token" } },
      { adminPassword: "", token: null, auth: { password: "${GRAFANA_PASSWORD}" } },
      { admin: { existingSecret: "grafana", passwordKey: "admin-password" }, automountServiceAccountToken: false },
      { "grafana.ini": { auth: { client_secret: "$__file{/etc/secrets/client}" } } },
      { password: "{{ .Values.global.password }}", apiKeySecret: "keys", tokenSecretRef: "hub" },
      {
        password: "ENC[AES256_GCM,data:abc]",
        token: "vault:secret/data/hub#token",
        apiKey: "ref+awssecrets://hub/key",
      },
      { maxTokens: "4096", tokenizer: "Qwen/Qwen3-8B", imagePullSecrets: [{ name: "registry" }], secretName: "hub" },
      { env: [{ name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hub", key: "token" } } }] },
      { env: [{ name: "OPENAI_API_KEY", value: "EMPTY" }], credentials: "cloud" },
      { secretFieldSelector: "type!=kubernetes.io/dockercfg", storageSecretNameAnnotation: "example.org/secret" },
    ];
    for (const values of harmless) assert.deepEqual(await release(values), [], JSON.stringify(values));
  });

  it("reads variables in a chart's values, and values that are text", async () => {
    const env = [{ name: "HF_TOKEN", value: SECRET }];
    assert.deepEqual(await release({ env }), [
      "values.env[0].value is of HF_TOKEN, a secret by its name: keep it in a Secret",
    ]);
    const spec = { source: { helm: { values: `auth:\n  password: ${SECRET}\n` } } };
    const application = resource("kubernetes:argoproj.io/v1alpha1:Application", "a", { spec });
    assert.deepEqual(await messages(noPlainSecrets, application), [
      "spec.source.helm.values: auth.password is named like a secret: keep it in a Secret",
    ]);
  });

  it("reads annotations and the attributes of CSI volumes", async () => {
    const token = `hf_${"a".repeat(30)}`;
    const csi = (volumeAttributes: { [key: string]: string }) => [
      { name: "weights", csi: { driver: "blob.csi.azure.com", volumeAttributes } },
    ];
    assert.deepEqual(await messages(noPlainSecrets, deployment({ annotations: { "example.org/hub": token } })), [
      "the pods' annotations: example.org/hub holds what looks like a secret: keep it in a Secret",
    ]);
    const secrets = { accountKey: "c2VjcmV0", hfToken: "abc", mountOptions: "user=a,password=b" };
    for (const [key, value] of Object.entries(secrets)) {
      const volumes = csi({ [key]: value });
      assert.deepEqual(await messages(noPlainSecrets, deployment({ pod: { volumes } })), [
        `volume "weights": csi.volumeAttributes.${key} is a secret in plain text: use nodePublishSecretRef`,
      ]);
    }
    const harmless = { secretProviderClass: "hub", secretName: "account", storageAccount: "weights", bucketName: "b" };
    assert.deepEqual(await messages(noPlainSecrets, deployment({ pod: { volumes: csi(harmless) } })), []);
    const volume = resource("kubernetes:core/v1:PersistentVolume", "v", {
      spec: { csi: { volumeAttributes: { secret_access_key: "abc" } } },
    });
    assert.deepEqual(await messages(noPlainSecrets, volume), [
      "spec.csi.volumeAttributes.secret_access_key is a secret in plain text: use nodeStageSecretRef",
    ]);
  });
});
