import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import * as pulumi from "@pulumi/pulumi";

import { contractText } from "../../components/contract/contract.js";
import { ContractError } from "../../components/config/problems.js";
import type { ServingEnvironment } from "../../components/engine/environment.js";
import { scaledObjectSpec } from "../../components/serving/autoscaling.js";
import { coldStartRuleSpec } from "../../components/serving/coldStart.js";
import { networkPolicySpec } from "../../components/serving/networkPolicy.js";
import { podMonitorSpec } from "../../components/serving/podMonitor.js";
import { serviceSpec } from "../../components/serving/service.js";
import { VllmRuntime, type VllmRuntimeArgs } from "../../components/serving/vllmRuntime.js";
import { contractOf, ENVIRONMENT, RUNTIME_LABELS, SELECTOR } from "./fixtures.js";
import { type Registry, registered, valueOf } from "./registered.js";

const METADATA = { name: "chat-r1", namespace: "models", labels: RUNTIME_LABELS };
const ARGS: VllmRuntimeArgs = {
  plan: contractOf({}, { autoscaling: { min: 1, max: 3 } }),
  environment: ENVIRONMENT,
};

const SCALE_TARGET = { apiVersion: "apps/v1", kind: "Deployment", name: "chat-r1" };

const within = (changes: Partial<ServingEnvironment>): Promise<Registry> =>
  runtime({ environment: { ...ENVIRONMENT, ...changes } });

const runtime = (changes: Partial<VllmRuntimeArgs> = {}): Promise<Registry> =>
  registered(() => new VllmRuntime("chat-r1", { ...ARGS, ...changes }));

/** The pods' spec. */
function podOf(registry: Registry): { [key: string]: unknown; containers: Array<{ env: Array<{ name: string }> }> } {
  const { spec } = registry.get("Deployment", "chat-r1").inputs as {
    spec: { template: { spec: ReturnType<typeof podOf> } };
  };
  return spec.template.spec;
}

