import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelValue } from "../vocabulary/labels.js";
import { loadModels } from "../checks/load.js";
import { error, throwIfErrors, quote } from "../config/problems.js";
import { ModelServing } from "../serving/modelServing.js";
import { TrafficPriorities } from "../serving/trafficPriorities.js";

/** Inputs of {@link VllmModels}. */
export interface VllmModelsArgs {
  /** The models, in the shape of `vllm:models` in docs/configuration.md. Plain data, known when the program runs. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the analyzer of component schemas takes for any JSON
  models: any;
  /** Namespace of every resource; it has to be there. */
  namespace: pulumi.Input<string>;
  /** The system that the models are part of, usually the stack. */
  partOf: string;
  /** Prometheus' HTTP API as KEDA sees it. */
  prometheusUrl: pulumi.Input<string>;
  /** Namespace of Prometheus. */
  monitoringNamespace: string;
  /** Labels that Prometheus selects PodMonitors by. Default: none. */
  podMonitorLabels?: { [key: string]: string };
  /** GPU node groups, in the shape of `gpuNodes` in docs/configuration.md. Default: nodes with this project's labels. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  gpuNodes?: any;
  /** Token of the Hugging Face Hub, for gated models. Default: none. */
  huggingFaceToken?: pulumi.Input<string>;
  /** Namespaces whose pods may send requests. Default: the models' own. */
  clientNamespaces?: string[];
}

/**
 * Serves models with vLLM: for each its releases side by side, and a Service that leads to the routed one. Refuses, with
 * every problem at once, contracts that are wrong or do not fit their GPU.
 */
export class VllmModels extends pulumi.ComponentResource {
  /** By model: URL, release, revision, image and contract hash of what is live. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  public readonly live: pulumi.Output<any>;

  constructor(name: string, args: VllmModelsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:index:VllmModels", name, {}, opts);
    const child = { parent: this };
    const { models, nodeGroups } = loadModels(args.models, args.gpuNodes);
    const gated = models.flatMap(({ releases }) => [...releases.values()]).filter(({ model }) => model.gated);
    if (args.huggingFaceToken === undefined) {
      throwIfErrors(
        gated.map(({ name: model, release, model: { id } }) =>
          error(
            `models.${model}.releases.${release}.model.id`,
            `${quote(id)} is gated, and there is no token: give huggingFaceToken`,
          ),
        ),
      );
    }
    const partOf = labelValue(args.partOf);
    const priorities = new TrafficPriorities(name, { prefix: name, partOf }, child);
    const token =
      args.huggingFaceToken === undefined || gated.length === 0
        ? undefined
        : new k8s.core.v1.Secret(
            `${name}-hugging-face`,
            {
              metadata: { name: `${name}-hugging-face`, namespace: args.namespace },
              stringData: { token: pulumi.secret(args.huggingFaceToken) },
            },
            child,
          );
    this.live = pulumi.output(
      Object.fromEntries(
        models.map((model) => [
          model.name,
          new ModelServing(
            model.name,
            {
              model,
              namespace: args.namespace,
              partOf,
              monitoring: {
                prometheusUrl: args.prometheusUrl,
                namespace: args.monitoringNamespace,
                ...(args.podMonitorLabels !== undefined && { podMonitorLabels: args.podMonitorLabels }),
              },
              nodeGroups,
              priorities,
              ...(token !== undefined && { huggingFaceToken: { name: token.metadata.name, key: "token" } }),
              ...(args.clientNamespaces !== undefined && { clientNamespaces: args.clientNamespaces }),
            },
            child,
          ).live,
        ]),
      ),
    );
    this.registerOutputs({ live: this.live });
  }
}
