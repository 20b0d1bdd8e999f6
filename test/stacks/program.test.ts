import assert from "node:assert/strict";

import { GATEWAY_RATES } from "../../components/vocabulary/metrics/gateway.js";
import { parseStackConfig } from "../../stacks/config.js";
import { deploy } from "../../stacks/program.js";
import { SECRET_PATHS } from "../../stacks/secrets.js";
import { type CollectedResource, collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { readPolicyConfig, runPolicies } from "../../tools/policyRunner.js";
import { type Config, releaseConfig } from "../serving/fixtures.js";
import { type Registry, registered } from "../serving/registered.js";
import { stackValues } from "./fixtures.js";

/** Deploys a config with changes. */
function deployed(changes: Config = {}, encrypted: readonly string[] = SECRET_PATHS): Promise<Registry> {
  const { config, problems } = parseStackConfig(stackValues(changes), encrypted);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return registered(() => deploy(config, "test"));
}

describe("deploy", () => {
  it("makes no namespace where one is there, and puts the models and the named hub token there", async () => {
    const changes = {
      namespace: { name: "team", create: false },
      huggingFaceToken: { externalSecret: "hub", key: "value" },
      models: { chat: { releases: { r1: { model: { gated: true } } } } },
    };
    const registry = await deployed(changes, []);
    assert.deepEqual(registry.ofKind("Namespace"), []);
    const { metadata, spec } = registry.get("Deployment", "chat-r1").inputs as {
      metadata: { namespace: string };
      spec: unknown;
    };
    assert.equal(metadata.namespace, "team");
    assert.ok(JSON.stringify(spec).includes('"secretKeyRef":{"key":"value","name":"hub"}'));
    assert.ok(!registry.all.some(({ name }) => name === "hugging-face"));
  });

  it("records and watches what a gateway's proxies count, and only where there is a gateway", async () => {
    const gateway = {
      host: "llm.example.com",
      tls: { secret: "llm-tls" },
      tenants: { acme: { models: ["chat"], limits: { requestsPerMinute: 60 } } },
    };
    const rules = async (changes: Config): Promise<string> =>
      JSON.stringify((await deployed(changes)).ofKind("PrometheusRule").map(({ inputs }) => inputs["spec"]));
    const recorded = [...Object.values(GATEWAY_RATES)].map((name) => `"record":"${name}"`);
    const withGateway = await rules({ gateway });
    const without = await rules({});
    for (const record of recorded) {
      assert.ok(withGateway.includes(record), record);
      assert.ok(!without.includes(record), record);
    }
    for (const alert of ["VllmTenantNearQuota", "VllmGatewayErrors"])
      assert.ok(withGateway.includes(`"alert":"${alert}"`) && !without.includes(`"alert":"${alert}"`), alert);
  });

  it("makes a namespace that refuses pods which are not restricted", async () => {
    const { inputs } = (await deployed({ namespace: "models" })).get("Namespace", "namespace");
    assert.deepEqual(inputs["metadata"], {
      name: "models",
      labels: {
        "app.kubernetes.io/part-of": "test",
        "app.kubernetes.io/managed-by": "pulumi",
        "pod-security.kubernetes.io/enforce": "restricted",
      },
    });
  });

  it("asks the cluster that the config names, and no default one, for everything", async () => {
    const existing = { name: "llm-test", context: "admin", kubeconfig: "apiVersion: v1" };
    const registry = await deployed({ cluster: { existing } });
    const { inputs } = registry.get("kubernetes", "cluster");
    assert.deepEqual(inputs, {
      clusterIdentifier: "llm-test",
      context: "admin",
      kubeconfig: { secret: "apiVersion: v1" },
    });
    const objects = registry.all.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.ok(objects.length > 10);
    for (const { provider, name } of objects) assert.equal(provider, "kubernetes cluster", name);
  });

  it("takes the ambient kubeconfig when the config gives none", async () => {
    const { inputs } = (await deployed()).get("kubernetes", "cluster");
    assert.deepEqual(inputs, { clusterIdentifier: "llm-test" });
  });

  it("keeps the hub's token in a Secret, secret on the way there", async () => {
    const r2 = releaseConfig({ model: { gated: true } });
    const registry = await deployed({ huggingFaceToken: "hf_x", models: { chat: { releases: { r2 } } } });
    const { inputs } = registry.get("Secret", "hugging-face");
    assert.deepEqual(inputs, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "hugging-face",
        namespace: "vllm",
        labels: { "app.kubernetes.io/part-of": "test", "app.kubernetes.io/managed-by": "pulumi" },
      },
      type: "Opaque",
      stringData: { secret: { token: "hf_x" } },
    });
    const pod = (name: string) => JSON.stringify(registry.get("Deployment", name).inputs);
    assert.ok(
      pod("chat-r2").includes('{"name":"HF_TOKEN","valueFrom":{"secretKeyRef":{"key":"token","name":"hugging-face"}}}'),
    );
    assert.ok(!pod("chat-r1").includes("HF_TOKEN"));
  });

  it("makes no Secret of a token that no model needs", async () => {
    const secrets = (await deployed({ huggingFaceToken: "hf_x" })).ofKind("Secret");
    assert.deepEqual(
      secrets.map(({ name }) => name),
      ["chat-api-key"],
    );
  });

  it("hands the platform's and the access config to every model", async () => {
    const registry = await deployed({
      platform: { prometheus: { url: "http://p:9090", namespace: "obs", podMonitorLabels: { scrape: "yes" } } },
      access: { clientNamespaces: ["assistant"], egress: [{ cidr: "10.9.0.0/16", ports: [443], reason: "a mirror" }] },
      models: { chat: { autoscaling: { min: 1, max: 2 } } },
    });
    const text = (kind: string) => JSON.stringify(registry.get(kind, "chat-r1").inputs);
    assert.ok(text("ScaledObject").includes('"serverAddress":"http://p:9090"'));
    assert.ok(text("PodMonitor").includes('"scrape":"yes"'));
    for (const part of ['"values":["obs"]', '"values":["assistant"]', '"cidr":"10.9.0.0/16"']) {
      assert.ok(text("NetworkPolicy").includes(part), part);
    }
  });
});

