/** Groups of GPU nodes: which traffic may land on which, and what a node has to give. */
import { z } from "zod";
import { GPU_TYPES } from "../facts/gpus.js";
import { INSTANCE_TYPES, type InstanceType } from "../facts/machines/aws.js";
import { GPU_TAINT, LIFECYCLES, NODE_LABELS, SPOT_TAINT, WORKLOADS } from "../vocabulary/labels.js";
import { didYouMean, error, listOr, type Problem, quote } from "../config/problems.js";

/** Kinds of traffic. They never share a runtime. */
export const TRAFFIC_CLASSES = ["interactive", "batch", "experimental"] as const;
export type TrafficClass = (typeof TRAFFIC_CLASSES)[number];

/** Labels as Kubernetes takes them: a name with or without a DNS prefix, and a value that may be empty. */
export const labelsSchema = z.record(
  z
    .string()
    .regex(
      /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
      "is not a label's name: use up to 63 letters, digits, dashes, dots and underscores, with a domain and / before them if any",
    ),
  z
    .string()
    .regex(
      /^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/,
      "is not a label's value: use up to 63 letters, digits, dashes, dots and underscores, first and last no punctuation",
    ),
);

const tolerationSchema = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Equal", "Exists"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});
export type Toleration = z.infer<typeof tolerationSchema>;

export const nodeGroupSchema = z
  .strictObject({
    purpose: z
      .enum(["inference", "batch"])
      .describe("inference: interactive models; batch: batch and experimental ones"),
    gpu: z.enum(GPU_TYPES).describe("GPU type of the nodes"),
    instanceTypes: z
      .array(z.string())
      .min(1)
      .describe("EC2 instance types; the smallest one limits what a pod may request"),
    capacity: z.enum(["on-demand", "spot"]).default("on-demand"),
    min: z.int().min(0).default(0).describe("Fewest nodes"),
    max: z.int().min(1).describe("Most nodes"),
    nodeSelector: labelsSchema.optional().describe("Labels of the nodes; default: this project's labels"),
    tolerations: z
      .array(tolerationSchema)
      .optional()
      .describe("Tolerations for the nodes' taints; default: for this project's taints"),
  })
  .describe("A group of GPU nodes");
export type NodeGroup = z.infer<typeof nodeGroupSchema>;

/** Checks that a group's numbers and instance types agree with each other and with the instance table. */
export function checkNodeGroup(group: NodeGroup, path: string): Problem[] {
  const problems: Problem[] = [];
  if (group.min > group.max) {
    problems.push(error(`${path}.min`, `${group.min} is more than max ${group.max}: use 0 to ${group.max}`));
  }
  group.instanceTypes.forEach((name, index) => {
    const type = INSTANCE_TYPES.get(name);
    const at = `${path}.instanceTypes[${index}]`;
    if (type === undefined) {
      const ofGpu = [...INSTANCE_TYPES].filter(([, { gpu }]) => gpu === group.gpu).map(([known]) => known);
      problems.push(
        error(
          at,
          `${quote(name)} is not a known GPU instance type${didYouMean(name, INSTANCE_TYPES.keys()) || "."} With ${group.gpu}: ${listOr(ofGpu)}`,
        ),
      );
    } else if (type.gpu !== group.gpu) {
      problems.push(
        error(at, `${quote(name)} has ${type.gpu} GPUs, not ${group.gpu}: set gpu: ${type.gpu} or another type`),
      );
    }
  });
  const counts = new Set(instancesOf(group).map(({ gpus }) => gpus));
  if (counts.size > 1) {
    problems.push(
      error(
        `${path}.instanceTypes`,
        `the types have different numbers of GPUs (${[...counts].join(", ")}): use one group for each number`,
      ),
    );
  }
  return problems;
}

/** The group's instance types that the table knows. */
export function instancesOf(group: NodeGroup): InstanceType[] {
  return group.instanceTypes.flatMap((name) => INSTANCE_TYPES.get(name) ?? []);
}

/** Whether a class of traffic may run on a group: interactive never on spot, the others never on its nodes. */
export function accepts(group: NodeGroup, trafficClass: TrafficClass): boolean {
  return trafficClass === "interactive"
    ? group.purpose === "inference" && group.capacity === "on-demand"
    : group.purpose === "batch";
}

/** Where pods of a release may be scheduled. */
export interface Placement {
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
}

/** The placement on nodes that carry this project's labels and taints. */
export function defaultPlacement(gpu: string, trafficClass: TrafficClass): Placement {
  const interactive = trafficClass === "interactive";
  return {
    nodeSelector: {
      [NODE_LABELS.accelerator]: gpu,
      [NODE_LABELS.workload]: interactive ? WORKLOADS.inference : WORKLOADS.batch,
      ...(interactive && { [NODE_LABELS.lifecycle]: LIFECYCLES.onDemand }),
    },
    tolerations: [
      { key: GPU_TAINT.key, operator: "Exists", effect: GPU_TAINT.effect },
      ...(interactive ? [] : [{ ...SPOT_TAINT, operator: "Equal" as const }]),
    ],
  };
}
