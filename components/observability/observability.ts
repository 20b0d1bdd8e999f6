import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ObservabilityConfig } from "../contract/observability/schema.js";
import type { BatchPlan } from "../derive/batch/plan.js";
import type { ServedModel } from "../derive/servedModel.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { APP_NAME, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { createRoutes } from "./alertmanagerConfig.js";
import { dashboardConfigMaps } from "./dashboards/configMaps.js";
import { stackObject } from "../vocabulary/metrics/rules.js";
import type { WatchedGateway } from "./promql.js";
import { ruleObjects } from "./ruleObjects.js";

/** Inputs of {@link Observability}. */
export interface ObservabilityArgs {
  /** The models, as `loadModels` returns them. */
  models: readonly ServedModel[];
  /** The batches, as `loadModels` returns them. @default none */
  batches?: readonly BatchPlan[];
  /** `vllm:observability`, as its schema parses it. */
  config: ObservabilityConfig;
  environment: ServingEnvironment;
  /** The stack's gateway. @default none */
  gateway?: WatchedGateway;
}

/**
 * What is seen of a stack's models: recording rules, service levels and alerts for Prometheus' operator, and dashboards for the sidecar
 * of Grafana's chart, and who is told of alerts.
 */
export class Observability extends pulumi.ComponentResource {
  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:observability:Observability", name, {}, opts);
    this.rules(name, args);
    this.dashboards(name, args);
    this.routes(name, args);
    this.registerOutputs({});
  }

  private rules(name: string, { models, batches, config, environment, gateway }: ObservabilityArgs): void {
    const { namespace, partOf, monitoring, nodeGroups } = environment;
    const watched = { models, config, nodeGroups, ...(batches !== undefined && { batches }) };
    const labels = labelsOf(partOf);
    const own = { stack: partOf, ...(gateway !== undefined && { gateway }) };
    const objects = pulumi
      .output(namespace)
      .apply((inNamespace) => ruleObjects(watched, { ...own, namespace: inNamespace }));
    // The names are known where the namespace is not.
    for (const objectName of Object.keys(ruleObjects(watched, { ...own, namespace: "" }))) {
      new k8s.apiextensions.CustomResource(
        `${name}-${objectName}`,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PrometheusRule",
          metadata: { name: objectName, namespace, labels: { ...labels, ...monitoring.podMonitorLabels } },
          spec: { groups: objects.apply((all) => all[objectName]!) },
        },
        { parent: this },
      );
    }
  }

  private dashboards(name: string, { config, environment }: ObservabilityArgs): void {
    const { namespace, partOf } = environment;
    const links = { stack: partOf, runbooks: config.alerts.runbooks };
    for (const { metadata, data } of dashboardConfigMaps(config.dashboards, links)) {
      const args = { metadata: { ...metadata, namespace }, data };
      new k8s.core.v1.ConfigMap(`${name}-${metadata.name}`, args, { parent: this });
    }
  }

  private routes(name: string, { config, environment: { partOf, monitoring } }: ObservabilityArgs): void {
    createRoutes(
      name,
      config.routes,
      {
        objectName: stackObject(partOf),
        stack: partOf,
        monitoringNamespace: monitoring.namespace,
        labels: labelsOf(partOf),
      },
      { parent: this },
    );
  }
}

function labelsOf(stack: string): Record<string, string> {
  return { [LABELS.name]: APP_NAME, [LABELS.partOf]: stack, [LABELS.managedBy]: MANAGED_BY };
}
