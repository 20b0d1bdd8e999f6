import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { PRIORITIES, type PriorityName } from "../vocabulary/traffic.js";

/** Inputs of {@link TrafficPriorities}. */
export interface TrafficPrioritiesArgs {
  /** Start of the classes' names: they are cluster-wide, and two stacks may share a cluster. */
  prefix: string;
  partOf: string;
}

/** The PriorityClasses of the traffic classes and of the warm spares. */
export class TrafficPriorities extends pulumi.ComponentResource {
  /** Names of the PriorityClasses. */
  readonly names: Record<PriorityName, pulumi.Output<string>>;

  constructor(name: string, args: TrafficPrioritiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:serving:TrafficPriorities", name, {}, opts);
    const create = (key: PriorityName): pulumi.Output<string> => {
      const { value, preempts, description } = PRIORITIES[key];
      const priorityClass = new k8s.scheduling.v1.PriorityClass(
        `${name}-${key}`,
        {
          metadata: {
            name: `${args.prefix}-${key}`,
            labels: { [LABELS.partOf]: args.partOf, [LABELS.managedBy]: MANAGED_BY },
          },
          value,
          preemptionPolicy: preempts ? "PreemptLowerPriority" : "Never",
          description,
        },
        { parent: this },
      );
      return priorityClass.metadata.name;
    };
    this.names = {
      interactive: create("interactive"),
      batch: create("batch"),
      experimental: create("experimental"),
      spare: create("spare"),
    };
    this.registerOutputs({ names: this.names });
  }
}
