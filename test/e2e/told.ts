/**
 * Who is told of an alert: Prometheus' own operator makes Alertmanager's configuration of our AlertmanagerConfig, with the permissions that
 * the stack gives it; a real Alertmanager takes it, and a server of the test is who is told.
 */
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { routesSchema } from "../../components/contract/observability/routes.js";
import { alertmanagerConfigSpec } from "../../components/observability/routes.js";
import { prometheusStackValues } from "../../components/platform/prometheus/values.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import { LOOPBACK, namedPorts } from "../../tools/local/ports.js";
import { start, until } from "../../tools/local/processes.js";
import { eventually } from "./scenario.js";
import { binaries, FOLDERS, world } from "./world.js";

const NAME = "kube-prometheus-stack-alertmanager";

/** One message of Alertmanager's webhook, as far as tests look at it. */
export interface Message {
  status: "firing" | "resolved";
  receiver: string;
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
}

/** A server that takes Alertmanager's messages, by path. */
export class Inbox {
  private readonly server: Server;
  readonly messages: { path: string; message: Message }[] = [];

  private constructor() {
    this.server = createServer((call, response) => {
      const chunks: Buffer[] = [];
      call.on("data", (chunk: Buffer) => chunks.push(chunk));
      call.on("end", () => {
        const message = JSON.parse(Buffer.concat(chunks).toString()) as Message;
        this.messages.push({ path: call.url ?? "", message });
        response.end();
      });
    });
  }

  static async open(): Promise<Inbox> {
    const inbox = new Inbox();
    inbox.server.listen(0, LOOPBACK);
    await once(inbox.server, "listening");
    return inbox;
  }

  /** The address at which a path is told. */
  url(path: string): string {
    return `http://${LOOPBACK}:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** What was told at a path, as `status alertname`, each once. */
  told(path: string): string[] {
    const said = this.messages
      .filter((one) => one.path === path)
      .flatMap(({ message }) => message.alerts.map(({ status, labels }) => `${status} ${labels["alertname"]}`));
    return [...new Set(said)];
  }

  close(): void {
    this.server.close();
  }
}

/** Objects that tell the operator of an Alertmanager and of the stack's routes, each severity to a path of the inbox. */
export async function applyRoutes(namespace: string, stack: string, inbox: Inbox): Promise<void> {
  const { cluster } = world();
  const { alertmanagerSpec } = prometheusStackValues({ clusterName: "e2e", namespace }).alertmanager;
  const { alertmanagerConfigNamespaceSelector, alertmanagerConfigMatcherStrategy } = alertmanagerSpec;
  const routes = routesSchema.parse({
    page: { webhook: { url: { existingSecret: "who-is-told", key: "page" } } },
    ticket: { webhook: { url: { existingSecret: "who-is-told", key: "ticket" } } },
  });
  const objects = [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "who-is-told", namespace },
      stringData: { page: inbox.url("/page"), ticket: inbox.url("/ticket") },
    },
    {
      apiVersion: "monitoring.coreos.com/v1alpha1",
      kind: "AlertmanagerConfig",
      metadata: { name: stack, namespace },
      spec: alertmanagerConfigSpec(routes, stack),
    },
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Alertmanager",
      metadata: { name: NAME, namespace },
      // No pods: a real Alertmanager runs beside the cluster. The chart selects AlertmanagerConfigs so, too.
      spec: {
        replicas: 0,
        alertmanagerConfigSelector: {},
        alertmanagerConfigNamespaceSelector,
        alertmanagerConfigMatcherStrategy,
      },
    },
  ];
  for (const object of objects)
    await eventually(`the kind ${object.kind}`, () => cluster.apply(object as KubernetesObject).catch(() => undefined));
}

/** The configuration that the operator has written, once it has the stack's routes. */
export async function alertmanagerConfig(namespace: string, stack: string): Promise<string> {
  return eventually("the operator's configuration of Alertmanager", async () => {
    const secret = await world().cluster.get<KubernetesObject & { data?: Record<string, string> }>({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `alertmanager-${NAME}-generated`, namespace },
    });
    const packed = secret?.data?.["alertmanager.yaml.gz"];
    const text = packed === undefined ? "" : gunzipSync(Buffer.from(packed, "base64")).toString();
    return text.includes(`/${stack}/page`) ? text : undefined;
  });
}

/** Starts an Alertmanager. @returns its address, and the number of its process */
export async function startAlertmanager(name: string, config: string): Promise<{ address: string; pid: number }> {
  const folder = join(FOLDERS.run, `alertmanager-${name}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "config.yml");
  writeFileSync(file, config, { mode: 0o600 });
  const { alertmanager } = await namedPorts("alertmanager");
  const address = `${LOOPBACK}:${alertmanager}`;
  const started = start(
    `alertmanager-${name}`,
    binaries().alertmanager,
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      // Alone: it talks to no others.
      "--cluster.listen-address=",
      "--log.level=warn",
    ],
    FOLDERS,
  );
  const ready = async (): Promise<boolean> =>
    (await fetch(`http://${address}/-/ready`).catch(() => undefined))?.ok ?? false;
  await until("Alertmanager", ready, { processes: [started] });
  return { address, pid: started.pid };
}
