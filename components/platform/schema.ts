/** The shape of `vllm:platform`: monitoring and add-ons. */
import { z } from "zod";
import { dnsLabel, labelsSchema, positiveInt } from "../config/schemas.js";
import { secretRefSchema } from "../config/secretRef.js";
import { authenticationSchema, monitorsSchema, seriesLabelsSchema } from "../contract/prometheus.js";
import { MIG_STRATEGIES } from "./migStrategies.js";
import { COLLECTOR_NAMESPACE } from "./namespaces.js";

const install = z
  .boolean()
  .optional()
  .describe("Whether the stack installs it; default: true for a cluster that the stack builds, else false");

const values = z
  .record(z.string(), z.unknown())
  .optional()
  .describe("Helm values of the chart, plain text, beside those that this package decides; one of these is refused");

export const addonsSchema = z
  .strictObject({
    devicePlugin: z
      .strictObject({
        install,
        values,
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
    dcgmExporter: z.strictObject({ install, values }).prefault({}).describe("DCGM exporter: metrics of the GPUs"),
    keda: z.strictObject({ install, values }).prefault({}).describe("KEDA: autoscaling of models"),
    prometheus: z
      .strictObject({
        install,
        values,
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
      .strictObject({ install, values })
      .prefault({})
      .describe(
        "Cluster autoscaler: adds and removes nodes; refused in an existing cluster, since it needs AWS permissions that are made with the cluster",
      ),
    loadBalancerController: z
      .strictObject({
        install: z
          .boolean()
          .default(false)
          .describe(
            "Whether the stack installs it; default: false everywhere, since only a way in from outside needs it",
          ),
        values,
      })
      .prefault({})
      .describe("AWS Load Balancer Controller: load balancers for Gateways, Ingresses and Services"),
    openTelemetryCollector: z
      .strictObject({
        install: z
          .boolean()
          .default(false)
          .describe("Whether the stack installs it; default: false everywhere, since only tracing needs it"),
        values,
        replicas: positiveInt.default(2).describe("Collectors; one of them takes some thousand spans a second"),
        exporter: z
          .strictObject({
            endpoint: z
              .url({ protocol: /^https?$/, error: "is not an http or https URL" })
              .refine((url) => !/^https?:\/\/[^/?#]*@|[?#]/i.test(url), {
                error:
                  "holds a user, a password or a query, which may be secret: give the address alone, and the secret as a header",
              })
              .describe("OTLP receiver of what keeps traces, with its port where that is not the scheme's"),
            protocol: z.enum(["grpc", "http"]).default("http").describe("OTLP by gRPC, or by HTTP with protobuf"),
            headers: z
              .record(
                z
                  .string()
                  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/, "is not a header's name: use letters, digits and dashes"),
                secretRefSchema("header", `the namespace ${COLLECTOR_NAMESPACE}`),
              )
              .default({})
              .describe("Headers whose values are secret, such as authorization, by name"),
          })
          .optional()
          .describe("Where traces go; default: nowhere, the collectors count them and throw them away"),
      })
      .prefault({})
      .describe("OpenTelemetry collector: takes the models' traces, and passes them on in batches"),
    envoyGateway: z
      .strictObject({ values })
      .prefault({})
      .describe("Envoy Gateway, which vllm:gateway runs on; installed unless vllm:gateway.install is false"),
  })
  .describe("Add-ons of the cluster");
export type AddonsConfig = z.infer<typeof addonsSchema>;

export const platformSchema = z
  .strictObject({
    prometheus: z
      .strictObject({
        url: z
          .url({ protocol: /^https?$/, error: "is not an http or https URL" })
          .refine((url) => !/^https?:\/\/[^/?#]*@/i.test(url), {
            error:
              "holds a user or a password, which would be plain text in every ScaledObject and in the state: leave them out " +
              "and let the network policy keep others away",
          })
          .refine((url) => !/[?#]/.test(url), { error: "holds a query or a fragment: give the address alone" })
          .default("http://kube-prometheus-stack-prometheus.monitoring.svc:9090")
          .describe("Address of Prometheus as KEDA reaches it; ignored where the stack installs Prometheus"),
        namespace: dnsLabel
          .default("monitoring")
          .describe(
            "Namespace of Prometheus: its pods may read the metrics; where the stack installs Prometheus, it goes there",
          ),
        podMonitorLabels: labelsSchema
          .default({})
          .describe("Labels that Prometheus selects PodMonitors and PrometheusRules by"),
        monitors: monitorsSchema,
        seriesLabels: seriesLabelsSchema.optional(),
        authentication: authenticationSchema.optional(),
      })
      .prefault({})
      .describe("Where Prometheus runs, or where the stack installs it"),
    addons: addonsSchema.prefault({}),
  })
  .describe("Monitoring and add-ons of the cluster");
export type PlatformConfig = z.infer<typeof platformSchema>;
