import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ModelCache, plansOf } from "../cache/modelCache.js";
import { releasesOf } from "../checks/hubToken.js";
import { loadModels } from "../checks/load.js";
import { checkObservability } from "../checks/observability/whole.js";
import { checkReach } from "../checks/reach.js";
import { parse } from "../config/parse.js";
import { checkPlainData } from "../config/plainData.js";
import { error, formatProblem, type Problem, throwIfErrors } from "../config/problems.js";
import { dnsLabel } from "../config/schemas.js";
import { secretRefSchema } from "../config/secretRef.js";
import { accessSchema } from "../contract/access.js";
import { type ObservabilityConfig, observabilitySchema } from "../contract/observability/schema.js";
import type { Telemetry } from "../derive/observability/telemetry.js";
import { Observability } from "../observability/observability.js";
import { platformSchema } from "../platform/schema.js";
import { serveModels, servingEnvironment } from "../serving/environment.js";
import { monitorsOf } from "../serving/monitors.js";
import { labelValue } from "../vocabulary/labels.js";
import { HUB_TOKEN } from "../vocabulary/secrets.js";
import { collecting, withInputErrors } from "./inputErrors.js";

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
  /** How Prometheus finds the pods: podMonitor, annotations or none. Default: podMonitor. */
  monitors?: string;
  /** Labels of the series without a PodMonitor, in the shape of `vllm:platform.prometheus.seriesLabels`. Default: its defaults. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  seriesLabels?: any;
  /** How KEDA proves to Prometheus who it is, in the shape of `vllm:platform.prometheus.authentication`. Default: not at all. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  prometheusAuthentication?: any;
  /** GPU node groups, in the shape of `gpuNodes` in docs/configuration.md. Default: nodes with this project's labels. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  gpuNodes?: any;
  /** GPU types that the table lacks, in the shape of `vllm:gpuTypes` in docs/configuration.md. Default: none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  gpuTypes?: any;
  /** What the pods of every model have besides, in the shape of `vllm:pod` in docs/configuration.md. Default: nothing. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  pod?: any;
  /** Where weights are kept between starts, in the shape of `vllm:cache` in docs/configuration.md, but for efs and fsx-lustre. Default: nowhere. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  cache?: any;
  /** Token of the Hugging Face Hub, for gated models. Default: none. */
  huggingFaceToken?: pulumi.Input<string>;
  /** Secret of the namespace that holds that token, in the shape `{ existingSecret, key }` or `{ externalSecret, key }`. Default: none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  huggingFaceTokenSecret?: any;
  /** Who may send requests to the models, and where models may connect to, in the shape of `vllm:access`. Default: its defaults. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  access?: any;
  /**
   * Service levels, alerts and who is told, dashboards, budgets, logs and traces, in the shape of `vllm:observability` in
   * docs/configuration.md. Default: its defaults.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  observability?: any;
}

const PROMETHEUS = platformSchema.shape.prometheus.unwrap().shape;
const OBSERVABILITY = observabilitySchema.prefault({});
const tokenSecretSchema = secretRefSchema(HUB_TOKEN).optional();

/** Settings besides the models; those that are known only later are the API server's to check. */
function checkSettings(args: VllmModelsArgs): Problem[] {
  const { namespace, prometheusUrl } = args;
  return [
    ...(typeof namespace === "string" ? parse(dnsLabel, namespace, "namespace").problems : []),
    ...parse(z.string().min(1), args.partOf, "partOf").problems,
    ...(typeof prometheusUrl === "string" ? parse(PROMETHEUS.url, prometheusUrl, "prometheusUrl").problems : []),
    ...parse(PROMETHEUS.namespace.unwrap(), args.monitoringNamespace, "monitoringNamespace").problems,
    ...parse(PROMETHEUS.podMonitorLabels, args.podMonitorLabels, "podMonitorLabels").problems,
    ...parse(PROMETHEUS.monitors, args.monitors, "monitors").problems,
    ...checkPlainData(args.seriesLabels, "seriesLabels"),
    ...parse(PROMETHEUS.seriesLabels, args.seriesLabels, "seriesLabels").problems,
    ...checkPlainData(args.prometheusAuthentication, "prometheusAuthentication"),
    ...parse(PROMETHEUS.authentication, args.prometheusAuthentication, "prometheusAuthentication").problems,
    ...checkPlainData(args.huggingFaceTokenSecret, "huggingFaceTokenSecret"),
    ...parse(tokenSecretSchema, args.huggingFaceTokenSecret, "huggingFaceTokenSecret").problems,
    ...(args.huggingFaceToken && args.huggingFaceTokenSecret !== undefined
      ? [error("huggingFaceTokenSecret", "huggingFaceToken is given, too: leave one out")]
      : []),
    ...checkPlainData(args.access, "access"),
    ...parse(accessSchema.optional(), args.access, "access").problems,
    ...checkPlainData(args.observability, "observability"),
    ...parse(OBSERVABILITY, args.observability, "observability").problems,
  ];
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
    const hasHubToken = Boolean(args.huggingFaceToken) || args.huggingFaceTokenSecret !== undefined;
    const { models, nodeGroups, pod, cache, warnings } = withInputErrors("VllmModels", () => {
      const problems = checkSettings(args);
      const options = {
        hasHubToken,
        gpuTypes: args.gpuTypes as unknown,
        pod: args.pod as unknown,
        cache: args.cache as unknown,
      };
      return collecting(problems, () => loadModels(args.models, args.gpuNodes, options));
    });
    // The checks have found it right.
    const access = accessSchema.optional().parse(args.access);
    const unreachable =
      typeof args.namespace === "string"
        ? checkReach(releasesOf(models, "models"), { access, accessPath: "access", namespace: args.namespace })
        : [];
    const observability = OBSERVABILITY.parse(args.observability);
    const observed = withInputErrors("VllmModels", () => {
      const problems = checkObservability(
        observability,
        {
          ...{ models, modelsPath: "models", nodeGroups, access, accessPath: "access" },
          namespace: typeof args.namespace === "string" ? args.namespace : "",
          monitoringNamespace: args.monitoringNamespace,
        },
        "observability",
      );
      throwIfErrors(problems);
      return problems;
    });
    for (const warning of [...warnings, ...unreachable, ...observed])
      void pulumi.log.warn(formatProblem(warning), this);
    const environment = servingEnvironment(
      models,
      {
        namespace: args.namespace,
        partOf: labelValue(args.partOf),
        priorityPrefix: name,
        monitoring: {
          prometheusUrl: args.prometheusUrl,
          namespace: args.monitoringNamespace,
          podMonitorLabels: args.podMonitorLabels,
          monitors: PROMETHEUS.monitors.parse(args.monitors),
          seriesLabels: PROMETHEUS.seriesLabels.parse(args.seriesLabels),
          authentication: PROMETHEUS.authentication.parse(args.prometheusAuthentication),
        },
        access,
        nodeGroups,
        pod,
        telemetry: telemetryOf(observability),
        huggingFaceToken: tokenSecretSchema.parse(args.huggingFaceTokenSecret) ?? (args.huggingFaceToken || undefined),
        resourceNames: { priorities: name, huggingFace: `${name}-hugging-face`, prometheus: `${name}-prometheus` },
      },
      child,
    );
    const made =
      cache === undefined || (cache.kind === "none" && !cache.prePull)
        ? undefined
        : new ModelCache(`${name}-cache`, { cache, plans: plansOf(models), environment }, child);
    const shared = { ...environment, ...(made && { cache: made }) };
    this.live = pulumi.output(serveModels(models, shared, child));
    if (monitorsOf(environment.monitoring) === "podMonitor")
      new Observability(`${name}-observability`, { models, config: observability, environment: shared }, child);
    this.registerOutputs({ live: this.live });
  }
}

/** Where spans go; the checks have found an endpoint where there is tracing. */
function telemetryOf({ logs, tracing }: ObservabilityConfig): Telemetry {
  if (tracing?.endpoint === undefined) return { logs };
  return { logs, tracing: { ...tracing, endpoint: tracing.endpoint } };
}
