import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { requireSound } from "../checks/sound.js";
import { contractHash } from "../contract/contract.js";
import type { PodConfig } from "../contract/pod.js";
import { runtimeLabels, runtimeName, runtimeSelector } from "../derive/objects.js";
import { type Placement, placementOf } from "../derive/nodes/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import { mergedPod } from "../derive/pod.js";
import type { ReleaseLoad } from "../derive/route.js";
import { asksHub, isStreamed } from "../derive/weights/delivery.js";
import { roleAnnotation } from "../derive/weights/objects.js";
import { isAutoscaled } from "../derive/scaling.js";
import type { ServingEnvironment } from "../engine/environment.js";
import type { SecretKey } from "../engine/secretKey.js";
import { HTTP_PORT } from "../vocabulary/ports.js";
import { ApiKey } from "./apiKey.js";
import { createConfigMaps } from "../engine/configMaps.js";
import { scaledObjectSpec } from "./autoscaling.js";
import { coldStartRuleSpec } from "./coldStart.js";
import { disruptionBudgetSpec } from "./disruption.js";
import { createLogging } from "./logging.js";
import { annotationsOf, monitorsOf } from "./monitors.js";
import { networkPolicySpec } from "./networkPolicy.js";
import { podMonitorSpec } from "./podMonitor.js";
import { serviceSpec } from "./service.js";
import { createDeployment } from "./workload/deployment.js";

/** Inputs of {@link VllmRuntime}. */
export interface VllmRuntimeArgs {
  /** What to serve and how, as `loadModels` returns it; plain data, for a contract is reviewed text. */
  plan: RuntimePlan;
  environment: ServingEnvironment;
  /** Key that clients have to send. @default one made for this runtime, see {@link VllmRuntime.apiKey} */
  apiKey?: SecretKey;
  /** Where pods may be scheduled. @default where the environment's node groups take the release */
  placement?: Placement;
  /** Share of its model's load that it is scaled for, besides its own requests. @default none */
  load?: ReleaseLoad;
}

/**
 * One release of a model: a workload, Service, ServiceAccount, PodDisruptionBudget, NetworkPolicy, PodMonitor and PrometheusRule where
 * Prometheus reads those, a ScaledObject where replicas may vary, and ConfigMaps where the release has a chat template, waits for its
 * weights or logs JSON.
 *
 * Needs KEDA and the Prometheus operator in the cluster.
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

  /** @throws ContractError with every problem of the release, such as a context that does not fit the GPU */
  constructor(name: string, args: VllmRuntimeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:serving:VllmRuntime", name, {}, opts);
    const { plan, environment } = args;
    requireSound(plan, name);
    const { namespace, partOf, monitoring } = environment;
    const selector = runtimeSelector(plan);
    const labels = runtimeLabels(plan, partOf);
    const metadata = { name: runtimeName(plan), namespace, labels };
    const child = { parent: this };

    this.apiKey = args.apiKey ?? new ApiKey(name, { metadata }, child).secretKey;
    const extension = mergedPod(environment.pod, plan.pod);
    const accountName =
      extension.serviceAccount?.name ?? this.account(name, metadata, accountAnnotations(plan, extension), child);
    new k8s.networking.v1.NetworkPolicy(
      name,
      { metadata, spec: networkPolicySpec(selector, environment, plan) },
      child,
    );
    new k8s.policy.v1.PodDisruptionBudget(name, { metadata, spec: disruptionBudgetSpec(selector) }, child);
    if (monitorsOf(monitoring) === "podMonitor") this.monitors(name, metadata, args, child);

    const files = [
      ...createConfigMaps(name, plan, metadata, child),
      ...createLogging(name, plan, environment.telemetry?.logs, metadata, child),
    ];
    const { huggingFaceToken, podAnnotations, priorityClasses } = environment;
    const workload = createDeployment(
      name,
      plan,
      {
        namespace,
        partOf,
        podAnnotations: annotationsOf(podAnnotations?.[plan.class], monitoring),
        placement: args.placement ?? placementOf(plan, environment.nodeGroups),
        serviceAccountName: accountName,
        extension,
        apiKey: this.apiKey,
        telemetry: environment.telemetry,
        ...(asksHub(plan) && { huggingFaceToken }),
        priorityClassName: priorityClasses?.[plan.class],
      },
      { ...child, dependsOn: [...files, ...(environment.cache?.before(plan) ?? [])] },
    );
    this.deployment = workload.resource;
    const afterWorkload = { ...child, dependsOn: [workload.resource] };
    this.service = new k8s.core.v1.Service(name, { metadata, spec: serviceSpec(selector) }, afterWorkload);
    if (isAutoscaled(plan)) {
      new k8s.apiextensions.CustomResource(
        name,
        {
          apiVersion: "keda.sh/v1alpha1",
          kind: "ScaledObject",
          metadata,
          spec: pulumi
            .all([namespace, monitoring.prometheusUrl, monitoring.triggerAuthentication])
            .apply(([inNamespace, url, triggerAuthentication]) =>
              scaledObjectSpec(
                plan,
                workload.scaleTarget,
                inNamespace,
                { ...monitoring, url, triggerAuthentication, stack: partOf },
                args.load,
              ),
            ),
        },
        afterWorkload,
      );
    }

    this.url = pulumi.interpolate`http://${this.service.metadata.name}.${namespace}.svc:${HTTP_PORT}`;
    this.contractHash = pulumi.output(contractHash(plan.contract));
    this.registerOutputs({
      deployment: this.deployment,
      service: this.service,
      url: this.url,
      contractHash: this.contractHash,
    });
  }

  /** Makes what Prometheus' operator reads. */
  private monitors(
    name: string,
    metadata: { name: string; namespace: pulumi.Input<string>; labels: Record<string, string> },
    { plan, environment: { namespace, monitoring } }: VllmRuntimeArgs,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const common = {
      apiVersion: "monitoring.coreos.com/v1",
      metadata: { ...metadata, labels: { ...metadata.labels, ...monitoring.podMonitorLabels } },
    };
    const monitor = { ...common, kind: "PodMonitor", spec: podMonitorSpec(runtimeSelector(plan)) };
    new k8s.apiextensions.CustomResource(name, monitor, opts);
    const rules = pulumi.output(namespace).apply((inNamespace) => coldStartRuleSpec(plan, inNamespace));
    new k8s.apiextensions.CustomResource(name, { ...common, kind: "PrometheusRule", spec: rules }, opts);
  }

  /** Makes the pods' ServiceAccount, without a token for the API. */
  private account(
    name: string,
    metadata: { name: string; namespace: pulumi.Input<string>; labels: Record<string, string> },
    annotations: Record<string, string>,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Output<string> {
    const args = {
      metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
      automountServiceAccountToken: false,
    };
    return new k8s.core.v1.ServiceAccount(name, args, opts).metadata.name;
  }
}

/** Of the pods' account: those of the platform, and the role that reads the bucket of a cache that is streamed. */
function accountAnnotations({ artifacts, cache }: RuntimePlan, { serviceAccount }: PodConfig): Record<string, string> {
  return { ...(isStreamed(artifacts, cache) && roleAnnotation(cache)), ...serviceAccount?.annotations };
}
