import assert from "node:assert/strict";

import { prometheusStackValues } from "../../../components/platform/prometheus/values.js";
import { prometheusStackRbac } from "../../../components/platform/prometheus/rbac.js";
import {
  alertmanagerTrust,
  operatorTrust,
  prometheusTrust,
  trusted,
} from "../../../components/platform/prometheus/trust.js";
import { leaves } from "../paths.js";

describe("prometheusStackValues", () => {
  const values = prometheusStackValues({ clusterName: "llm" });
  const { prometheusSpec } = values.prometheus;
  const { alertmanagerSpec } = values.alertmanager;

  it("keeps the names that the rest of the project knows", () => {
    assert.equal(values.fullnameOverride, "kube-prometheus-stack");
  });

  it("takes monitors and rules of every release, and of the trusted namespaces alone", () => {
    const args = { clusterName: "llm", namespace: "watch", trustedNamespaces: ["vllm"] };
    const spec = prometheusStackValues(args).prometheus.prometheusSpec;
    for (const kind of ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"] as const) {
      assert.equal(spec[`${kind}SelectorNilUsesHelmValues`], false, kind);
    }
    assert.ok(!leaves(values).some(({ path }) => /(Monitor|rule|probe|scrapeConfig)Selector$/.test(path)));
    for (const [key, value] of Object.entries(prometheusTrust(args))) {
      assert.deepEqual(spec[key as keyof typeof spec], value, key);
    }
    assert.ok(prometheusTrust(args).ruleNamespaceSelector.matchExpressions[0]!.values.includes("vllm"));
  });

  it("routes alerts and makes Prometheus as the trusted namespaces say", () => {
    const args = { clusterName: "llm", namespace: "watch" };
    const given = prometheusStackValues(args);
    for (const [key, value] of Object.entries(alertmanagerTrust(args))) {
      assert.deepEqual(given.alertmanager.alertmanagerSpec[key as keyof typeof alertmanagerSpec], value, key);
    }
    for (const [key, value] of Object.entries(operatorTrust(args))) {
      assert.deepEqual(given.prometheusOperator[key as keyof typeof given.prometheusOperator], value, key);
    }
  });

  it("has permissions of its own in place of the chart's, which read every Secret", () => {
    assert.deepEqual(values.global, { rbac: { create: false } });
    assert.deepEqual(values.grafana.rbac, { create: false });
    assert.deepEqual(values.extraManifests, prometheusStackRbac("monitoring"));
    const elsewhere = prometheusStackValues({ clusterName: "llm", namespace: "watch" });
    assert.deepEqual(elsewhere.extraManifests, prometheusStackRbac("watch"));
  });

  it("keeps metrics for fifteen days on 100 GiB, of which it leaves 15 % free", () => {
    assert.equal(prometheusSpec.retention, "15d");
    assert.equal(prometheusSpec.retentionSize, "85GB");
    assert.deepEqual(prometheusSpec.storageSpec, {
      volumeClaimTemplate: {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "100Gi" } } },
      },
    });
  });

  it("keeps them for as long and in as much room as it is told", () => {
    const given = prometheusStackValues({
      clusterName: "llm",
      retentionDays: 40,
      volumeGiB: 50,
      storageClass: "fast",
    });
    const spec = given.prometheus.prometheusSpec;
    assert.equal(spec.retention, "40d");
    assert.equal(spec.retentionSize, "42GB");
    assert.deepEqual(spec.storageSpec, {
      volumeClaimTemplate: {
        spec: {
          storageClassName: "fast",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "50Gi" } },
        },
      },
    });
    assert.deepEqual(given.alertmanager.alertmanagerSpec.storage, {
      volumeClaimTemplate: {
        spec: {
          storageClassName: "fast",
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: "5Gi" } },
        },
      },
    });
    const sized = prometheusStackValues({ clusterName: "llm", retentionSize: "7GB" });
    assert.equal(sized.prometheus.prometheusSpec.retentionSize, "7GB");
  });

  it("runs two of Prometheus and of Alertmanager, never on one node", () => {
    for (const spec of [prometheusSpec, alertmanagerSpec]) {
      assert.equal(spec.replicas, 2);
      assert.equal(spec.podAntiAffinity, "hard");
      assert.equal(spec.priorityClassName, "system-cluster-critical");
      assert.deepEqual(
        spec.topologySpreadConstraints.map(({ topologyKey }) => topologyKey),
        ["topology.kubernetes.io/zone"],
      );
    }
    assert.deepEqual(values.prometheus.podDisruptionBudget, { enabled: true, minAvailable: 1 });
    assert.deepEqual(values.alertmanager.podDisruptionBudget, { enabled: true, minAvailable: 1 });
    assert.deepEqual(prometheusSpec.topologySpreadConstraints[0]?.labelSelector.matchLabels, {
      "app.kubernetes.io/name": "prometheus",
      "operator.prometheus.io/name": "kube-prometheus-stack-prometheus",
    });
    assert.deepEqual(alertmanagerSpec.topologySpreadConstraints[0]?.labelSelector.matchLabels, {
      "app.kubernetes.io/name": "alertmanager",
      alertmanager: "kube-prometheus-stack-alertmanager",
    });
  });

  it("runs on system nodes, but for the node exporter, which runs on all", () => {
    for (const { nodeSelector } of [
      prometheusSpec,
      alertmanagerSpec,
      values.prometheusOperator,
      values.prometheusOperator.admissionWebhooks.patch,
      values.crds.upgradeJob,
      values.grafana,
      values["kube-state-metrics"],
    ]) {
      assert.deepEqual(nodeSelector, { workload: "system" });
    }
    assert.ok(!("nodeSelector" in values["prometheus-node-exporter"]));
    assert.deepEqual(values["prometheus-node-exporter"].tolerations, [{ operator: "Exists", effect: "NoSchedule" }]);
    assert.deepEqual(values["prometheus-node-exporter"].updateStrategy, {
      type: "RollingUpdate",
      rollingUpdate: { maxUnavailable: "25%" },
    });
  });

  it("takes Grafana's password from the Secret, and holds none itself", () => {
    assert.deepEqual(values.grafana.admin, {
      existingSecret: "grafana-admin",
      userKey: "admin-user",
      passwordKey: "admin-password",
    });
    assert.ok(!leaves(values).some(({ path }) => path.endsWith("adminPassword")));
  });

  it("takes dashboards of the trusted namespaces, as ConfigMaps, and keeps none in Grafana", () => {
    const { dashboards, datasources } = values.grafana.sidecar;
    assert.deepEqual([dashboards.resource, datasources.resource], ["configmap", "configmap"]);
    assert.deepEqual(
      [dashboards.label, dashboards.labelValue, dashboards.searchNamespace, dashboards.provider.allowUiUpdates],
      ["grafana_dashboard", "1", trusted({}), false],
    );
    assert.deepEqual(values.grafana.persistence, { enabled: false });
  });

  it("upgrades the CRDs, with images of fixed versions", () => {
    assert.equal(values.crds.enabled, true);
    assert.equal(values.crds.upgradeJob.enabled, true);
    assert.deepEqual(values.crds.upgradeJob.image, {
      busybox: { registry: "docker.io", repository: "library/busybox", tag: "1.38.0" },
      kubectl: { tag: "v1.36.0" },
    });
  });

  it("watches nothing that EKS does not show", () => {
    for (const part of ["kubeEtcd", "kubeScheduler", "kubeControllerManager", "kubeProxy"] as const) {
      assert.deepEqual(values[part], { enabled: false }, part);
    }
    assert.deepEqual(values.defaultRules.rules, {
      etcd: false,
      kubeControllerManager: false,
      kubeProxy: false,
      kubeSchedulerAlerting: false,
      kubeSchedulerRecording: false,
      windows: false,
    });
  });

  it("shows labels of cost beside ours, and none on nodes", () => {
    const shown = prometheusStackValues({ clusterName: "llm", shownLabels: ["team"] })["kube-state-metrics"];
    const [pods, , , nodes] = shown.metricLabelsAllowlist;
    assert.ok(pods?.endsWith(",pulumi-vllm.dev/gpu,team]"), pods);
    assert.ok(!nodes?.includes("team"), nodes);
  });

  it("shows release and node group on the API's objects, and no Secrets", () => {
    const { metricLabelsAllowlist, collectorsExclude } = values["kube-state-metrics"];
    const workload =
      "app.kubernetes.io/name,app.kubernetes.io/instance,app.kubernetes.io/component,app.kubernetes.io/part-of," +
      "pulumi-vllm.dev/release,pulumi-vllm.dev/revision,pulumi-vllm.dev/class,pulumi-vllm.dev/gpu";
    assert.deepEqual(metricLabelsAllowlist, [
      `pods=[${workload}]`,
      `deployments=[${workload}]`,
      `jobs=[${workload}]`,
      "nodes=[accelerator,workload,node-lifecycle,nvidia.com/gpu.present,eks.amazonaws.com/nodegroup," +
        "node.kubernetes.io/instance-type,eks.amazonaws.com/capacityType,karpenter.sh/capacity-type," +
        "cloud.google.com/gke-spot,cloud.google.com/gke-preemptible,cloud.google.com/gke-provisioning," +
        "kubernetes.azure.com/scalesetpriority,topology.kubernetes.io/zone]",
      // Which pods a Service leads to.
      "endpointslices=[kubernetes.io/service-name]",
    ]);
    assert.ok(collectorsExclude.includes("secrets"));
  });

  it("writes the cluster's name on what leaves it", () => {
    assert.deepEqual(prometheusSpec.externalLabels, { cluster: "llm" });
  });
});
