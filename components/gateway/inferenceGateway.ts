import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { GatewayConfig } from "../contract/gateway/schema.js";
import type { Monitors } from "../contract/prometheus.js";
import type { TenantKeys } from "../derive/gateway/keys.js";
import type { ServedModel } from "../derive/servedModel.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { gatewayObjects } from "./gatewayObjects.js";
import { gatewayNames } from "./names.js";
import type { GatewayObject } from "./objects.js";
import { createKeys, keySecrets, type MadeKeys } from "./tenantKeys.js";

type NetworkPolicySpec = k8s.types.input.networking.v1.NetworkPolicySpec;

/** Inputs of {@link InferenceGateway}. */
export interface InferenceGatewayArgs {
  /** `vllm:gateway`, as its schema parses it. */
  config: GatewayConfig;
  /** The models, as `loadModels` returns them. */
  models: readonly ServedModel[];
  /** What the models share; its `gateway` says whose requests they take. */
  environment: ServingEnvironment;
  /** Keys of tenants, in the clear; they go into one Secret, and nowhere else. @default those that are made or exist */
  tenantKeys?: TenantKeys;
}

/**
 * The door that clients come by: a Gateway with TLS, the check of keys and tokens, the admission program, quotas, and a way to each model
 * with the weights of its releases. Runs on Envoy Gateway, which has to be in the cluster with the settings of docs/gateway.md.
 */
export class InferenceGateway extends pulumi.ComponentResource {
  /** Base URL of the OpenAI-compatible API, without `/v1`. */
  readonly url: pulumi.Output<string>;
  /** Keys that the stack makes, by tenant and name; secret. */
  readonly tenantKeys: MadeKeys;

  constructor(name: string, args: InferenceGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:gateway:InferenceGateway", name, {}, opts);
    const { config, environment } = args;
    const { namespace, partOf } = environment;
    const labels = labelsOf(partOf);
    const { keysSecret } = gatewayNames(partOf, "");
    const { secret, made } = createKeys(
      name,
      { tenants: config.tenants, keys: args.tenantKeys, metadata: { name: keysSecret, namespace, labels } },
      { parent: this },
    );
    this.tenantKeys = made;

    const objects = (inNamespace: string): GatewayObject[] =>
      gatewayObjects({
        ...{ config, models: args.models, partOf, namespace: inNamespace, access: environment.access },
        monitoringNamespace: environment.monitoring.namespace,
        tracing: environment.telemetry?.tracing,
        monitors: { kind: monitorsOf(environment), labels: environment.monitoring.podMonitorLabels ?? {} },
        keySecrets: keySecrets(config, args.tenantKeys ?? {}, keysSecret),
      });
    const all = pulumi.output(namespace).apply(objects);
    // What there is does not depend on the namespace's name, which a preview may not know.
    const opts0 = { parent: this, dependsOn: secret === undefined ? [] : [secret] };
    objects("").forEach((object, index) => {
      this.object(name, object, { own: all.apply((list) => list[index]!), labels, namespace, config }, opts0);
    });
    this.url = pulumi.output(`https://${config.host}`);
    this.registerOutputs({ url: this.url });
  }

  private object(
    name: string,
    { apiVersion, kind, name: objectName, scope, labels: besides }: GatewayObject,
    of: {
      own: pulumi.Output<GatewayObject>;
      labels: Record<string, string>;
      namespace: pulumi.Input<string>;
      config: GatewayConfig;
    },
    opts: pulumi.CustomResourceOptions,
  ): void {
    const namespaces = { models: of.namespace, gateway: of.config.namespace, cluster: undefined };
    const namespace = namespaces[scope];
    const metadata = {
      name: of.own.apply((object) => object.name),
      ...(namespace !== undefined && { namespace }),
      labels: { ...of.labels, ...besides },
    };
    const spec = of.own.apply((object) => object.spec as Record<string, unknown> & NetworkPolicySpec);
    const resource = `${name}-${kind}-${objectName.replace(/^-/, "")}`.toLowerCase();
    if (kind === "NetworkPolicy") {
      new k8s.networking.v1.NetworkPolicy(resource, { metadata, spec }, opts);
      return;
    }
    new k8s.apiextensions.CustomResource(resource, { apiVersion, kind, metadata, spec }, opts);
  }
}

/** As runtimes have it. */
function monitorsOf({ monitoring }: ServingEnvironment): Monitors {
  return monitoring.monitors ?? "podMonitor";
}

function labelsOf(stack: string): Record<string, string> {
  return {
    [LABELS.name]: APP_NAME,
    [LABELS.component]: COMPONENTS.gateway,
    [LABELS.partOf]: stack,
    [LABELS.managedBy]: MANAGED_BY,
  };
}
