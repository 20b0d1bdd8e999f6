/** Groups of GPU nodes as a stack config describes them. */
import { z } from "zod";
import { labelsSchema } from "../config/schemas.js";
import type { Machine } from "../facts/machines/machine.js";
import { gpuTypeName } from "./gpuTypes.js";

const tolerationSchema = z.strictObject({
  key: z.string().optional(),
  operator: z.enum(["Equal", "Exists"]).optional(),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
});
export type Toleration = z.infer<typeof tolerationSchema>;

const taintSchema = z.strictObject({
  key: z.string().min(1),
  value: z.string().optional(),
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});
export type NodeTaint = z.infer<typeof taintSchema>;

/** What a node of any cloud, or of none, can give to pods. */
const nodeShapeSchema = z
  .strictObject({
    gpus: z.int().min(1).max(128).describe("GPUs of a node, or slices of them"),
    cpus: z.number().positive().describe("Cores that pods can have: Allocatable in `kubectl describe node`"),
    memoryGiB: z.number().positive().describe("Memory that pods can have: Allocatable, in GiB"),
    diskGiB: z
      .number()
      .positive()
      .optional()
      .describe("Ephemeral storage that pods can have: Allocatable, in GiB; default: it is not checked"),
    hourlyUsd: z
      .number()
      .min(0)
      .optional()
      .describe("What a node costs an hour, US dollars; default: no cost is shown"),
  })
  .describe("Shape of the nodes, in place of instanceTypes: for machines that are in no table, such as one's own");

export const nodeGroupSchema = z
  .strictObject({
    purpose: z
      .enum(["inference", "batch"])
      .describe("inference: interactive models; batch: batch and experimental ones"),
    gpu: gpuTypeName.describe("GPU type of the nodes"),
    instanceTypes: z
      .array(z.string())
      .min(1)
      .optional()
      .describe("Names of machines of AWS, Azure or Google Cloud; the smallest one limits what a pod may request"),
    node: nodeShapeSchema.optional(),
    capacity: z.enum(["on-demand", "spot"]).default("on-demand"),
    min: z.int().min(0).default(0).describe("Fewest nodes"),
    max: z.int().min(1).describe("Most nodes"),
    nodeSelector: labelsSchema.optional().describe("Labels of the nodes; default: this project's labels"),
    tolerations: z
      .array(tolerationSchema)
      .optional()
      .describe("Tolerations for the nodes' taints; default: those that taints need"),
    taints: z
      .array(taintSchema)
      .optional()
      .describe("Taints of the nodes, as they have them; [] for none. Default: this project's taints"),
  })
  .describe("A group of GPU nodes");
export type NodeGroupConfig = z.infer<typeof nodeGroupSchema>;

/** A group by the machines that its nodes are, whatever cloud they are of. */
export interface NodeGroup extends Omit<NodeGroupConfig, "instanceTypes" | "node"> {
  /** Those that are known, in the config's order. */
  machines: readonly Machine[];
}

/** Node groups by name; `undefined` where the config does not describe them. */
export type NodeGroups = Readonly<Record<string, NodeGroup>> | undefined;
