import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RoutesConfig } from "../contract/observability/routes.js";
import { alertmanagerConfigSpec, tellsSomebody } from "./routes.js";

/** Where an AlertmanagerConfig goes. */
export interface RoutesPlace {
  /** Of the object: the stack's. */
  objectName: string;
  /** Value of the label `vllm_stack` on the stack's alerts. */
  stack: string;
  /** Namespace of Prometheus, where its operator reads Secrets. */
  monitoringNamespace: string;
  labels: Record<string, string>;
}

/** Makes the stack's AlertmanagerConfig; nothing where nobody is told. */
export function createRoutes(
  name: string,
  routes: RoutesConfig | undefined,
  { objectName, stack, monitoringNamespace, labels }: RoutesPlace,
  opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource | undefined {
  if (routes === undefined || !tellsSomebody(routes)) return undefined;
  return new k8s.apiextensions.CustomResource(
    `${name}-routes`,
    {
      apiVersion: "monitoring.coreos.com/v1alpha1",
      kind: "AlertmanagerConfig",
      metadata: {
        name: objectName,
        namespace: routes.namespace ?? monitoringNamespace,
        labels: { ...routes.labels, ...labels },
      },
      spec: alertmanagerConfigSpec(routes, stack),
    },
    opts,
  );
}
