import assert from "node:assert/strict";

import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { kedaPolicies } from "../../components/platform/ingress.js";
import { Platform, type PlatformArgs } from "../../components/platform/platform.js";
import { addonsSchema } from "../../components/platform/schema.js";
import { namespacesNamed, trusted } from "../../components/platform/prometheus/trust.js";
import { kebab } from "../names.js";
import { type Registry, registered, valueOf } from "../serving/registered.js";

const ARGS: PlatformArgs = {
  clusterName: "llm",
  modelNamespaces: ["vllm"],
  aws: { region: "eu-west-1", accountId: "123456789012", vpcId: "vpc-1" },
};

type Addon = Exclude<keyof typeof addonsSchema.shape, "envoyGateway">;
/** Envoy Gateway comes with `vllm:gateway`, and cannot be asked for here. */
const ADDONS = Object.keys(addonsSchema.shape).filter((addon) => addon !== "envoyGateway") as Addon[];
/** Those that a built cluster has without asking. */
const BY_DEFAULT = ADDONS.filter((addon) => !["loadBalancerController", "openTelemetryCollector"].includes(addon));
/** Names of the Helm releases, less the platform's own. */
const ALL = ADDONS.map(kebab);
const OTHERS = ALL.filter((addon) => addon !== "prometheus");
/** Those whose charts have monitors. */
const SCRAPED = [
  "dcgm-exporter",
  "device-plugin",
  "keda",
  "cluster-autoscaler",
  "load-balancer-controller",
  "open-telemetry-collector",
];
const SCRAPED_BY_DEFAULT = SCRAPED.slice(0, 4);

/** What the stack config's text would parse to. */
const addons = (value: unknown) => addonsSchema.parse(value);
const ASKED = addons({ loadBalancerController: { install: true }, openTelemetryCollector: { install: true } });

const releases = (registry: Registry): string[] =>
  registry
    .ofKind("Release")
    .map(({ name }) => name)
    .sort();

interface Values {
  values: Record<string, unknown>;
}
const values = (registry: Registry, addon: string): Record<string, unknown> =>
  (registry.get("Release", `platform-${addon}`).inputs as unknown as Values).values;

