/** Envoy's rate limit service with its Redis, by the Deployment that Envoy Gateway makes for it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../client.js";
import { type Folders, makePrivateFolder } from "../folders.js";
import { until } from "../processes.js";
import { type Controller, CONTROLLER } from "./controller.js";
import { mounted } from "./files.js";
import { type Isolated, isolated, link } from "./isolate.js";
import type { Installed } from "./programs.js";
import { containerOf, type Workload } from "./workload.js";

export const RATE_LIMIT = "envoy-ratelimit";

/** The rate limit service, and where proxies find it. */
export interface Quotas {
  isolated: Isolated;
  address: string;
}

/** Starts both, Redis first, once Envoy Gateway has made the Deployment: it does so at its start. */
export async function startQuotas(
  { program, redis }: { program: string; redis: Installed },
  cluster: Cluster,
  folders: Folders,
  { isolated: controller, namespace }: Controller,
): Promise<Quotas> {
  const reference = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: RATE_LIMIT, namespace } };
  let workload: Workload | undefined;
  await until("the Deployment of the rate limit service", async () => {
    workload = await cluster.get<Workload>(reference);
    return workload !== undefined;
  });
  const { environment } = containerOf(workload!, RATE_LIMIT);
  const certificates = await mounted(cluster, folders, "Secret", namespace, "envoy-rate-limit");
  const statistics = await mounted(cluster, folders, "ConfigMap", namespace, "statsd-exporter-config");
  const [host = "", port = "6379"] = environment["REDIS_URL"]!.split(":");
  const folder = join(folders.run, "redis");
  makePrivateFolder(folder);
  const store = isolated(
    {
      name: "redis",
      program: redis.program,
      args: [
        ...["--port", port, "--bind", "0.0.0.0", "--protected-mode", "no", "--save", "", "--appendonly", "no"],
        // Processes are recognised by their command line, which it would write anew.
        ...["--dir", `${folder}/`, "--set-proc-title", "no"],
      ],
      environment: redis.environment,
    },
    folders,
  );
  const service = isolated(
    {
      name: RATE_LIMIT,
      program,
      // It takes none; this one names the run.
      args: [`${folder}/`],
      environment: { ...environment, ...(statistics === undefined && { PROMETHEUS_MAPPER_YAML: "" }) },
      mounts: {
        "/certs": certificates!,
        ...(statistics !== undefined && { "/etc/statsd-exporter": statistics }),
      },
    },
    folders,
  );
  const [, ofStore] = await link(service, store);
  const [ofController, address] = await link(controller, service);
  store.begin();
  // The service ends where it finds no Redis.
  await said(store, "Ready to accept connections");
  service.begin({ [host]: ofStore, [CONTROLLER]: ofController });
  await said(service, "Listening for gRPC");
  // No kubelet makes its pods ready, so Kubernetes itself finds no endpoints.
  await cluster.apply({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "local-ratelimit", namespace, labels: { "kubernetes.io/service-name": RATE_LIMIT } },
    addressType: "IPv4",
    // The name of the port in the Service that Envoy Gateway makes.
    ports: [{ name: "http", port: 8081, protocol: "TCP" }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  });
  return { isolated: service, address };
}

/** Until a program has written this to its log. */
async function said({ process }: Isolated, text: string): Promise<void> {
  await until(process.name, () => readFileSync(process.log, "utf8").includes(text), { processes: [process] });
}
