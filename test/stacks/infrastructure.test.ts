import assert from "node:assert/strict";
import { addonsSchema } from "../../components/platform/schema.js";
import { formatProblem } from "../../components/config/problems.js";
import { parseStackConfig } from "../../stacks/config.js";
import { collect, type CollectedResource } from "../../tools/collect.js";
import { kebab } from "../names.js";
import { BUILT, stackValues } from "./fixtures.js";

const TODAY = new Date("2026-11-21T00:00:00Z");

/** What the program registers for the given keys of the config. */
async function resources(values: Record<string, unknown>): Promise<CollectedResource[]> {
  // Whole values: a cluster to build takes the place of the one that is there.
  const all = { ...stackValues(), ...values };
  const { problems } = parseStackConfig(all, [], TODAY);
  assert.deepEqual(problems, []);
  const engineConfig = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [`vllm:${key}`, JSON.stringify(value)]),
  );
  return collect({ stack: "test", file: "", values: all, engineConfig, secretPaths: [], engineSecretKeys: [] });
}

function names(found: readonly CollectedResource[], kind: string): string[] {
  return found
    .filter(({ type }) => type.split(":").at(-1) === kind)
    .map(({ name }) => name)
    .sort();
}

describe("infrastructure", () => {
  it("installs nothing in an existing cluster by default", async () => {
    const found = await resources({});
    assert.deepEqual(names(found, "Platform"), []);
    assert.deepEqual(names(found, "GpuCluster"), []);
    assert.deepEqual(names(found, "kubernetes"), ["cluster"]);
  });

  it("installs only the chosen add-ons in an existing cluster", async () => {
    const found = await resources({ platform: { addons: { keda: { install: true } } } });
    assert.deepEqual(names(found, "Release"), ["platform-keda"]);
    assert.deepEqual(names(found, "StorageClass"), []);
  });

  it("builds a cluster with all its add-ons but those that have to be asked for", async () => {
    const found = await resources({ cluster: BUILT });
    assert.deepEqual(names(found, "GpuCluster"), ["cluster"]);
    assert.deepEqual(names(found, "NodeGroup"), ["cluster-inference", "cluster-system"]);
    assert.deepEqual(
      names(found, "Release"),
      Object.keys(addonsSchema.shape)
        .filter((addon) => !["loadBalancerController", "openTelemetryCollector", "envoyGateway"].includes(addon))
        .map((addon) => `platform-${kebab(addon)}`)
        .sort(),
    );
  });

  it("has Prometheus take the models' monitors, and those of the namespaces that the config names", async () => {
    const platform = { addons: { prometheus: { namespaces: ["team"] } } };
    const found = await resources({ cluster: BUILT, platform });
    const readers = found.find(({ name }) => name === "platform-prometheus-readers")!;
    assert.match(JSON.stringify(readers.inputs), /"values":\["monitoring",[^\]]*"vllm","team"\]/);
    const release = found.find(({ type, name }) => type.endsWith(":Release") && name === "platform-prometheus")!;
    assert.match(JSON.stringify(release.inputs), /"podMonitorNamespaceSelector":\{[^\]]*"vllm","team"\]/);
  });

  it("has Prometheus take the monitor of a gateway's proxies", async () => {
    const gateway = {
      host: "llm.example.com",
      tls: { secret: "llm-tls" },
      tenants: { acme: { models: ["chat"], limits: { requestsPerMinute: 60 } } },
    };
    const found = await resources({ cluster: BUILT, gateway });
    const release = found.find(({ type, name }) => type.endsWith(":Release") && name === "platform-prometheus")!;
    assert.match(
      JSON.stringify(release.inputs),
      /"podMonitorNamespaceSelector":\{[^\]]*"vllm","envoy-gateway-system"\]/,
    );
  });

  it("leaves out of a built cluster what is refused", async () => {
    const found = await resources({ cluster: BUILT, platform: { addons: { dcgmExporter: { install: false } } } });
    assert.ok(!names(found, "Release").includes("platform-dcgm-exporter"));
  });

  it("makes models through a provider of their own, so that KEDA outlives its ScaledObjects", async () => {
    const found = await resources({ cluster: BUILT });
    assert.deepEqual(names(found, "kubernetes"), ["cluster", "platform"]);
  });

  const linesOf = (values: Record<string, unknown>): string[] =>
    parseStackConfig({ ...stackValues(), ...values }, [], TODAY).problems.map(formatProblem);

  it("warns where a cluster that is built would lack what models need", () => {
    assert.deepEqual(linesOf({ cluster: BUILT, platform: { addons: { keda: { install: false } } } }), [
      "vllm:platform.addons.keda.install: models need it: install it otherwise, before the models come",
    ]);
  });

  it("refuses namespaces that are not the stack's to make", () => {
    assert.deepEqual(linesOf({ namespace: "kube-system" }), [
      'vllm:namespace: "kube-system" is Kubernetes\' own: use another',
    ]);
    assert.deepEqual(linesOf({ cluster: BUILT, namespace: "monitoring" }), [
      'vllm:namespace: "monitoring" is the namespace of an add-on: use another',
    ]);
    assert.deepEqual(linesOf({ namespace: "monitoring" }), []);
  });

  it("checks what is right of a cluster whose shape is wrong elsewhere", () => {
    const cluster = { ...BUILT, kubernetesVersion: 1.27, publicEndpoint: { cidrs: ["0.0.0.0/0"] } };
    assert.deepEqual(linesOf({ cluster }), [
      'vllm:cluster.kubernetesVersion: is read as the number 1.27: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
      'vllm:cluster.publicEndpoint.cidrs[0]: "0.0.0.0/0" opens the API server to the world: ' +
        "give the ranges of your offices and runners, /8 at the widest",
    ]);
  });

  it("refuses add-ons that act in AWS in an existing cluster, where they have no permissions", () => {
    const install = { install: true };
    const values = stackValues({
      platform: { addons: { clusterAutoscaler: install, loadBalancerController: install } },
    });
    assert.deepEqual(
      parseStackConfig(values).problems.map(({ path }) => path),
      ["vllm:platform.addons.clusterAutoscaler.install", "vllm:platform.addons.loadBalancerController.install"],
    );
  });
});
