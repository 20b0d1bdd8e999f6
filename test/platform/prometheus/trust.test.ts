import assert from "node:assert/strict";

import { ADDON_NAMESPACES } from "../../../components/platform/namespaces.js";
import {
  alertmanagerTrust,
  operatorTrust,
  prometheusTrust,
  trusted,
} from "../../../components/platform/prometheus/trust.js";

const ADDONS = [...Object.values(ADDON_NAMESPACES), "kube-system"];
const named = (...values: string[]) => ({
  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }],
});

describe("trusted", () => {
  it("is Prometheus' own namespace, the add-ons', and those that are given", () => {
    assert.deepEqual(trusted({}), ["monitoring", ...ADDONS]);
    assert.deepEqual(trusted({ namespace: "watch", trustedNamespaces: ["vllm", "team"] }), [
      "watch",
      ...ADDONS,
      "vllm",
      "team",
    ]);
  });

  it("has each namespace once", () => {
    const found = trusted({ namespace: "keda", trustedNamespaces: ["vllm", "vllm", "kube-system"] });
    assert.deepEqual([...found].sort(), [...ADDONS, "vllm"].sort());
    assert.equal(found[0], "keda");
  });
});

describe("prometheusTrust", () => {
  it("takes monitors, rules, probes and scrape configurations of the trusted namespaces alone, by their names", () => {
    const spec = prometheusTrust({ trustedNamespaces: ["vllm"] });
    for (const kind of ["serviceMonitor", "podMonitor", "rule", "probe", "scrapeConfig"] as const) {
      assert.deepEqual(spec[`${kind}NamespaceSelector`], named("monitoring", ...ADDONS, "vllm"), kind);
    }
  });

  it("writes the namespace on what comes of them, but for monitors of the charts whose series are of other namespaces", () => {
    const { enforcedNamespaceLabel, excludedFromEnforcement } = prometheusTrust({ namespace: "watch" });
    assert.equal(enforcedNamespaceLabel, "namespace");
    const monitor = (namespace: string, name: string) => ({
      group: "monitoring.coreos.com",
      resource: "servicemonitors",
      namespace,
      name,
    });
    assert.deepEqual(excludedFromEnforcement, [
      monitor("watch", "kube-prometheus-stack-kube-state-metrics"),
      monitor("watch", "kube-prometheus-stack-kubelet"),
      monitor("watch", "kube-prometheus-stack-apiserver"),
      monitor("watch", "kube-prometheus-stack-coredns"),
      monitor("dcgm-exporter", "dcgm-exporter"),
    ]);
  });

  it("excludes nothing by kind or namespace alone, and nothing of a namespace that it is given", () => {
    const { excludedFromEnforcement } = prometheusTrust({ trustedNamespaces: ["vllm", "team"] });
    for (const { name, namespace } of excludedFromEnforcement) {
      assert.notEqual(name, "");
      assert.ok(["monitoring", "dcgm-exporter"].includes(namespace), namespace);
    }
  });
});

describe("rules of the whole cluster", () => {
  it("are those of a name in a namespace, and no others there", () => {
    const fleetRules = [{ namespace: "vllm", name: "staging.fleet" }];
    const { excludedFromEnforcement } = prometheusTrust({ trustedNamespaces: ["vllm"], fleetRules });
    assert.deepEqual(
      excludedFromEnforcement.filter(({ resource }) => resource === "prometheusrules"),
      [{ group: "monitoring.coreos.com", resource: "prometheusrules", namespace: "vllm", name: "staging.fleet" }],
    );
  });
});

describe("alertmanagerTrust", () => {
  it("lets alerts be routed by whoever writes beside Alertmanager, and by nobody else", () => {
    assert.deepEqual(alertmanagerTrust({ namespace: "watch", trustedNamespaces: ["team"] }), {
      alertmanagerConfigNamespaceSelector: named("watch"),
      alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" },
    });
  });
});

describe("operatorTrust", () => {
  it("keeps the operator to its own namespace, where its right to Secrets ends", () => {
    assert.deepEqual(operatorTrust({ namespace: "watch", trustedNamespaces: ["team"] }), {
      prometheusInstanceNamespaces: ["watch"],
      alertmanagerInstanceNamespaces: ["watch"],
      alertmanagerConfigNamespaces: ["watch"],
      thanosRulerInstanceNamespaces: ["watch"],
    });
  });
});
