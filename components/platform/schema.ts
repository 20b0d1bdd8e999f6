/** The shape of the add-ons, as they stand in the stack config. */
import { z } from "zod";
import { MIG_STRATEGIES } from "./devicePlugin.js";

/** Name of a namespace. */
export const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is not a Kubernetes name: use lower-case letters, digits and dashes");

const install = z
  .boolean()
  .optional()
  .describe("Whether it is installed; unless said, it is where the cluster is built here");

export const addonsSchema = z
  .strictObject({
    devicePlugin: z
      .strictObject({
        install,
        featureDiscovery: z.boolean().default(true).describe("Labels nodes by what their GPUs are"),
        migStrategy: z
          .enum(MIG_STRATEGIES)
          .default("none")
          .describe("How MIG slices are offered: single as nvidia.com/gpu, mixed as nvidia.com/mig-…"),
        timeSlicingReplicas: z
          .int()
          .min(2)
          .optional()
          .describe(
            "Pods to a GPU, as nvidia.com/gpu.shared, on nodes labelled nvidia.com/device-plugin.config=shared; " +
              "no GPU is shared unless said",
          ),
      })
      .prefault({})
      .describe("NVIDIA's device plugin, by which pods get GPUs"),
    dcgmExporter: z.strictObject({ install }).prefault({}).describe("Metrics of the GPUs"),
    keda: z.strictObject({ install }).prefault({}).describe("Autoscaling of models"),
    prometheus: z
      .strictObject({
        install,
        retentionDays: z.int().min(1).default(15).describe("Days that metrics are kept"),
        volumeGiB: z.int().min(10).default(100).describe("Volume of each of the two Prometheus replicas"),
        namespaces: z
          .array(dnsLabel)
          .default([])
          .describe(
            "Namespaces of others whose monitors, rules and dashboards are taken, and whose pods may query Prometheus; " +
              "the models' and the add-ons' own always are",
          ),
      })
      .prefault({})
      .describe("Prometheus with its operator, Alertmanager and Grafana"),
    clusterAutoscaler: z.strictObject({ install }).prefault({}).describe("Nodes by what pods ask for"),
  })
  .describe("Add-ons of the cluster");
export type AddonsConfig = z.infer<typeof addonsSchema>;
