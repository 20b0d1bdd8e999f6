import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { requireSoundModel } from "../checks/sound.js";
import { secretKeyOf } from "../config/secretRef.js";
import type { ServedModel } from "../derive/servedModel.js";
import { modelLabels, runtimeSelector } from "../derive/objects.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { HTTP_PORT } from "../vocabulary/ports.js";
import { ApiKey } from "./apiKey.js";
import { serviceSpec } from "./service.js";
import { VllmRuntime } from "./vllmRuntime.js";
import { WarmSpare } from "./warmSpare.js";

/** Inputs of {@link ModelServing}. */
export interface ModelServingArgs {
  /** The model with its releases, as `loadModels` returns it. */
  model: ServedModel;
  environment: ServingEnvironment;
}

/** What is live for a model, for a stack's outputs. */
export interface LiveRelease {
  /** Base URL inside the cluster, without `/v1`. */
  url: string;
  release: string;
  model: string;
  revision: string;
  image: string;
  contractHash: string;
}

/**
 * A model: its releases side by side, and one Service that leads to `route.stable`. Moving the route moves image, weights
 * and flags together, and only once the release it moves to is ready.
 */
export class ModelServing extends pulumi.ComponentResource {
  readonly service: k8s.core.v1.Service;
  /** By release name. */
  readonly runtimes: Record<string, VllmRuntime>;
  readonly live: pulumi.Output<LiveRelease>;

  /** @throws ContractError with every problem of every release */
  constructor(name: string, args: ModelServingArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:serving:ModelServing", name, {}, opts);
    const { model, environment } = args;
    const { plan: routed } = requireSoundModel(model, name);
    const { namespace, partOf } = environment;
    const child = { parent: this };
    const metadata = { name: model.name, namespace, labels: modelLabels(model, partOf) };

    // One key for all releases: a rollout must not lock clients out.
    const apiKey =
      model.apiKey === undefined
        ? new ApiKey(name, { metadata, forGateway: environment.gateway !== undefined }, child).secretKey
        : secretKeyOf(model.apiKey);
    this.runtimes = Object.fromEntries(
      [...model.releases].map(([release, plan]) => [
        release,
        new VllmRuntime(`${name}-${release}`, { plan, environment, apiKey }, child),
      ]),
    );

    const runtime = this.runtimes[routed.release]!;
    this.service = new k8s.core.v1.Service(
      name,
      { metadata, spec: serviceSpec(runtimeSelector(routed)) },
      { ...child, dependsOn: [runtime.deployment] },
    );
    if (model.warmSpares > 0) {
      new WarmSpare(`${name}-spare`, { plan: routed, environment, replicas: model.warmSpares }, child);
    }

    this.live = pulumi.output({
      url: pulumi.interpolate`http://${this.service.metadata.name}.${namespace}.svc:${HTTP_PORT}`,
      release: routed.release,
      model: routed.model.id,
      revision: routed.model.revision,
      image: routed.image,
      contractHash: runtime.contractHash,
    });
    this.registerOutputs({ live: this.live });
  }
}