interface PodSpec {
  nodeSelector: Record<string, string>;
  tolerations: Array<{ key: string }>;
  priorityClassName: string;
}

/** The pods of every Deployment, by its name. */
function podsOf(resources: readonly CollectedResource[]): Map<string, PodSpec> {
  const deployments = resources.filter(({ type }) => type === "kubernetes:apps/v1:Deployment");
  return new Map(
    deployments.map(({ name, inputs }) => [
      name,
      (inputs as { spec: { template: { spec: PodSpec } } }).spec.template.spec,
    ]),
  );
}

const KINDS = ["NetworkPolicy", "PodDisruptionBudget", "PodMonitor", "PrometheusRule", "ServiceAccount"];
const EXPECTED = {
  staging: { scaled: ["chat-r1"], deployments: ["chat-r1", "chat-small-r1", "embed-r1", "trial-r1"] },
  prod: {
    scaled: ["chat-r1", "chat-small-r1", "embed-r1"],
    deployments: ["chat-r1", "chat-small-r1", "chat-spare", "embed-r1", "trial-r1"],
  },
};

for (const [stack, { scaled, deployments }] of Object.entries(EXPECTED)) {
  describe(`the stack ${stack}`, () => {
    let resources: CollectedResource[];
    before(async () => (resources = await collect(loadStack(process.cwd(), stack).file)));

    const names = (kind: string): string[] =>
      resources
        .filter(({ type }) => type.split(":").at(-1) === kind)
        .map(({ name }) => name)
        .sort();

    it("deploys each release of each model with all that belongs to it", () => {
      const runtimes = deployments.filter((name) => name !== "chat-spare");
      assert.deepEqual(names("Deployment"), deployments);
      for (const kind of KINDS) {
        assert.deepEqual(
          names(kind).filter((name) => name !== "model-cache" && !name.startsWith("observability-")),
          runtimes,
          kind,
        );
      }
      const rules = names("PrometheusRule").filter((name) => name.startsWith("observability-"));
      assert.deepEqual(
        rules,
        [
          ...["chat", "chat-small", "embed", "trial"].map((model) => `observability-${model}.contract`),
          ...["alerts", "cost", "fleet", "series"].map((what) => `observability-${stack}.${what}`),
        ].sort(),
      );
      assert.equal(names("Job").length, stack === "prod" ? 4 : 0, "each revision is filled once");
      assert.deepEqual(names("Service"), ["chat", "chat-small", "embed", "trial", ...runtimes].sort());
      assert.deepEqual(names("ScaledObject"), scaled);
      assert.deepEqual(names("Secret"), ["chat-api-key", "chat-small-api-key", "embed-api-key", "trial-api-key"]);
    });

    it("lets the model on trial onto spot nodes, and nothing that people wait for", () => {
      for (const [name, { nodeSelector, tolerations, priorityClassName }] of podsOf(resources)) {
        const trial = name === "trial-r1";
        assert.equal(
          tolerations.some(({ key }) => key === "node-lifecycle"),
          trial,
          name,
        );
        assert.equal(nodeSelector["workload"], trial ? "gpu-batch" : "gpu-inference", name);
        assert.equal(nodeSelector["node-lifecycle"], trial ? undefined : "on-demand", name);
        const priority = trial ? "experimental" : name === "chat-spare" ? "spare" : "interactive";
        assert.equal(priorityClassName, `vllm-${priority}`);
      }
    });

    it("is accepted by its policies", async () => {
      const judged = resources.map(({ inputs, ...resource }) => ({ ...resource, props: inputs }));
      const violations = await runPolicies(judged, undefined, readPolicyConfig(`policies/config/${stack}.json`));
      const mandatory = violations.filter(({ level }) => level === "mandatory");
      assert.deepEqual(mandatory, []);
      if (stack === "prod") assert.deepEqual(violations, []);
    });

    it("is a config without problems", () => {
      assert.deepEqual(loadStack(process.cwd(), stack).warnings, []);
    });
  });
}
