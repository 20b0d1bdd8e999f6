/** Groups of GPU nodes as a stack config describes them. */
import { z } from "zod";
import { labelsSchema } from "../config/schemas.js";
import { GPU_TYPES } from "../facts/gpus.js";
import type { Machine } from "../facts/machines/machine.js";

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
export type NodeGroupConfig = z.infer<typeof nodeGroupSchema>;

/** A group by the machines that its nodes are, whatever cloud they are of. */
export interface NodeGroup extends Omit<NodeGroupConfig, "instanceTypes"> {
  /** Those that are known, in the config's order. */
  machines: readonly Machine[];
}

/** Node groups by name; `undefined` where the config does not describe them. */
export type NodeGroups = Readonly<Record<string, NodeGroup>> | undefined;
