import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { HTTP_PORT } from "../derive/arguments.js";
import { checkContract } from "../checks/release.js";
import { contractHash, type RuntimeContract } from "../contract/contract.js";
import { defaultPlacement, type Placement } from "../contract/nodeGroup.js";
import { throwIfErrors } from "../config/problems.js";
import { rolloutSeconds, runtimeLabels, runtimeName, runtimeSelector } from "../derive/runtime.js";
import { ApiKey } from "./apiKey.js";
import { isAutoscaled, scaledObjectSpec } from "./autoscaling.js";
import { deploymentSpec } from "./workload/deployment.js";
import { disruptionBudgetSpec } from "./disruption.js";
import { type Access, networkPolicySpec } from "./networkPolicy.js";
import { podMonitorSpec } from "./podMonitor.js";
import type { SecretKey } from "../engine/secretKey.js";
import { serviceSpec } from "./service.js";

/** Where a runtime finds Prometheus, and Prometheus the runtime. */
export interface Monitoring {
  /** Address of Prometheus' HTTP API as KEDA sees it, such as `http://prometheus.monitoring.svc:9090`. */
  prometheusUrl: pulumi.Input<string>;
  /** Namespace of Prometheus. */
  namespace: string;
  /** Labels that Prometheus selects PodMonitors by. @default none: one that selects all */
  podMonitorLabels?: Record<string, string>;
}

/** Inputs of {@link VllmRuntime}. */
export interface VllmRuntimeArgs {
  /** What to serve and how; plain data, for a contract is reviewed text. */
  contract: RuntimeContract;
  /** Namespace of every resource. */
  namespace: pulumi.Input<string>;
  /** The system that the runtime is part of, usually the stack. */
  partOf: string;
  monitoring: Monitoring;
  /** Where pods may be scheduled. @default nodes with this project's labels and taints */
  placement?: Placement;
  /** Key that clients have to send. @default one made for this runtime, see {@link VllmRuntime.apiKey} */
  apiKey?: SecretKey;
  /** Token of the Hugging Face Hub; needed for gated models. @default none */
  huggingFaceToken?: SecretKey;
  /** @default the cluster's default class */
  priorityClassName?: pulumi.Input<string>;
  /** Namespaces whose pods may send requests. @default the runtime's own */
  clientNamespaces?: Access["clientNamespaces"];
  /** Address ranges that may be reached by HTTPS. @default all but private and link-local ones */
  egressCidrs?: Access["egressCidrs"];
}

/**
 * One release of a model: Deployment, Service, ServiceAccount, PodDisruptionBudget, NetworkPolicy, PodMonitor, and a
 * ScaledObject where replicas may vary.
 *
 * Needs KEDA and the Prometheus operator in the cluster.
 *
 * @throws ContractError with every problem of the contract, such as a context that does not fit the GPU
 */
export class VllmRuntime extends pulumi.ComponentResource {
  readonly deployment: k8s.apps.v1.Deployment;
  readonly service: k8s.core.v1.Service;
  /** Where the API key is kept. */
  readonly apiKey: SecretKey;
  /** Base URL of the OpenAI-compatible API inside the cluster, without `/v1`. */
  readonly url: pulumi.Output<string>;
  /** First 16 hex digits of the contract's SHA-256. */
  readonly contractHash: pulumi.Output<string>;

  constructor(name: string, args: VllmRuntimeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:serving:VllmRuntime", name, {}, opts);
    const { contract, namespace, partOf, monitoring } = args;
    throwIfErrors(checkContract(contract, name));

    const objectName = runtimeName(contract);
    const selector = runtimeSelector(contract);
    const labels = runtimeLabels(contract, partOf);
    const metadata = { name: objectName, namespace, labels };
    const child = { parent: this };

    this.apiKey = args.apiKey ?? new ApiKey(name, { metadata }, child).secretKey;
    const account = new k8s.core.v1.ServiceAccount(name, { metadata, automountServiceAccountToken: false }, child);
    new k8s.networking.v1.NetworkPolicy(
      name,
      {
        metadata,
        spec: networkPolicySpec(selector, {
          monitoringNamespace: monitoring.namespace,
          ...(args.clientNamespaces !== undefined && { clientNamespaces: args.clientNamespaces }),
          ...(args.egressCidrs !== undefined && { egressCidrs: args.egressCidrs }),
        }),
      },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(name, { metadata, spec: disruptionBudgetSpec(selector) }, child);
    new k8s.apiextensions.CustomResource(
      name,
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { ...metadata, labels: { ...labels, ...monitoring.podMonitorLabels } },
        spec: podMonitorSpec(selector),
      },
      child,
    );

    const timeout = `${rolloutSeconds(contract)}s`;
    this.deployment = new k8s.apps.v1.Deployment(
      name,
      deploymentSpec(contract, {
        namespace,
        partOf,
        placement: args.placement ?? defaultPlacement(contract.gpu.type, contract.class),
        serviceAccountName: account.metadata.name,
        apiKey: this.apiKey,
        ...(args.huggingFaceToken !== undefined && { huggingFaceToken: args.huggingFaceToken }),
        ...(args.priorityClassName !== undefined && { priorityClassName: args.priorityClassName }),
      }),
      // The provider waits for readiness, ten minutes at most unless told otherwise: less than a large model takes.
      { ...child, customTimeouts: { create: timeout, update: timeout } },
    );
    this.service = new k8s.core.v1.Service(
      name,
      { metadata, spec: serviceSpec(selector) },
      { ...child, dependsOn: [this.deployment] },
    );
    if (isAutoscaled(contract)) {
      new k8s.apiextensions.CustomResource(
        name,
        {
          apiVersion: "keda.sh/v1alpha1",
          kind: "ScaledObject",
          metadata,
          spec: pulumi
            .all([namespace, monitoring.prometheusUrl])
            .apply(([inNamespace, url]) => scaledObjectSpec(contract, inNamespace, url)),
        },
        { ...child, dependsOn: [this.deployment] },
      );
    }

    this.url = pulumi.interpolate`http://${this.service.metadata.name}.${namespace}.svc:${HTTP_PORT}`;
    this.contractHash = pulumi.output(contractHash(contract));
    this.registerOutputs({
      deployment: this.deployment,
      service: this.service,
      url: this.url,
      contractHash: this.contractHash,
    });
  }
}
