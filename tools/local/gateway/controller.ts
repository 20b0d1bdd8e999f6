/** Envoy Gateway in Kubernetes mode, as its chart starts it, against a local control plane. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import type { Cluster } from "../client.js";
import { type Folders, makePrivateFolder, writePrivate } from "../folders.js";
import { until } from "../processes.js";
import { applyNewKind } from "./definitions.js";
import { mounted } from "./files.js";
import { forward } from "./forward.js";
import { type Isolated, isolated, link } from "./isolate.js";

/** The name by which proxies and the rate limit service find the controller. */
export const CONTROLLER = "envoy-gateway";
/** By which the GatewayClass names it. */
export const CONTROLLER_NAME = "gateway.envoyproxy.io/gatewayclass-controller";

/** `config.envoyGateway` of the chart's values, as far as it is looked at here. */
export type ControllerConfig = Readonly<Record<string, unknown>>;

/** A controller that runs. */
export interface Controller {
  isolated: Isolated;
  namespace: string;
  /** An address of this machine that the controller and proxies reach: that of stand-ins. */
  machine: string;
}

/** Where the Redis of {@link DEFAULT_CONFIG} is. */
const REDIS = "redis.envoy-gateway-system.svc.cluster.local:6379";

/** What the admission program and quotas need of Envoy Gateway. */
export const DEFAULT_CONFIG: ControllerConfig = {
  extensionApis: { enableBackend: true, enableEnvoyPatchPolicy: true, enableLua: true },
  // As the add-on has it: without it Envoy waits 20 ms for the count, and refuses under load what is within its quota.
  rateLimit: { backend: { type: "Redis", redis: { url: REDIS } }, failClosed: true, timeout: "500ms" },
};

const run = promisify(execFile);

/** The kubeconfig, with the API server at an address of this machine in place of the loopback one. */
function reachable(kubeconfig: string, address: string): { text: string; port: number } {
  const config = parse(readFileSync(kubeconfig, "utf8")) as {
    clusters: { cluster: { server: string; "tls-server-name"?: string } }[];
  };
  const { cluster } = config.clusters[0]!;
  const port = Number(new URL(cluster.server).port);
  cluster.server = `https://${address}:${port}`;
  cluster["tls-server-name"] = "localhost";
  return { text: stringify(config, { lineWidth: 0 }), port };
}

/**
 * Starts it. Its definitions have to be in the cluster.
 *
 * @param config beside what this machine needs
 */
export async function startController(
  program: string,
  cluster: Cluster,
  folders: Folders,
  kubeconfig: string,
  {
    namespace = "envoy-gateway-system",
    config = DEFAULT_CONFIG,
  }: { namespace?: string; config?: ControllerConfig } = {},
): Promise<Controller> {
  await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await cluster.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: CONTROLLER, namespace },
    spec: { ports: [{ name: "grpc", port: 18000 }] },
  });
  // What it makes belongs to its own Service, account and Deployment, so they have to be there.
  await cluster.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: CONTROLLER, namespace } });
  await cluster.apply({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: CONTROLLER, namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: CONTROLLER } },
      template: {
        metadata: { labels: { app: CONTROLLER } },
        spec: { containers: [{ name: CONTROLLER, image: "envoyproxy/gateway:local" }] },
      },
    },
  });
  const environment = { KUBECONFIG: kubeconfig, ENVOY_GATEWAY_NAMESPACE: namespace };
  await run(program, ["certgen", "--disable-topology-injector"], { env: { ...process.env, ...environment } });
  const certificates = await mounted(cluster, folders, "Secret", namespace, CONTROLLER);
  const folder = join(folders.run, CONTROLLER);
  makePrivateFolder(folder);
  const [file, ownKubeconfig] = [join(folder, "config.yaml"), join(folder, "kubeconfig")];
  const whole = {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyGateway",
    gateway: { controllerName: CONTROLLER_NAME },
    logging: { level: { default: "info" } },
    ...config,
    provider: {
      type: "Kubernetes",
      kubernetes: {
        ...(config["provider"] as { kubernetes?: object } | undefined)?.kubernetes,
        leaderElection: { disable: true },
        // The injector needs a webhook that the API server cannot reach here.
        proxyTopologyInjector: { disabled: true },
      },
    },
  };
  writePrivate(file, stringify(whole));
  const controller = isolated(
    {
      name: CONTROLLER,
      program,
      args: ["server", `--config-path=${file}`],
      environment: { KUBECONFIG: ownKubeconfig, ENVOY_GATEWAY_NAMESPACE: namespace, ENVOY_POD_NAME: "envoy-gateway-0" },
      mounts: { "/certs": certificates! },
    },
    folders,
  );
  const [machine] = await link("machine", controller);
  const { text, port } = reachable(kubeconfig, machine);
  writePrivate(ownKubeconfig, text);
  await forward(machine, port);
  controller.begin();
  await applyNewKind(cluster, {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: "envoy-gateway" },
    spec: { controllerName: CONTROLLER_NAME },
  });
  await until("Envoy Gateway", () => isAccepted(cluster), { processes: [controller.process], seconds: 60 });
  return { isolated: controller, namespace, machine };
}

interface Conditions {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Whether it has taken the class, which it does once it watches the cluster. */
async function isAccepted(cluster: Cluster): Promise<boolean> {
  const found = await cluster.get<Conditions>({
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "GatewayClass",
    metadata: { name: "envoy-gateway" },
  });
  return found?.status?.conditions?.some(({ type, status }) => type === "Accepted" && status === "True") ?? false;
}
