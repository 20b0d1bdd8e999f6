import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parse } from "../config/parse.js";
import { checkPlainData } from "../config/plainData.js";
import { error, throwIfErrors } from "../config/problems.js";
import { dnsLabel } from "../config/schemas.js";
import { Platform } from "../platform/platform.js";
import { type AddonsConfig, addonsSchema } from "../platform/schema.js";
import { withInputErrors } from "./inputErrors.js";

/** Inputs of {@link ClusterAddons}. */
export interface ClusterAddonsArgs {
  clusterName: pulumi.Input<string>;
  /** Namespaces of models: Prometheus takes their monitors. */
  modelNamespaces: string[];
  /** The add-ons, in the shape of `vllm:platform.addons` in docs/configuration.md. Default: all of them. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the analyzer of component schemas takes for any JSON
  addons?: any;
  /** Whether add-ons are installed that do not say. Default: true. */
  installByDefault?: boolean;
  /** Namespace of Prometheus. Default: monitoring. */
  monitoringNamespace?: string;
  /** AWS region of the cluster, for the cluster autoscaler. Default: none. */
  region?: pulumi.Input<string>;
  /** AWS account of the cluster, twelve digits, for the cluster autoscaler. Default: none. */
  accountId?: pulumi.Input<string>;
  /** Default: aws. */
  partition?: pulumi.Input<string>;
}

/** What a cluster needs before it can serve models: Prometheus, KEDA, the device plugin and others, as Helm releases. */
export class ClusterAddons extends pulumi.ComponentResource {
  /** Prometheus' HTTP API as the cluster's pods reach it; empty where it is not installed here. */
  public readonly prometheusUrl: pulumi.Output<string>;

  constructor(name: string, args: ClusterAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:index:ClusterAddons", name, {}, opts);
    const { region, accountId, partition } = args;
    const addons = withInputErrors("ClusterAddons", () => checkedAddons(args));
    const platform = new Platform(
      name,
      {
        clusterName: args.clusterName,
        modelNamespaces: args.modelNamespaces,
        addons,
        installByDefault: args.installByDefault,
        monitoringNamespace: args.monitoringNamespace,
        aws: region !== undefined && accountId !== undefined ? { region, accountId, partition } : undefined,
      },
      { parent: this },
    );
    this.prometheusUrl = platform.prometheusUrl ?? pulumi.output("");
    this.registerOutputs({ prometheusUrl: this.prometheusUrl });
  }
}

function checkedAddons(args: ClusterAddonsArgs): AddonsConfig {
  throwIfErrors(checkPlainData(args.addons, "addons"));
  const { value, problems } = parse(addonsSchema, args.addons ?? {}, "addons");
  const installed = value?.clusterAutoscaler.install ?? args.installByDefault ?? true;
  const missing = (["region", "accountId"] as const).filter((key) => args[key] === undefined);
  throwIfErrors([
    ...problems,
    ...parse(z.array(dnsLabel), args.modelNamespaces, "modelNamespaces").problems,
    ...parse(dnsLabel.optional(), args.monitoringNamespace, "monitoringNamespace").problems,
    ...parse(z.boolean().optional(), args.installByDefault, "installByDefault").problems,
    ...(value !== undefined && installed
      ? missing.map((key) =>
          error(
            key,
            "is missing, and the cluster autoscaler needs it: give it, or set addons.clusterAutoscaler.install to false",
          ),
        )
      : []),
  ]);
  return value!;
}