/** Whether the values ask for a monitor of any kind. */
const monitors = (registry: Registry): string[] =>
  SCRAPED.filter((addon) => {
    if (registry.ofKind("Release").every(({ name }) => name !== `platform-${addon}`)) return false;
    return /"(serviceMonitor":{"enabled"|prometheus":{"enable"):true/.test(JSON.stringify(values(registry, addon)));
  });

describe("Platform", () => {
  describe("with all that it has", () => {
    let registry: Registry;
    let platform: Platform;
    before(async () => {
      registry = await registered(() => {
        const provider = new k8s.Provider("cluster", {});
        const first = new k8s.core.v1.ConfigMap("first", {}, { provider });
        platform = new Platform("platform", { ...ARGS, addons: ASKED }, { provider, dependsOn: [first] });
      });
    });

    it("installs every add-on", () => {
      assert.deepEqual(releases(registry), ALL.map((addon) => `platform-${addon}`).sort());
      assert.ok(registry.names("Platform platform").includes("DefaultStorageClass platform-storage"));
    });

    it("makes the storage class before Prometheus' volumes, and Prometheus' CRDs before the others' monitors", () => {
      const { dependencies } = registry.get("Release", "platform-prometheus");
      assert.ok(dependencies.includes("StorageClass platform-storage"));
      for (const addon of OTHERS) {
        const release = registry.get("Release", `platform-${addon}`);
        assert.ok(release.dependencies.includes("Release platform-prometheus"), addon);
      }
      for (const name of OTHERS.map((addon) => `Release platform-${addon}`)) {
        assert.ok(!dependencies.includes(name), name);
      }
    });

    it("waits for what it is told to wait for", () => {
      for (const { name, dependencies } of registry.ofKind("Release")) {
        assert.ok(dependencies.includes("ConfigMap first"), name);
      }
      assert.ok(registry.get("StorageClass", "platform-storage").dependencies.includes("ConfigMap first"));
    });

    it("takes Prometheus' volumes from the storage class", () => {
      const { prometheus } = values(registry, "prometheus") as {
        prometheus: {
          prometheusSpec: { storageSpec: { volumeClaimTemplate: { spec: { storageClassName: string } } } };
        };
      };
      assert.equal(prometheus.prometheusSpec.storageSpec.volumeClaimTemplate.spec.storageClassName, "gp3");
    });

    it("uses the cluster's provider for all that is in it", () => {
      for (const { type, name, provider } of registry.all.filter(({ type }) => type.startsWith("kubernetes:"))) {
        assert.equal(provider, "kubernetes cluster", `${type} ${name}`);
      }
    });

    it("has its add-ons scraped", () => {
      assert.deepEqual(monitors(registry), SCRAPED);
    });

    it("says where Prometheus is, and what is ready when it is", async () => {
      assert.equal(
        await valueOf(platform.prometheusUrl!),
        "http://kube-prometheus-stack-prometheus.monitoring.svc:9090",
      );
      assert.equal(platform.ready.length, ADDONS.length + 1);
    });
  });

  it("is ready when every release is", async () => {
    const registry = await registered(() => {
      const { ready } = new Platform("platform", { ...ARGS, addons: ASKED });
      new k8s.core.v1.ConfigMap("model", {}, { dependsOn: ready });
    });
    const { dependencies } = registry.get("ConfigMap", "model");
    for (const addon of ["prometheus", ...OTHERS]) assert.ok(dependencies.includes(`Release platform-${addon}`), addon);
    assert.ok(dependencies.includes("StorageClass platform-storage"));
  });

  for (const addon of ADDONS) {
    it(`leaves ${addon} out alone`, async () => {
      const registry = await registered(
        () => new Platform("platform", { ...ARGS, addons: addons({ [addon]: { install: false } }) }),
      );
      assert.deepEqual(
        releases(registry),
        BY_DEFAULT.filter((other) => other !== addon)
          .map((other) => `platform-${kebab(other)}`)
          .sort(),
      );
    });

    it(`installs ${addon} alone`, async () => {
      const registry = await registered(
        () =>
          new Platform("platform", {
            ...ARGS,
            installByDefault: false,
            addons: addons({ [addon]: { install: true } }),
          }),
      );
      assert.deepEqual(releases(registry), [`platform-${kebab(addon)}`]);
      assert.deepEqual(registry.ofKind("StorageClass"), []);
    });
  }

  it("installs nothing where nothing is asked for", async () => {
    let platform: Platform | undefined;
    const registry = await registered(() => {
      platform = new Platform("platform", { clusterName: "llm", modelNamespaces: [], installByDefault: false });
    });
    assert.deepEqual(registry.names(), ["Platform platform"]);
    assert.equal(platform!.prometheusUrl, undefined);
    assert.deepEqual(platform!.ready, []);
  });

  it("asks for no monitors without Prometheus, unless another one reads them", async () => {
    const without = { ...ARGS, addons: addons({ prometheus: { install: false } }) };
    assert.deepEqual(monitors(await registered(() => new Platform("platform", without))), []);
    const another = { ...without, serviceMonitors: true };
    assert.deepEqual(monitors(await registered(() => new Platform("platform", another))), SCRAPED_BY_DEFAULT);
  });

  it("makes no storage class when told so, and leaves the volumes to the cluster's own", async () => {
    const registry = await registered(() => new Platform("platform", { ...ARGS, storageClass: false }));
    assert.deepEqual(registry.ofKind("StorageClass"), []);
    assert.doesNotMatch(JSON.stringify(values(registry, "prometheus")), /storageClassName/);
  });

  it("hands the config to the add-ons", async () => {
    const registry = await registered(
      () =>
        new Platform("platform", {
          ...ARGS,
          monitoringNamespace: "watch",
          addons: addons({
            devicePlugin: { featureDiscovery: false, migStrategy: "single", timeSlicingReplicas: 4 },
            prometheus: { retentionDays: 30, volumeGiB: 200 },
          }),
        }),
    );
    const plugin = values(registry, "device-plugin") as {
      migStrategy: string;
      gfd: unknown;
      config: { default: string; map: Record<string, string> };
    };
    assert.equal(plugin.migStrategy, "single");
    assert.deepEqual(plugin.gfd, { enabled: false });
    assert.equal(plugin.config.default, "exclusive");
    assert.match(plugin.config.map["shared"]!, /replicas: 4/);
    const { prometheus } = values(registry, "prometheus") as {
      prometheus: { prometheusSpec: { retention: string; retentionSize: string } };
    };
    assert.equal(prometheus.prometheusSpec.retention, "30d");
    assert.equal(prometheus.prometheusSpec.retentionSize, "170GB");
    assert.equal(registry.get("Release", "platform-prometheus").inputs["namespace"], "watch");
  });

  it("has Prometheus trust the models' namespaces and those of the config, and KEDA know where Prometheus is", async () => {
    const registry = await registered(
      () =>
        new Platform("platform", {
          ...ARGS,
          monitoringNamespace: "watch",
          addons: addons({ prometheus: { namespaces: ["team"] } }),
        }),
    );
    const { prometheus } = values(registry, "prometheus") as {
      prometheus: { prometheusSpec: { ruleNamespaceSelector: unknown } };
    };
    assert.deepEqual(
      prometheus.prometheusSpec.ruleNamespaceSelector,
      namespacesNamed(trusted({ namespace: "watch", trustedNamespaces: ["vllm", "team"] })),
    );
    assert.deepEqual(
      registry.get("NetworkPolicy", "platform-keda-neighbours").inputs["spec"],
      kedaPolicies("watch")["neighbours"],
    );
  });

  it("says what is missing when the autoscaler has no place to act in", async () => {
    await registered(() => {
      assert.throws(
        () => new Platform("platform", { clusterName: pulumi.output("llm"), modelNamespaces: [] }),
        /needs region and accountId .* or set addons\.clusterAutoscaler\.install: false/,
      );
    });
  });

  it("says what is missing when the load balancer controller has no network to act in", async () => {
    const installed = { clusterName: "llm", modelNamespaces: [], installByDefault: false, addons: ASKED };
    await registered(() => {
      assert.throws(
        () => new Platform("platform", installed),
        /aws is not given, and the load balancer controller needs region and accountId .*loadBalancerController/,
      );
      const aws = { region: "eu-west-1", accountId: "123456789012" };
      assert.throws(
        () => new Platform("platform", { ...installed, aws }),
        /aws\.vpcId is not given, and the load balancer controller needs it .*loadBalancerController\.install: false/,
      );
    });
  });

  it("makes no load balancers unless asked", async () => {
    const registry = await registered(() => new Platform("platform", ARGS));
    assert.deepEqual(releases(registry), BY_DEFAULT.map((addon) => `platform-${kebab(addon)}`).sort());
  });

  it("hands the cluster's version and preferred groups to the autoscaler, and its size to what runs on every node", async () => {
    const registry = await registered(
      () => new Platform("platform", { ...ARGS, nodes: 1, kubernetesVersion: "1.34", priorities: { 5: ["reserved"] } }),
    );
    const { image, expanderPriorities } = values(registry, "cluster-autoscaler");
    assert.deepEqual(image, { tag: "v1.34.5" });
    assert.equal(expanderPriorities, "5:\n  - reserved\n");
    const timeouts = ["dcgm-exporter", "device-plugin", "prometheus", "keda"].map(
      (addon) => registry.get("Release", `platform-${addon}`).inputs["timeout"],
    );
    assert.deepEqual(timeouts, [385, 345, 940, 300]);
  });

  describe("with Karpenter", () => {
    const KARPENTER = { ...ARGS, karpenter: { nodeRoleArn: "arn:aws:iam::123456789012:role/nodes" } };

    it("installs it in place of the cluster autoscaler, after Prometheus, and is ready with it", async () => {
      let platform: Platform | undefined;
      const registry = await registered(() => {
        platform = new Platform("platform", KARPENTER);
        new k8s.core.v1.ConfigMap("model", {}, { dependsOn: platform.ready });
      });
      assert.deepEqual(
        releases(registry),
        [...BY_DEFAULT.filter((addon) => addon !== "clusterAutoscaler").map(kebab), "karpenter", "karpenter-crds"]
          .map((addon) => `platform-${addon}`)
          .sort(),
      );
      assert.ok(platform!.karpenter !== undefined);
      for (const release of ["Release platform-karpenter", "Release platform-karpenter-crds"]) {
        assert.ok(registry.get("ConfigMap", "model").dependencies.includes(release), release);
      }
      const { dependencies } = registry.get("Release", "platform-karpenter");
      assert.ok(dependencies.includes("Release platform-prometheus"));
    });

    it("installs both where both are asked for", async () => {
      const both = { ...KARPENTER, addons: addons({ clusterAutoscaler: { install: true } }) };
      const found = releases(await registered(() => new Platform("platform", both)));
      for (const addon of ["karpenter", "cluster-autoscaler"]) assert.ok(found.includes(`platform-${addon}`), addon);
    });

    it("refuses a Kubernetes version that Karpenter does not know, and a cluster that is nowhere", async () => {
      await registered(() => {
        assert.throws(
          () => new Platform("platform", { ...KARPENTER, kubernetesVersion: "1.38" }),
          /kubernetesVersion is 1\.38, and Karpenter 1\.15\.1 is compatible with 1\.26 to 1\.37/,
        );
        assert.throws(
          () => new Platform("platform", { ...KARPENTER, aws: undefined }),
          /aws is not given, and Karpenter needs region and accountId .* or leave out karpenter/,
        );
      });
    });
  });

  it("has no Karpenter unless it is given the nodes' role", async () => {
    await registered(() => {
      assert.equal(new Platform("platform", ARGS).karpenter, undefined);
    });
  });

  it("installs Envoy Gateway for a stack's gateway, after its CRDs and its Redis, unless there is one", async () => {
    const of = (envoyGateway: PlatformArgs["envoyGateway"]) =>
      registered(() => new Platform("platform", { ...ARGS, installByDefault: false, envoyGateway }));
    const own = await of({});
    assert.deepEqual(releases(own), ["platform-envoy-gateway", "platform-envoy-gateway-crds"]);
    const { dependencies } = own.get("Release", "platform-envoy-gateway");
    assert.ok(dependencies.includes("Release platform-envoy-gateway-crds"));
    assert.deepEqual(
      own.ofKind("Deployment").map(({ name }) => name),
      ["platform-envoy-gateway-redis"],
    );
    const other = await of({ redisUrl: "redis://redis.cache.svc:6379" });
    assert.deepEqual(other.ofKind("Deployment"), []);
    assert.match(JSON.stringify(values(other, "envoy-gateway")), /"url":"redis:\/\/redis.cache.svc:6379"/);
    assert.match(JSON.stringify(values(other, "envoy-gateway")), /"failClosed":true/);
  });
});
