/** etcd, API server, controller manager and scheduler on free loopback ports, with an administrator's kubeconfig. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { request } from "node:https";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Binaries } from "./build.js";
import { type Certificate, newAuthority, sign } from "./certificates.js";
import { type Folders, kubeconfigOf, makePrivateFolder, writePrivate } from "./folders.js";
import { LOOPBACK, namedPorts } from "./ports.js";
import { start, type Started, until } from "./processes.js";

/** Clients of the aggregation layer: the API server proves itself to KEDA's adapter by this name. */
export const FRONT_PROXY = "front-proxy";
/** The name by which the API server knows KEDA's adapter. */
export const ADAPTER_HOST = "keda-metrics-apiserver.keda.svc";
/** The other name of the administrator is its group, which Kubernetes lets do everything. */
const ADMINISTRATOR = "admin";
const SERVICE_CIDR = "10.96.0.0/16";
/** Shorter than the default of 15 s, so that trials and tests wait less. */
const AUTOSCALER_SYNC_SECONDS = 5;

/** A control plane that answers. */
export interface ControlPlane {
  server: string;
  kubeconfig: string;
  authority: Certificate;
  processes: Started[];
}

/** Files that the processes read. */
function writeFiles(
  folders: Folders,
  server: string,
  authority: Certificate,
  own: Certificate,
  proxy: Certificate,
): void {
  const token = randomBytes(24).toString("hex");
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "local",
    clusters: [
      {
        name: "local",
        cluster: { server, "certificate-authority-data": Buffer.from(authority.certificate).toString("base64") },
      },
    ],
    users: [{ name: ADMINISTRATOR, user: { token } }],
    contexts: [{ name: "local", context: { cluster: "local", user: ADMINISTRATOR } }],
  };
  const files: Record<string, string> = {
    [certificateFile(folders, "ca.crt")]: authority.certificate,
    [certificateFile(folders, "tls.crt")]: own.certificate,
    [certificateFile(folders, "tls.key")]: own.key,
    [certificateFile(folders, "proxy.crt")]: proxy.certificate,
    [certificateFile(folders, "proxy.key")]: proxy.key,
    [certificateFile(folders, "accounts.key")]: privateKey,
    [join(folders.run, "tokens.csv")]: `${token},${ADMINISTRATOR},${ADMINISTRATOR},system:masters\n`,
    [kubeconfigOf(folders)]: stringify(kubeconfig, { lineWidth: 0 }),
  };
  for (const [file, content] of Object.entries(files)) writePrivate(file, content);
}

/** Certificates that every process of the control plane may use. */
export function certificateFile({ run }: Folders, name: string): string {
  return join(run, "certificates", name);
}

function etcdArgs(folders: Folders, client: number, peer: number): string[] {
  const clients = `https://${LOOPBACK}:${client}`;
  const peers = `https://${LOOPBACK}:${peer}`;
  const file = (name: string) => certificateFile(folders, name);
  return [
    `--data-dir=${join(folders.run, "etcd")}`,
    // The data is deleted with the run: a power cut could lose nothing of value.
    "--unsafe-no-fsync",
    "--log-level=warn",
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    // Its clients can read every Secret: only the API server has a certificate.
    ...["", "peer-"].flatMap((side) => [
      `--${side}client-cert-auth`,
      `--${side}trusted-ca-file=${file("ca.crt")}`,
      `--${side}cert-file=${file("tls.crt")}`,
      `--${side}key-file=${file("tls.key")}`,
    ]),
    // By default etcd accepts requests of every web site; no site has this origin.
    `--cors=${clients}`,
  ];
}

function apiServerArgs(folders: Folders, port: number, etcd: number): string[] {
  const file = (name: string) => certificateFile(folders, name);
  return [
    `--etcd-servers=https://${LOOPBACK}:${etcd}`,
    `--etcd-cafile=${file("ca.crt")}`,
    `--etcd-certfile=${file("tls.crt")}`,
    `--etcd-keyfile=${file("tls.key")}`,
    `--bind-address=${LOOPBACK}`,
    `--advertise-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    // The Service `kubernetes` cannot lead to a loopback address, and nobody here uses it.
    "--endpoint-reconciler-type=none",
    `--cert-dir=${join(folders.run, "certificates")}`,
    `--tls-cert-file=${file("tls.crt")}`,
    `--tls-private-key-file=${file("tls.key")}`,
    `--client-ca-file=${file("ca.crt")}`,
    `--service-account-key-file=${file("accounts.key")}`,
    `--service-account-signing-key-file=${file("accounts.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--token-auth-file=${join(folders.run, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    "--profiling=false",
    // For the metrics adapter, which serves a part of the API.
    `--requestheader-client-ca-file=${file("ca.crt")}`,
    `--requestheader-allowed-names=${FRONT_PROXY}`,
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${file("proxy.crt")}`,
    `--proxy-client-key-file=${file("proxy.key")}`,
  ];
}

function componentArgs(folders: Folders, port: number): string[] {
  return [
    `--kubeconfig=${kubeconfigOf(folders)}`,
    `--authentication-kubeconfig=${kubeconfigOf(folders)}`,
    `--authorization-kubeconfig=${kubeconfigOf(folders)}`,
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${certificateFile(folders, "tls.crt")}`,
    `--tls-private-key-file=${certificateFile(folders, "tls.key")}`,
    "--leader-elect=false",
  ];
}

/** Whether an HTTPS server answers 200 there. Health is open to everybody, so no key is sent. */
export function answers(url: string, authority: Certificate): Promise<boolean> {
  return new Promise((done) => {
    const call = request(url, { ca: authority.certificate, timeout: 2000, agent: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => done(false));
    call.end();
  });
}

/**
 * Starts the four.
 *
 * @throws ProcessEnded when one of them ends at once, for example because its port is taken
 */
export async function startControlPlane(binaries: Binaries, folders: Folders): Promise<ControlPlane> {
  const ports = await namedPorts("client", "peer", "secure", "manager", "scheduler");
  const { client, peer, secure, manager, scheduler } = ports;
  const server = `https://${LOOPBACK}:${secure}`;
  const authority = await newAuthority();
  makePrivateFolder(folders.run);
  makePrivateFolder(join(folders.run, "certificates"));
  const own = await sign(authority, "kube-apiserver", [ADAPTER_HOST]);
  writeFiles(folders, server, authority, own, await sign(authority, FRONT_PROXY));

  const store = start("etcd", binaries.etcd, etcdArgs(folders, client, peer), folders);
  const api = start("kube-apiserver", binaries.apiServer, apiServerArgs(folders, secure, client), folders);
  await until("the API server", () => answers(`${server}/readyz`, authority), { processes: [store, api] });
  const controllers = start(
    "kube-controller-manager",
    binaries.controllerManager,
    [
      ...componentArgs(folders, manager),
      `--service-account-private-key-file=${certificateFile(folders, "accounts.key")}`,
      `--root-ca-file=${certificateFile(folders, "ca.crt")}`,
      "--use-service-account-credentials=false",
      `--horizontal-pod-autoscaler-sync-period=${AUTOSCALER_SYNC_SECONDS}s`,
    ],
    folders,
  );
  const scheduling = start("kube-scheduler", binaries.scheduler, componentArgs(folders, scheduler), folders);
  const processes = [store, api, controllers, scheduling];
  await Promise.all(
    [manager, scheduler].map((port) =>
      until("controllers and scheduler", () => answers(`https://${LOOPBACK}:${port}/healthz`, authority), {
        processes,
      }),
    ),
  );
  return { server, kubeconfig: kubeconfigOf(folders), authority, processes };
}
