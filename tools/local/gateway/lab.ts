/**
 * A real gateway on this machine: an API server of its own, Envoy Gateway, Envoy, the rate limit service and Redis, each in a network of
 * its own. Models' pods are stand-ins of this machine, told to the cluster by EndpointSlices.
 */
import type { Binaries, Report } from "../build.js";
import { Cluster, type KubernetesObject } from "../client.js";
import { startControlPlane } from "../controlPlane.js";
import { type Folders, kubeconfigOf } from "../folders.js";
import { newRun } from "../ownership.js";
import { clear } from "../start.js";
import { type Controller, type ControllerConfig, startController } from "./controller.js";
import { installGatewayDefinitions } from "./definitions.js";
import { envoyProgram, redisProgram } from "./programs.js";
import { type Proxy, startProxy } from "./proxy.js";
import { type Quotas, startQuotas } from "./quotas.js";

/** Programs of a lab that Go builds. */
export const LAB_PROGRAMS = [
  "etcd",
  "apiServer",
  "controllerManager",
  "scheduler",
  "envoyGateway",
  "rateLimit",
] as const;

/** How a lab is started. */
export interface LabSettings {
  binaries: Binaries;
  folders: Folders;
  report: Report;
  /** Namespace of Envoy Gateway and its proxies. @default envoy-gateway-system */
  namespace?: string;
  /** Envoy Gateway's own configuration: `config.envoyGateway` of its chart's values. */
  config?: ControllerConfig;
}

export class Lab {
  private constructor(
    readonly cluster: Cluster,
    readonly folders: Folders,
    private readonly envoy: string,
    readonly controller: Controller,
    /** The rate limit service; `undefined` where the configuration has none. */
    readonly quotas: Quotas | undefined,
  ) {}

  /** Starts all but the proxies: twenty seconds on two cores. */
  static async start({ binaries, folders, report, namespace, config }: LabSettings): Promise<Lab> {
    const envoy = await envoyProgram(report);
    const redis = await redisProgram(folders, report);
    await startControlPlane(binaries, folders);
    const cluster = new Cluster(kubeconfigOf(folders));
    await installGatewayDefinitions(cluster, newRun());
    const controller = await startController(binaries.envoyGateway, cluster, folders, kubeconfigOf(folders), {
      ...(namespace !== undefined && { namespace }),
      ...(config !== undefined && { config }),
    });
    const counts = config === undefined || config["rateLimit"] !== undefined;
    const quotas = counts
      ? await startQuotas({ program: binaries.rateLimit, redis }, cluster, folders, controller)
      : undefined;
    return new Lab(cluster, folders, envoy, controller, quotas);
  }

  /** Address of this machine on which stand-ins listen, so that EndpointSlices may have it and proxies reach it. */
  get machine(): string {
    return this.controller.machine;
  }

  /** Starts the proxy of a Gateway that was applied. */
  proxy(gateway: KubernetesObject): Promise<Proxy> {
    return startProxy(this.envoy, this.cluster, this.folders, this.controller, this.quotas, gateway);
  }

  /** Ends every process and removes the folder. */
  async end(): Promise<void> {
    this.cluster.close();
    await clear(this.folders);
  }
}
