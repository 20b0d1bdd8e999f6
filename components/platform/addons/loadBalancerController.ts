import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { podPermissions } from "../../aws/roles.js";
import { loadBalancerPolicy } from "../../facts/aws/loadBalancerPolicy.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";
import { CHARTS } from "../charts.js";
import type { AwsLocation } from "../location.js";
import { SYSTEM_NAMESPACE as NAMESPACE } from "../namespaces.js";
import { addonRelease, type AddonReleaseArgs } from "../release.js";
import { type HelmValues, HOST, PRIORITY, resources, ROLLING_UPDATE, spread, ZONE } from "../values.js";

/** Inputs of {@link LoadBalancerControllerAddon}. */
export interface LoadBalancerControllerArgs extends Pick<AwsLocation, "region" | "partition" | "roles"> {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Name of the EKS cluster; the controller tags what it makes with it. */
  clusterName: pulumi.Input<string>;
  /** The cluster's VPC. The controller could ask its node for it only if pods reached the node's metadata, which they do not. */
  vpcId: pulumi.Input<string>;
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
}

const SERVICE_ACCOUNT = "aws-load-balancer-controller";

/** Values of the chart. */
export function loadBalancerControllerValues(args: LoadBalancerControllerArgs) {
  const { clusterName, region, vpcId, serviceMonitors = true } = args;
  const { name } = CHARTS.loadBalancerController;
  return {
    fullnameOverride: name,
    clusterName,
    region,
    vpcId,
    serviceAccount: { create: true, name: SERVICE_ACCOUNT, automountServiceAccountToken: true },
    // One is active, the other on standby; both answer webhooks.
    replicaCount: 2,
    podDisruptionBudget: { maxUnavailable: 1 },
    priorityClassName: PRIORITY.cluster,
    nodeSelector: SYSTEM_NODES,
    topologySpreadConstraints: spread(
      { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": name },
      ZONE,
      HOST,
    ),
    updateStrategy: ROLLING_UPDATE,
    resources: resources("100m", "128Mi", "512Mi"),
    podSecurityContext: { fsGroup: 65534, runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    securityContext: {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    },
    // The VPC's network plug-in gives pods addresses of the VPC, so that no node is on the way.
    defaultTargetType: "ip",
    // A class to name in an Ingress. It is not the default class, so nobody gets a load balancer without asking.
    createIngressClassResource: true,
    // Protection that is bought for the account, not for a cluster. The role has no permissions for it.
    enableShield: false,
    enableWaf: false,
    enableWafv2: false,
    // It would take every new Service of type LoadBalancer, and while the controller is down, no Service at all could be created,
    // not even one of an add-on. A Service asks for the controller by `loadBalancerClass: service.k8s.aws/nlb`.
    enableServiceMutatorWebhook: false,
    // Check Ingresses and pods as they are written; while the controller is down, they can still be written.
    webhookConfig: { ingressValdationFailurePolicy: "Ignore" }, // The chart's spelling.
    podMutatorWebhookConfig: { failurePolicy: "Ignore" },
    // Otherwise every update makes another certificate, which running pods do not have.
    keepTLSSecret: true,
    serviceMonitor: { enabled: serviceMonitors, interval: "30s" },
  } satisfies HelmValues;
}

/**
 * The AWS Load Balancer Controller, which makes load balancers for Gateways, Ingresses and Services, with AWS permissions by EKS Pod
 * Identity. Uninstall it after what it made them for: nothing else deletes them.
 */
export class LoadBalancerControllerAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: LoadBalancerControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:LoadBalancerControllerAddon", name, {}, opts);
    const { clusterName, partition = "aws", roles } = args;
    const permissions = podPermissions(
      name,
      {
        clusterName,
        namespace: NAMESPACE,
        serviceAccount: SERVICE_ACCOUNT,
        policy: pulumi.output(partition).apply(loadBalancerPolicy),
      },
      { parent: this },
      roles,
    );
    // Credentials are given to a pod as it starts.
    this.release = addonRelease(
      name,
      {
        chart: CHARTS.loadBalancerController,
        namespace: NAMESPACE,
        values: loadBalancerControllerValues(args),
        ownValues: args.ownValues,
      },
      pulumi.mergeOptions({ parent: this, dependsOn: opts?.dependsOn }, { dependsOn: permissions }),
    );
    this.registerOutputs({ namespace: NAMESPACE });
  }
}