describe("VllmRuntime", () => {
  it("makes the objects of a release as its children", async () => {
    const registry = await runtime();
    assert.deepEqual(registry.names("VllmRuntime chat-r1"), [
      "ApiKey chat-r1",
      "Deployment chat-r1",
      "NetworkPolicy chat-r1",
      "PodDisruptionBudget chat-r1",
      "PodMonitor chat-r1",
      "PrometheusRule chat-r1",
      "ScaledObject chat-r1",
      "Service chat-r1",
      "ServiceAccount chat-r1",
    ]);
    assert.deepEqual(registry.names("ApiKey chat-r1"), ["RandomPassword chat-r1", "Secret chat-r1-api-key"]);
    assert.equal(registry.all.length, 12);
    assert.equal(registry.get("VllmRuntime", "chat-r1").type, "pulumi-vllm:serving:VllmRuntime");
  });

  it("gives them the inputs that the contract leads to", async () => {
    const registry = await within({
      access: { clientNamespaces: ["assistant"], egress: [{ cidr: "10.0.0.0/8", ports: [443], reason: "a mirror" }] },
    });
    const inputs = (kind: string) => registry.get(kind, "chat-r1").inputs;
    assert.deepEqual(inputs("Service"), {
      apiVersion: "v1",
      kind: "Service",
      metadata: METADATA,
      spec: serviceSpec(SELECTOR),
    });
    assert.deepEqual(inputs("ServiceAccount"), {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: METADATA,
      automountServiceAccountToken: false,
    });
    const access = {
      clientNamespaces: ["assistant"],
      egress: [{ cidr: "10.0.0.0/8", ports: [443], reason: "a mirror" }],
    };
    assert.deepEqual(
      inputs("NetworkPolicy")["spec"],
      networkPolicySpec(SELECTOR, { ...ENVIRONMENT, access }, contractOf()),
    );
    assert.deepEqual(inputs("PodMonitor"), {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: METADATA,
      spec: podMonitorSpec(SELECTOR),
    });
    assert.deepEqual(inputs("PrometheusRule"), {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PrometheusRule",
      metadata: METADATA,
      spec: coldStartRuleSpec(ARGS.plan, "models"),
    });
    assert.deepEqual(inputs("ScaledObject"), {
      apiVersion: "keda.sh/v1alpha1",
      kind: "ScaledObject",
      metadata: METADATA,
      spec: scaledObjectSpec(ARGS.plan, SCALE_TARGET, "models", { url: "http://prometheus:9090" }),
    });
  });

  it("is found by annotations, or by a scrape of others, without a PodMonitor", async () => {
    const { monitoring } = ENVIRONMENT;
    const annotated = await within({ monitoring: { ...monitoring, monitors: "annotations" } });
    assert.deepEqual([...annotated.ofKind("PodMonitor"), ...annotated.ofKind("PrometheusRule")], []);
    const { template } = annotated.get("Deployment", "chat-r1").inputs["spec"] as {
      template: { metadata: { annotations: object } };
    };
    assert.deepEqual(template.metadata.annotations, {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "8000",
      "prometheus.io/path": "/metrics",
    });
    const asks = (registry: Registry) => JSON.stringify(registry.get("ScaledObject", "chat-r1").inputs["spec"]);
    assert.ok(asks(annotated).includes('app_kubernetes_io_instance=\\"chat\\",pulumi_vllm_dev_release=\\"r1\\"'));
    const none = await within({
      monitoring: { ...monitoring, monitors: "none", seriesLabels: { release: "version" } },
    });
    assert.deepEqual(none.ofKind("PodMonitor"), []);
    assert.ok(asks(none).includes('vllm_model=\\"chat\\",version=\\"r1\\"'));
  });

  it("carries the contract in the Deployment, to be read back and checked by its hash", async () => {
    let made: VllmRuntime | undefined;
    const registry = await registered(() => (made = new VllmRuntime("chat-r1", ARGS)));
    const { annotations } = registry.get("Deployment", "chat-r1").inputs["metadata"] as {
      annotations: Record<string, string>;
    };
    assert.deepEqual(JSON.parse(annotations["pulumi-vllm.dev/contract"]!), ARGS.plan.contract);
    assert.equal(annotations["pulumi-vllm.dev/contract"], contractText(ARGS.plan.contract));
    const hash = createHash("sha256").update(annotations["pulumi-vllm.dev/contract"]).digest("hex");
    assert.equal(annotations["pulumi-vllm.dev/contract-hash"], hash.slice(0, 16));
    assert.equal(await valueOf(made!.contractHash), hash.slice(0, 16));
  });

  it("says its address inside the cluster", async () => {
    let made: VllmRuntime | undefined;
    await registered(() => (made = new VllmRuntime("chat-r1", ARGS)));
    assert.equal(await valueOf(made!.url), "http://chat-r1.models.svc:8000");
  });

  it("makes no ScaledObject when replicas are fixed", async () => {
    const registry = await runtime({ plan: contractOf() });
    assert.deepEqual(registry.ofKind("ScaledObject"), []);
    assert.equal((registry.get("Deployment", "chat-r1").inputs["spec"] as { replicas: number }).replicas, 1);
  });

  it("uses a key that is there instead of making one", async () => {
    const apiKey = { name: "shared", key: "key" };
    const registry = await runtime({ apiKey });
    assert.deepEqual(registry.ofKind("Secret"), []);
    assert.deepEqual(podOf(registry).containers[0]!.env.at(-1), {
      name: "VLLM_API_KEY",
      valueFrom: { secretKeyRef: apiKey },
    });
  });

  it("places pods on this project's on-demand nodes unless told otherwise", async () => {
    const { nodeSelector, tolerations, serviceAccountName } = podOf(await runtime());
    assert.deepEqual(nodeSelector, {
      accelerator: "l4",
      workload: "gpu-inference",
      "node-lifecycle": "on-demand",
    });
    assert.deepEqual(tolerations, [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
    assert.equal(serviceAccountName, "chat-r1");
    const placement = { nodeSelector: { pool: "gpu" }, tolerations: [] };
    const names = ["interactive", "batch", "experimental", "spare"].map((name) => [name, `models-${name}`]);
    const priorityClasses = Object.fromEntries(names) as ServingEnvironment["priorityClasses"];
    const own = podOf(await runtime({ placement, environment: { ...ENVIRONMENT, priorityClasses } }));
    assert.deepEqual(own["nodeSelector"], { pool: "gpu" });
    assert.deepEqual(own["tolerations"], []);
    assert.equal(own["priorityClassName"], "models-interactive");
  });

  it("labels what Prometheus reads as it wants it", async () => {
    const monitoring = { ...ENVIRONMENT.monitoring, podMonitorLabels: { release: "kube-prometheus-stack" } };
    const registry = await within({ monitoring });
    for (const kind of ["PodMonitor", "PrometheusRule"]) {
      const { metadata } = registry.get(kind, "chat-r1").inputs as { metadata: { labels: object } };
      assert.deepEqual(metadata.labels, { ...RUNTIME_LABELS, release: "kube-prometheus-stack" });
    }
    assert.deepEqual(registry.get("Service", "chat-r1").inputs["metadata"], METADATA);
  });

  it("waits longer than all replicas take to start and drain one after the other", async () => {
    const plan = contractOf({ startupSeconds: 1800 }, { autoscaling: { min: 1, max: 4 }, drainSeconds: 600 });
    const { timeouts } = (await runtime({ plan })).get("Deployment", "chat-r1");
    assert.deepEqual(timeouts, { create: "10620s", update: "10620s" });
    assert.ok(10620 > 4 * (1800 + 600));
  });

  it("has the Service and the autoscaler follow the Deployment", async () => {
    const registry = await runtime();
    for (const kind of ["Service", "ScaledObject"]) {
      assert.ok(registry.get(kind, "chat-r1").dependencies.includes("Deployment chat-r1"), kind);
    }
  });

  it("takes a namespace and an address that are known only later", async () => {
    const later = (value: string): pulumi.Output<string> => pulumi.output(Promise.resolve(value));
    const monitoring = { ...ENVIRONMENT.monitoring, prometheusUrl: later("http://prometheus:9090") };
    const registry = await within({ namespace: later("models"), monitoring });
    const { spec, metadata } = registry.get("ScaledObject", "chat-r1").inputs;
    assert.deepEqual(metadata, METADATA);
    assert.deepEqual(spec, scaledObjectSpec(ARGS.plan, SCALE_TARGET, "models", { url: "http://prometheus:9090" }));
  });

  it("refuses a contract that does not fit, with every problem, and makes nothing", async () => {
    const plan = { ...ARGS.plan, context: 40000, image: "vllm/vllm-openai:latest" };
    let thrown: unknown;
    const registry = await registered(() => {
      try {
        new VllmRuntime("chat-r1", {
          ...ARGS,
          plan: { ...plan, concurrency: { ...plan.concurrency, inFlight: 8 } },
        });
      } catch (caught) {
        thrown = caught;
      }
    });
    assert.ok(thrown instanceof ContractError);
    assert.deepEqual(
      thrown.problems.map(({ path }) => path),
      ["chat-r1.image", "chat-r1.concurrency.inFlight", "chat-r1.context"],
    );
    assert.deepEqual(registry.names(), ["VllmRuntime chat-r1"]);
    const tooLong = { ...ARGS, plan: { ...ARGS.plan, context: 40000 } };
    await registered(() => {
      assert.throws(
        () => new VllmRuntime("chat-r1", tooLong),
        /^ContractError: chat-r1\.context: 40000 tokens do not fit/,
      );
    });
  });
});
