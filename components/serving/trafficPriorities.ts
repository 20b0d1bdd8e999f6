import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import type { TrafficClass } from "../contract/nodeGroup.js";

/** A traffic class, or the warm spares that hold nodes for it. */
export type PriorityName = TrafficClass | "spare";

/** Inputs of {@link TrafficPriorities}. */
export interface TrafficPrioritiesArgs {
  /** Start of the classes' names: they are cluster-wide, and two stacks may share a cluster. */
  prefix: string;
  partOf: string;
}

interface Priority {
  value: number;
  preempts: boolean;
  description: string;
}

/**
 * Higher pods may take the place of lower ones. 0 is what pods without a class have, so batch models push nobody's pods
 * aside. Cluster Autoscaler adds nodes only for pods of -10 and more (its `expendable-pods-priority-cutoff`).
 */
const PRIORITIES: Record<PriorityName, Priority> = {
  interactive: { value: 1_000_000, preempts: true, description: "Models that people wait for" },
  batch: { value: 0, preempts: true, description: "Models for work that can wait" },
  experimental: { value: -5, preempts: true, description: "Models on trial" },
  spare: { value: -10, preempts: false, description: "Pods that hold a GPU node ready and give way to any other" },
};

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
