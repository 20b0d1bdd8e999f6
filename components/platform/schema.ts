/** The shape of the add-ons, as they stand in the stack config. */
import { z } from "zod";
import { MIG_STRATEGIES } from "./addons/devicePlugin.js";

/** Name of a namespace. */
export const dnsLabel = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is not a Kubernetes name: use lower-case letters, digits and dashes");

const install = z
  .boolean()
  .optional()
  .describe("Whether the stack installs it; default: true for a cluster that the stack builds, else false");

export const addonsSchema = z
  .strictObject({
    devicePlugin: z
      .strictObject({
        install,
        featureDiscovery: z.boolean().default(true).describe("Whether nodes get labels that describe their GPUs"),
        migStrategy: z
          .enum(MIG_STRATEGIES)
          .default("none")
          .describe("How MIG slices are offered: single as nvidia.com/gpu, mixed as nvidia.com/mig-…"),
        timeSlicingReplicas: z
          .int()
          .min(2)
          .optional()
          .describe(
            "Pods per GPU on nodes labelled nvidia.com/device-plugin.config=shared, offered as nvidia.com/gpu.shared; " +
              "default: GPUs are not shared",
          ),
      })
      .prefault({})
      .describe("NVIDIA's device plugin, which gives pods their GPUs"),
    dcgmExporter: z.strictObject({ install }).prefault({}).describe("DCGM exporter: metrics of the GPUs"),
    keda: z.strictObject({ install }).prefault({}).describe("KEDA: autoscaling of models"),
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
    clusterAutoscaler: z
      .strictObject({ install })
      .prefault({})
      .describe(
        "Cluster autoscaler: adds and removes nodes; refused in an existing cluster, since it needs AWS permissions that are made with the cluster",
      ),
  })
  .describe("Add-ons of the cluster");
export type AddonsConfig = z.infer<typeof addonsSchema>;
