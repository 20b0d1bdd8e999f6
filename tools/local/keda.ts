/** KEDA's operator and metrics adapter, beside the cluster and registered in it. */
import { dirname } from "node:path";
import type { Binaries } from "./build.js";
import type { Cluster, KubernetesObject } from "./client.js";
import type { Folders } from "./folders.js";
import { ADAPTER_HOST, certificateFile, FRONT_PROXY } from "./controlPlane.js";
import { LOOPBACK } from "./ports.js";
import { start, type Started } from "./processes.js";

const [ADAPTER, NAMESPACE] = ADAPTER_HOST.split(".") as [string, string];
const EXTERNAL_METRICS = "v1beta1.external.metrics.k8s.io";

/** Ports of KEDA's parts. */
export interface KedaPorts {
  /** The operator answers the adapter here, by gRPC. */
  metrics: number;
  adapter: number;
}

/** Starts both; they find their cluster by the kubeconfig. */
export function startKeda(
  binaries: Pick<Binaries, "kedaOperator" | "kedaAdapter">,
  folders: Folders,
  kubeconfig: string,
  ports: KedaPorts,
): Started[] {
  const certificates = dirname(certificateFile(folders, "ca.crt"));
  const environment = {
    KUBECONFIG: kubeconfig,
    POD_NAMESPACE: NAMESPACE,
    POD_NAME: "keda-operator",
    KEDA_CLUSTER_OBJECT_NAMESPACE: NAMESPACE,
    // All namespaces.
    WATCH_NAMESPACE: "",
    // As the stack installs it.
    KEDA_RESTRICT_SECRET_ACCESS: "true",
  };
  const operator = start(
    "keda-operator",
    binaries.kedaOperator,
    [
      `--cert-dir=${certificates}`,
      // Nobody asks for them here, and they ask for no password.
      "--metrics-bind-address=0",
      "--health-probe-bind-address=0",
      `--metrics-service-bind-address=${LOOPBACK}:${ports.metrics}`,
      "--leader-elect=false",
    ],
    folders,
    environment,
  );
  const adapter = start(
    "keda-adapter",
    binaries.kedaAdapter,
    [
      `--kubeconfig=${kubeconfig}`,
      `--lister-kubeconfig=${kubeconfig}`,
      `--authentication-kubeconfig=${kubeconfig}`,
      `--authorization-kubeconfig=${kubeconfig}`,
      `--bind-address=${LOOPBACK}`,
      `--secure-port=${ports.adapter}`,
      `--tls-cert-file=${certificateFile(folders, "tls.crt")}`,
      `--tls-private-key-file=${certificateFile(folders, "tls.key")}`,
      `--cert-dir=${certificates}`,
      `--client-ca-file=${certificateFile(folders, "ca.crt")}`,
      `--requestheader-client-ca-file=${certificateFile(folders, "ca.crt")}`,
      `--requestheader-allowed-names=${FRONT_PROXY}`,
      `--metrics-service-address=${LOOPBACK}:${ports.metrics}`,
      "--metrics-service-grpc-authority=localhost",
    ],
    folders,
    environment,
  );
  return [operator, adapter];
}

/** Objects that register the adapter with the API server. @param authority that has signed the adapter's certificate, as PEM */
export function kedaObjects(ports: KedaPorts, authority: string): KubernetesObject[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: ADAPTER, namespace: NAMESPACE },
      spec: { type: "ExternalName", externalName: "localhost", ports: [{ port: ports.adapter, protocol: "TCP" }] },
    },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: EXTERNAL_METRICS },
      spec: {
        group: "external.metrics.k8s.io",
        version: "v1beta1",
        service: { name: ADAPTER, namespace: NAMESPACE, port: ports.adapter },
        caBundle: Buffer.from(authority).toString("base64"),
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}

interface ApiService extends KubernetesObject {
  status?: { conditions?: { type: string; status: string }[] };
}

/** Whether the API server reaches the adapter. */
export async function kedaIsRegistered(cluster: Cluster): Promise<boolean> {
  const service = await cluster.get<ApiService>({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: EXTERNAL_METRICS },
  });
  return service?.status?.conditions?.some(({ type, status }) => type === "Available" && status === "True") ?? false;
}
