import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { nodeTaints } from "../derive/objects.js";
import { placementOf } from "../derive/nodes/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { ServingEnvironment } from "../engine/environment.js";
import { APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { mergedPod } from "../derive/pod.js";
import { extensionFields } from "../engine/podExtension.js";
import { pauseContainer } from "../engine/pause.js";
import { podSecurity } from "../engine/security.js";

/** Inputs of {@link WarmSpare}. */
export interface WarmSpareArgs {
  /** The release whose next replica finds a node ready. */
  plan: RuntimePlan;
  /** Its PriorityClass for spares has a negative priority, so that every runtime may take a spare's place. */
  environment: ServingEnvironment;
  /** Nodes to hold. */
  replicas: number;
}

/**
 * Pods that do nothing but hold GPU nodes: a replica that is wanted takes their place at once instead of waiting for a
 * node, and the autoscaler then adds a node for the spare. Costs a node each.
 */
export class WarmSpare extends pulumi.ComponentResource {
  constructor(name: string, args: WarmSpareArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:serving:WarmSpare", name, {}, opts);
    const { plan, environment } = args;
    const { imagePullSecrets, schedulerName } = extensionFields(mergedPod(environment.pod, plan.pod));
    const placement = placementOf(plan, environment.nodeGroups);
    const selector = {
      [LABELS.name]: APP_NAME,
      [LABELS.instance]: plan.name,
      [LABELS.component]: COMPONENTS.spare,
    };
    const labels = {
      ...selector,
      [LABELS.partOf]: environment.partOf,
      [LABELS.managedBy]: MANAGED_BY,
      [LABELS.class]: plan.class,
      [LABELS.gpu]: plan.gpu.type,
    };
    const resources = { cpu: "10m", memory: "16Mi", [plan.accelerator.resource]: String(plan.gpu.count) };
    new k8s.apps.v1.Deployment(
      name,
      {
        metadata: {
          name: `${plan.name}-spare`,
          namespace: environment.namespace,
          labels,
          // A spare that has given way is pending, which is its purpose and not a failed update.
          annotations: { "pulumi.com/skipAwait": "true", ...nodeTaints(placement) },
        },
        spec: {
          replicas: args.replicas,
          selector: { matchLabels: selector },
          template: {
            metadata: { labels },
            spec: {
              automountServiceAccountToken: false,
              enableServiceLinks: false,
              terminationGracePeriodSeconds: 0,
              imagePullSecrets,
              schedulerName,
              priorityClassName: environment.priorityClasses?.spare,
              nodeSelector: placement.nodeSelector,
              tolerations: placement.tolerations,
              securityContext: podSecurity(),
              containers: [pauseContainer(environment.spareImage, resources)],
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
