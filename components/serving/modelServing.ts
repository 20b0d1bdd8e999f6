import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { HTTP_PORT } from "../derive/arguments.js";
import { checkContract } from "../checks/release.js";
import type { RuntimeContract } from "../contract/contract.js";
import { APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import type { Placement } from "../contract/nodeGroup.js";
import { type NodeGroups, placementOf } from "../derive/placement.js";
import { throwIfErrors } from "../config/problems.js";
import type { ServedModel } from "../checks/resolve.js";
import { runtimeSelector } from "../derive/runtime.js";
import { ApiKey } from "./apiKey.js";
import type { Access } from "./networkPolicy.js";
import type { SecretKey } from "../engine/secretKey.js";
import { serviceSpec } from "./service.js";
import type { TrafficPriorities } from "./trafficPriorities.js";
import { type Monitoring, VllmRuntime } from "./vllmRuntime.js";
import { WarmSpare } from "./warmSpare.js";

/** Inputs of {@link ModelServing}. */
export interface ModelServingArgs {
  /** The model with its contracts, as `loadModels` returns it. */
  model: ServedModel;
  namespace: pulumi.Input<string>;
  partOf: string;
  monitoring: Monitoring;
  /** Node groups of the cluster, for placement. @default nodes with this project's labels and taints */
  nodeGroups?: NodeGroups;
  priorities: TrafficPriorities;
  /** Token of the Hugging Face Hub; given to gated models only. @default none */
  huggingFaceToken?: SecretKey;
  /** Namespaces whose pods may send requests. @default the model's own */
  clientNamespaces?: Access["clientNamespaces"];
  /** Address ranges that may be reached by HTTPS. @default all but private and link-local ones */
  egressCidrs?: Access["egressCidrs"];
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
    const { model, namespace, partOf, nodeGroups } = args;
    // Here, since each runtime would throw its own problems alone.
    throwIfErrors([...model.releases].flatMap(([release, contract]) => checkContract(contract, `${name}-${release}`)));
    const child = { parent: this };
    const metadata = {
      name: model.name,
      namespace,
      labels: {
        [LABELS.name]: APP_NAME,
        [LABELS.instance]: model.name,
        [LABELS.component]: COMPONENTS.runtime,
        [LABELS.partOf]: partOf,
        [LABELS.managedBy]: MANAGED_BY,
        [LABELS.class]: model.class,
      },
    };

    // One key for all releases: a rollout must not lock clients out.
    const apiKey = new ApiKey(name, { metadata }, child).secretKey;
    const placement = (contract: RuntimeContract): Placement => placementOf(contract, nodeGroups);

    this.runtimes = Object.fromEntries(
      [...model.releases].map(([release, contract]) => [
        release,
        new VllmRuntime(
          `${name}-${release}`,
          {
            contract,
            namespace,
            partOf,
            monitoring: args.monitoring,
            placement: placement(contract),
            apiKey,
            ...(contract.model.gated &&
              args.huggingFaceToken !== undefined && { huggingFaceToken: args.huggingFaceToken }),
            priorityClassName: args.priorities.names[model.class],
            ...(args.clientNamespaces !== undefined && { clientNamespaces: args.clientNamespaces }),
            ...(args.egressCidrs !== undefined && { egressCidrs: args.egressCidrs }),
          },
          child,
        ),
      ]),
    );

    const { stable } = model.route;
    const contract = model.releases.get(stable)!;
    const runtime = this.runtimes[stable]!;
    this.service = new k8s.core.v1.Service(
      name,
      { metadata, spec: serviceSpec(runtimeSelector(contract)) },
      { ...child, dependsOn: [runtime.deployment] },
    );
    if (model.warmSpares > 0) {
      new WarmSpare(
        `${name}-spare`,
        {
          contract,
          namespace,
          partOf,
          replicas: model.warmSpares,
          placement: placement(contract),
          priorityClassName: args.priorities.names.spare,
        },
        child,
      );
    }

    this.live = pulumi.output({
      url: pulumi.interpolate`http://${this.service.metadata.name}.${namespace}.svc:${HTTP_PORT}`,
      release: stable,
      model: contract.model.id,
      revision: contract.model.revision,
      image: contract.image,
      contractHash: runtime.contractHash,
    });
    this.registerOutputs({ live: this.live });
  }
}
