import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ObservabilityConfig } from "../contract/observability/schema.js";
import { replicaCost } from "../derive/nodes/cost.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { ServedModel } from "../derive/servedModel.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { APP_NAME, labelValue, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { createRoutes } from "./alertmanagerConfig.js";
import type { RuleGroup, Scope } from "./promql.js";
import { contractGroup } from "./rules/contracts.js";
import { podGroup } from "./rules/pods.js";

/** Inputs of {@link Observability}. */
export interface ObservabilityArgs {
  /** The models, as `loadModels` returns them. */
  models: readonly ServedModel[];
  /** `vllm:observability`, as its schema parses it. */
  config: ObservabilityConfig;
  environment: ServingEnvironment;
}

/** Rules that are read from one object, by the object's name. */
type RuleObjects = Record<string, readonly RuleGroup<object>[]>;

/** A stack's name as Kubernetes takes names. With a dot behind it, it is the name of no runtime. */
function objectName(stack: string): string {
  return labelValue(stack).toLowerCase().replace(/[._]/g, "-");
}

/** What is seen of a stack's models: recording rules, service levels, alerts and dashboards. */
export class Observability extends pulumi.ComponentResource {
  constructor(name: string, args: ObservabilityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:observability:Observability", name, {}, opts);
    const { models, config, environment } = args;
    const { namespace, partOf, monitoring, nodeGroups } = environment;
    const child = { parent: this };
    const labels = { [LABELS.name]: APP_NAME, [LABELS.partOf]: partOf, [LABELS.managedBy]: MANAGED_BY };
    const ofStack = objectName(partOf);
    const priceOf = (plan: RuntimePlan): number | undefined => replicaCost(plan, nodeGroups)?.minUsd;
    const objectsOf = (inNamespace: string): RuleObjects => {
      const scope: Scope = { namespace: inNamespace, stack: partOf };
      return {
        ...Object.fromEntries(
          models.map((model) => [`${model.name}.contract`, [contractGroup(model, scope, priceOf)]]),
        ),
        [`${ofStack}.series`]: [podGroup(scope)],
      };
    };
    // Names do not depend on the namespace, which may be known later.
    for (const ruleName of Object.keys(objectsOf(""))) {
      new k8s.apiextensions.CustomResource(
        `${name}-${ruleName}`,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PrometheusRule",
          metadata: { name: ruleName, namespace, labels: { ...labels, ...monitoring.podMonitorLabels } },
          spec: pulumi.output(namespace).apply((inNamespace) => ({ groups: objectsOf(inNamespace)[ruleName] })),
        },
        child,
      );
    }
    createRoutes(
      name,
      config.routes,
      { objectName: ofStack, stack: partOf, monitoringNamespace: monitoring.namespace, labels },
      child,
    );
    this.registerOutputs({});
  }
}
