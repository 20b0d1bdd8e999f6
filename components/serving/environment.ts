import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { checkHubToken, needHubToken, releasesOf, TOKEN_ARGUMENT } from "../checks/hubToken.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { ServedModel } from "../derive/servedModel.js";
import { looksLikeSecretRef, secretKeyOf, type SecretRef } from "../config/secretRef.js";
import { throwIfErrors } from "../config/problems.js";
import type { Access } from "../contract/access.js";
import type { PodConfig } from "../contract/pod.js";
import type { NodeGroups } from "../contract/nodeGroup.js";
import type { Telemetry } from "../derive/observability/telemetry.js";
import type { Monitoring, ServingEnvironment } from "../engine/environment.js";
import type { SecretKey } from "../engine/secretKey.js";
import { LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { HUB_TOKEN } from "../vocabulary/secrets.js";
import { type LiveRelease, ModelServing } from "./modelServing.js";
import { triggerAuthenticationSpec } from "./triggerAuthentication.js";
import { TrafficPriorities } from "./trafficPriorities.js";

/** What {@link servingEnvironment} is made of. */
export interface ServingSettings {
  /** Namespace of every resource; it has to be there. */
  namespace: pulumi.Input<string>;
  /** The system that the models are part of, usually the stack. A label's value. */
  partOf: string;
  /** Start of the names of PriorityClasses: they are cluster-wide, and two stacks may share a cluster. */
  priorityPrefix: string;
  monitoring: Monitoring;
  /** @default clients of the models' own namespace, and the internet for weights */
  access?: Access;
  /** Node groups of the cluster, as `loadModels` returns them. @default nodes with this project's labels and taints */
  nodeGroups?: NodeGroups;
  /** Annotations of runtimes' pods by traffic class. @default none */
  podAnnotations?: ServingEnvironment["podAnnotations"];
  /** What the platform adds to the pods of every model, in the shape of `vllm:pod`. @default nothing */
  pod?: PodConfig;
  /** Labels of pods that others make of what is written here: who pays for them. @default none */
  costLabels?: ServingEnvironment["costLabels"];
  /** Logs and traces of servers. @default vLLM's own logs, and no traces */
  telemetry?: Telemetry | undefined;
  /** Image of warm spares, with version tag and digest. @default one of registry.k8s.io */
  spareImage?: string;
  /** The gateway that clients come by. @default pods of the cluster send requests themselves */
  gateway?: ServingEnvironment["gateway"];
  /** Token of the Hugging Face Hub, kept as a secret, or the Secret of the namespace that holds it. @default none */
  huggingFaceToken?: pulumi.Input<string> | SecretRef;
  /** Releases beside the models' that may need the token, such as those of batches. @default none */
  otherReleases?: readonly RuntimePlan[];
  /** Names of the resources that are made here. @default "priorities", "hugging-face" and "prometheus" */
  resourceNames?: { priorities: string; huggingFace: string; prometheus?: string };
}

/**
 * Makes what all models of a stack share: the PriorityClasses of the traffic classes, and the Secret with the hub's token where
 * a model is gated.
 *
 * @throws ContractError when a model is gated and there is no token
 */
export function servingEnvironment(
  models: readonly ServedModel[],
  settings: ServingSettings,
  opts: pulumi.ResourceOptions = {},
): ServingEnvironment {
  const {
    namespace,
    partOf,
    access,
    nodeGroups,
    podAnnotations,
    pod,
    costLabels,
    telemetry,
    spareImage,
    gateway,
    huggingFaceToken,
  } = settings;
  const others = (settings.otherReleases ?? []).map((plan) => ({ plan, path: plan.name }));
  const releases = [...releasesOf(models, "models"), ...others];
  if (huggingFaceToken === undefined) throwIfErrors(checkHubToken(releases, TOKEN_ARGUMENT));
  const names: NonNullable<ServingSettings["resourceNames"]> = settings.resourceNames ?? {
    priorities: "priorities",
    huggingFace: "hugging-face",
  };
  const priorities = new TrafficPriorities(names.priorities, { prefix: settings.priorityPrefix, partOf }, opts);
  const isNeeded = huggingFaceToken !== undefined && needHubToken(releases) === true;
  return {
    namespace,
    partOf,
    monitoring: withTriggerAuthentication(names.prometheus ?? "prometheus", settings, opts),
    access,
    nodeGroups,
    podAnnotations,
    pod,
    costLabels,
    telemetry,
    spareImage,
    ...(gateway !== undefined && { gateway }),
    priorityClasses: priorities.names,
    huggingFaceToken: isNeeded ? tokenKey(names.huggingFace, huggingFaceToken, { namespace, partOf }, opts) : undefined,
  };
}

/** Makes the TriggerAuthentication that every query of the models names, where Prometheus asks for one. */
function withTriggerAuthentication(
  name: string,
  { monitoring, namespace, partOf }: ServingSettings,
  opts: pulumi.CustomResourceOptions,
): Monitoring {
  const { authentication } = monitoring;
  if (authentication === undefined) return monitoring;
  const labels = { [LABELS.partOf]: partOf, [LABELS.managedBy]: MANAGED_BY };
  const { metadata } = new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: "keda.sh/v1alpha1",
      kind: "TriggerAuthentication",
      metadata: { name, namespace, labels },
      spec: triggerAuthenticationSpec(authentication),
    },
    opts,
  );
  return { ...monitoring, triggerAuthentication: metadata.apply(({ name: made }) => made) };
}

/** Where the token is kept: in the Secret that is named, else in one that is made. */
function tokenKey(
  name: string,
  token: pulumi.Input<string> | SecretRef,
  settings: Pick<ServingSettings, "namespace" | "partOf">,
  opts: pulumi.CustomResourceOptions,
): SecretKey {
  return looksLikeSecretRef(token) ? secretKeyOf(token) : hubToken(name, token, settings, opts);
}

function hubToken(
  name: string,
  token: pulumi.Input<string>,
  { namespace, partOf }: Pick<ServingSettings, "namespace" | "partOf">,
  opts: pulumi.CustomResourceOptions,
): SecretKey {
  const labels = { [LABELS.partOf]: partOf, [LABELS.managedBy]: MANAGED_BY };
  const secret = new k8s.core.v1.Secret(
    name,
    { metadata: { name, namespace, labels }, type: "Opaque", stringData: { [HUB_TOKEN]: pulumi.secret(token) } },
    opts,
  );
  return { name: secret.metadata.name, key: HUB_TOKEN };
}

/** Serves every model; what is live, by model. */
export function serveModels(
  models: readonly ServedModel[],
  environment: ServingEnvironment,
  opts?: pulumi.ComponentResourceOptions,
): Record<string, pulumi.Output<LiveRelease>> {
  return Object.fromEntries(
    models.map((model) => [model.name, new ModelServing(model.name, { model, environment }, opts).live]),
  );
}
