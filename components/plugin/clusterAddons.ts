import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { parse } from "../config/parse.js";
import { checkPlainData } from "../config/plainData.js";
import { error, type Problem, throwIfErrors } from "../config/problems.js";
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
  /** AWS region of the cluster, for the cluster autoscaler and the load balancer controller. Default: none. */
  region?: pulumi.Input<string>;
  /** AWS account of the cluster, twelve digits, for the same. Default: none. */
  accountId?: pulumi.Input<string>;
  /** The cluster's VPC, for the load balancer controller. Default: none. */
  vpcId?: pulumi.Input<string>;
  /** Default: aws. */
  partition?: pulumi.Input<string>;
}

/** What a cluster needs before it can serve models: Prometheus, KEDA, the device plugin and others, as Helm releases. */
export class ClusterAddons extends pulumi.ComponentResource {
  /** Prometheus' HTTP API as the cluster's pods reach it; empty where it is not installed here. */
  public readonly prometheusUrl: pulumi.Output<string>;

  constructor(name: string, args: ClusterAddonsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:index:ClusterAddons", name, {}, opts);
    const { region, accountId, partition, vpcId } = args;
    const addons = withInputErrors("ClusterAddons", () => checkedAddons(args));
    const platform = new Platform(
      name,
      {
        clusterName: args.clusterName,
        modelNamespaces: args.modelNamespaces,
        addons,
        installByDefault: args.installByDefault,
        monitoringNamespace: args.monitoringNamespace,
        aws: region !== undefined && accountId !== undefined ? { region, accountId, partition, vpcId } : undefined,
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
  throwIfErrors([
    ...problems,
    ...parse(z.array(dnsLabel), args.modelNamespaces, "modelNamespaces").problems,
    ...parse(dnsLabel.optional(), args.monitoringNamespace, "monitoringNamespace").problems,
    ...parse(z.boolean().optional(), args.installByDefault, "installByDefault").problems,
    ...(value === undefined ? [] : missingPlace(value, args)),
  ]);
  return value!;
}

/** What the add-ons that act in AWS have to know, and are not told. */
function missingPlace(addons: AddonsConfig, args: ClusterAddonsArgs): Problem[] {
  const missing = (
    keys: readonly ("region" | "accountId" | "vpcId")[],
    addon: "clusterAutoscaler" | "loadBalancerController",
    what: string,
  ) =>
    (addons[addon].install ?? args.installByDefault ?? true)
      ? keys
          .filter((key) => args[key] === undefined)
          .map((key) =>
            error(key, `is missing, and ${what} needs it: give it, or set addons.${addon}.install to false`),
          )
      : [];
  return [
    ...missing(["region", "accountId"], "clusterAutoscaler", "the cluster autoscaler"),
    ...missing(["region", "accountId", "vpcId"], "loadBalancerController", "the load balancer controller"),
  ];
}
