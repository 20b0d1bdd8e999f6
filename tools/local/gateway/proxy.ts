/** Envoy, by the Deployment that Envoy Gateway makes for a Gateway: its bootstrap and certificates are those of the pod. */
import { stringify } from "yaml";
import type { Cluster, KubernetesObject } from "../client.js";
import { certificateFile } from "../controlPlane.js";
import type { Folders } from "../folders.js";
import { type Started, until } from "../processes.js";
import { CONTROLLER, type Controller } from "./controller.js";
import { mounted } from "./files.js";
import { type Isolated, isolated, link, route } from "./isolate.js";
import type { Quotas } from "./quotas.js";
import { containerOf, sourceOf, type Workload } from "./workload.js";

/** A proxy that runs. */
export interface Proxy {
  process: Started;
  /** Where clients reach its listeners. Ports below 1024 are 10,000 higher, as in its pods. */
  address: string;
  isolated: Isolated;
}

/** Labels by which Envoy Gateway marks what it makes for a Gateway. */
function labelsOf({ metadata }: KubernetesObject): Record<string, string> {
  return {
    "gateway.envoyproxy.io/owning-gateway-name": metadata.name,
    "gateway.envoyproxy.io/owning-gateway-namespace": metadata.namespace ?? "default",
  };
}

/** What Kubernetes reports of a Gateway. */
export async function gatewayStatus(cluster: Cluster, gateway: KubernetesObject): Promise<string> {
  const found = await cluster.get<KubernetesObject>(gateway);
  return stringify(found?.["status"] ?? "no such Gateway");
}

/** Starts the proxy of a Gateway, and waits until it has its first configuration. */
export async function startProxy(
  program: string,
  cluster: Cluster,
  folders: Folders,
  { isolated: controller, namespace }: Controller,
  quotas: Quotas | undefined,
  gateway: KubernetesObject,
): Promise<Proxy> {
  let workload: Workload | undefined;
  try {
    await until(
      "the proxy's Deployment",
      async () => {
        [workload] = await cluster.list<Workload>("apps/v1", "Deployment", { namespace, labels: labelsOf(gateway) });
        return workload !== undefined;
      },
      { seconds: 30, processes: [controller.process] },
    );
  } catch (thrown) {
    throw new Error(`the Gateway has no proxy: ${await gatewayStatus(cluster, gateway)}`, { cause: thrown });
  }
  const { args, environment } = containerOf(workload!, "envoy");
  const certificates = await mounted(cluster, folders, "Secret", namespace, sourceOf(workload!, "certs"));
  const discovery = await mounted(cluster, folders, "ConfigMap", namespace, sourceOf(workload!, "sds"));
  const name = `envoy-${gateway.metadata.namespace ?? "default"}-${gateway.metadata.name}`;
  const proxy = isolated(
    {
      name,
      program,
      args: [
        // A name that ends with a dot is asked of DNS alone, and never looked up in the hosts file.
        ...args.map((argument) => argument.replaceAll(".svc.cluster.local.\n", ".svc.cluster.local\n")),
        ...["--concurrency", "2", "--disable-hot-restart"],
        // Names the run, by which its processes are ended.
        ...["--service-zone", certificateFile(folders, "ca.crt")],
      ],
      environment,
      mounts: { "/certs": certificates!, "/sds": discovery! },
    },
    folders,
  );
  const [, address] = await link("machine", proxy);
  const [ofController] = await link(controller, proxy);
  if (quotas !== undefined) {
    const [ofQuotas] = await link(quotas.isolated, proxy);
    route(proxy, quotas.address, ofQuotas);
  }
  const inCluster = (service: string) => `${service}.${namespace}.svc.cluster.local`;
  proxy.begin({ [inCluster(CONTROLLER)]: ofController });
  await until(name, () => isReady(address), { processes: [proxy.process] });
  return { process: proxy.process, address, isolated: proxy };
}

/** Whether its readiness probe passes. */
async function isReady(address: string): Promise<boolean> {
  try {
    const { status } = await fetch(`http://${address}:19003/ready`, { signal: AbortSignal.timeout(1000) });
    return status === 200;
  } catch {
    return false;
  }
}
