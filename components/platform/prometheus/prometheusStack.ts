import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { LABELS, MANAGED_BY } from "../../vocabulary/labels.js";
import { CHARTS } from "../charts.js";
import { addonPolicies, monitoringPolicies } from "../ingress.js";
import { MONITORING_NAMESPACE } from "../namespaces.js";
import { GRAFANA_ADMIN, prometheusStackValues, type PrometheusStackValuesArgs } from "./values.js";
import { addonNamespace, addonRelease, type AddonReleaseArgs } from "../release.js";
import { rolloutSeconds } from "../rollout.js";

const PASSWORD_LENGTH = 40;
/** Two hooks, a dozen images and four volumes. */
const INSTALL_SECONDS = 900;
/** Of the node exporter: the sub-chart's `readinessProbe.initialDelaySeconds`. */
const READINESS_DELAY_SECONDS = 0;

/** Inputs of {@link PrometheusStackAddon}. */
export interface PrometheusStackArgs extends PrometheusStackValuesArgs {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Most nodes of the cluster, which an update has to reach before Helm gives up. @default unknown: an update takes four waves */
  nodes?: number;
}

/** Prometheus with its operator and CRDs, Alertmanager, Grafana, the node exporter and kube-state-metrics. */
export class PrometheusStackAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;
  /** Prometheus as the cluster's pods reach it. */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: PrometheusStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:PrometheusStackAddon", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    // The node exporter sees the node's own files and network.
    const namespace = addonNamespace(name, args.namespace ?? MONITORING_NAMESPACE, "privileged", child).metadata.name;
    const chart = CHARTS.prometheusStack;
    addonPolicies(name, namespace, monitoringPolicies(args), child);
    const admin = this.createGrafanaAdmin(name, namespace);
    this.release = addonRelease(
      name,
      {
        chart,
        namespace,
        values: prometheusStackValues(args),
        ownValues: args.ownValues,
        timeoutSeconds: INSTALL_SECONDS + rolloutSeconds(READINESS_DELAY_SECONDS, args.nodes),
      },
      pulumi.mergeOptions(child, { dependsOn: [admin] }),
    );
    this.url = pulumi.interpolate`http://${chart.name}-prometheus.${namespace}.svc:9090`;
    this.registerOutputs({ url: this.url, namespace });
  }

  /** A random password: the chart's default is public. */
  private createGrafanaAdmin(name: string, namespace: pulumi.Input<string>): k8s.core.v1.Secret {
    const child = { parent: this };
    const password = new random.RandomPassword(name, { length: PASSWORD_LENGTH, special: false }, child);
    return new k8s.core.v1.Secret(
      `${name}-${GRAFANA_ADMIN.secret}`,
      {
        metadata: { name: GRAFANA_ADMIN.secret, namespace, labels: { [LABELS.managedBy]: MANAGED_BY } },
        type: "Opaque",
        stringData: { [GRAFANA_ADMIN.userKey]: GRAFANA_ADMIN.user, [GRAFANA_ADMIN.passwordKey]: password.result },
      },
      child,
    );
  }
}
