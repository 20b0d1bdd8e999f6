/**
 * The streaming part of a kubelet: KWOK's, which is Kubernetes' own code. What is executed in a pod is run on this machine, with
 * the folders of test/e2e/kubelet.ts in the place of the container's.
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { PROGRAMS_PATH } from "../../components/vocabulary/paths.js";
import type { Cluster, KubernetesObject } from "../../tools/local/client.js";
import { kubeconfigOf } from "../../tools/local/folders.js";
import { moduleFolder } from "../../tools/local/go.js";
import { LOOPBACK, namedPorts } from "../../tools/local/ports.js";
import { start, until } from "../../tools/local/processes.js";
import { stagesText } from "../../tools/local/stages.js";
import { PROJECT } from "../tools/folders.js";
import { binaries, FOLDERS } from "./world.js";

/** https://kwok.sigs.k8s.io/docs/user/kwok-exec/, read in its source v0.8.0: any command of any container. */
const CONFIG = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "ClusterExec",
  metadata: { name: "all" },
  spec: { execs: [{ local: {} }] },
};

/** A program `env` that puts this machine's folders into its arguments; all commands of batches begin with it. */
function envProgram(folder: string): string {
  const folders = {
    [PROGRAMS_PATH]: join(PROJECT, "components", "programs"),
    "/claims/": `${join(folder, "claims")}/`,
  };
  return [
    "#!/usr/bin/env -S -i /usr/bin/python3",
    "import os, sys",
    `words, folders = sys.argv[1:], ${JSON.stringify(folders)}`,
    "for inside, outside in folders.items():",
    "    words = [word.replace(inside, outside) for word in words]",
    'os.execv("/usr/bin/env", ["env", "PATH=/usr/local/bin:/usr/bin:/bin", *words])',
    "",
  ].join("\n");
}

/** Forwards a port of every pod of a namespace to one of this machine: https://kwok.sigs.k8s.io/docs/user/kwok-port-forward/ */
export function forwarding(namespace: string, port: number, target: number): object {
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "ClusterPortForward",
    metadata: { name: namespace },
    spec: {
      selector: { matchNamespaces: [namespace] },
      forwards: [{ ports: [port], target: { port: target, address: LOOPBACK } }],
    },
  };
}

/** Starts it for the nodes of a namespace's pods. @param more of its configuration @returns ends it */
export async function serveExec(
  cluster: Cluster,
  folder: string,
  nodes: readonly string[],
  more: readonly object[] = [],
): Promise<() => void> {
  const bin = join(folder, "exec");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "env"), envProgram(folder));
  chmodSync(join(bin, "env"), 0o755);
  // It does not start without stages.
  writeFileSync(
    join(bin, "config.yaml"),
    [stagesText(await moduleFolder("kwok")), ...[CONFIG, ...more].map((one) => stringify(one))].join("\n---\n"),
  );
  const { kubelet } = await namedPorts("kubelet");
  const started = start(
    `exec-${kubelet}`,
    binaries().kwok,
    [
      `--kubeconfig=${kubeconfigOf(FOLDERS)}`,
      `--config=${join(bin, "config.yaml")}`,
      // It looks after no node: it answers alone.
      "--manage-nodes-with-annotation-selector=none=none",
      `--server-address=${LOOPBACK}:${kubelet}`,
    ],
    FOLDERS,
    { PATH: `${bin}:${process.env["PATH"]}` },
  );
  const isUp = () =>
    fetch(`http://${LOOPBACK}:${kubelet}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until("the kubelets' streaming server", isUp, { processes: [started] });
  for (const name of nodes) {
    const node: KubernetesObject = { apiVersion: "v1", kind: "Node", metadata: { name } };
    const addresses = [{ type: "InternalIP", address: LOOPBACK }];
    const status = { addresses, daemonEndpoints: { kubeletEndpoint: { Port: kubelet } } };
    await cluster.patch(node, { status }, "status");
  }
  return () => void process.kill(started.pid, "SIGKILL");
}
