/** What another user of the machine, or a page in a browser on it, gets from the programs of a run: nothing. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { request as plainRequest } from "node:http";
import { request as tlsRequest, type RequestOptions } from "node:https";
import { basename, join } from "node:path";
import { certificateFile } from "../../tools/local/controlPlane.js";
import { httpStatus, prometheusUrl } from "../../tools/local/prometheus.js";
import { LOOPBACK } from "../../tools/local/ports.js";
import { type LocalProcess, running } from "../../tools/local/processes.js";
import { simulatorIsReady } from "../../tools/local/simulator/load.js";
import { FOLDERS, world } from "./world.js";

/** State of a listening socket in /proc/net/tcp (include/net/tcp_states.h of Linux). */
const LISTEN = "0A";

interface Socket {
  address: string;
  port: number;
}

/** Listening sockets of the machine by their inode. */
function listening(): Map<string, Socket> {
  const rows = ["tcp", "tcp6"].flatMap((file) => readFileSync(`/proc/net/${file}`, "utf8").trim().split("\n").slice(1));
  return new Map(
    rows
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , state]) => state === LISTEN)
      .map((fields) => {
        const [address, port] = fields[1]!.split(":") as [string, string];
        // Its bytes stand in the machine's order, the lowest first.
        const bytes = address.length === 8 ? address.match(/../g)!.map((byte) => parseInt(byte, 16)) : undefined;
        return [fields[9]!, { address: bytes?.reverse().join(".") ?? `IPv6 ${address}`, port: parseInt(port, 16) }];
      }),
  );
}

/** Sockets on which a process listens. */
function socketsOf({ pid }: LocalProcess, all = listening()): Socket[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode === undefined ? [] : (all.get(inode) ?? []);
    } catch {
      // Closed meanwhile.
      return [];
    }
  });
}

/** Folders of gateways that tests start for themselves, within the run's, which nobody else may enter (gateway/door.ts). */
const GATEWAYS = join(FOLDERS.run, "gateway-");

/** Programs of the run, less what tests that run beside this one start for themselves: execServer.ts, and gateways, in networks of their own. */
function ownPrograms(): LocalProcess[] {
  return running(FOLDERS).filter(
    ({ command }) =>
      !command.includes("--manage-nodes-with-annotation-selector=none=none") && !command.includes(GATEWAYS),
  );
}

/** A program's name without its version; the simulator is run by Node. */
function nameOf({ command }: LocalProcess): string {
  const program = basename(command.split(" ")[0]!);
  return command.startsWith(`${FOLDERS.bin}/`) ? program.replace(/-[0-9a-f]{12}$/, "") : "simulator";
}

interface Answered {
  /** 0 when there is no answer, as after a handshake that fails. */
  status: number;
  allowedOrigin: string | undefined;
}

function ask(url: string, options: RequestOptions = {}): Promise<Answered> {
  return new Promise((done) => {
    const send = url.startsWith("https:") ? tlsRequest : plainRequest;
    const all = { rejectUnauthorized: false, timeout: 5000, agent: false as const, ...options };
    const call = send(url, { ...all, headers: { Origin: "https://evil.example" } }, (response) => {
      response.resume();
      const allowedOrigin = response.headers["access-control-allow-origin"];
      response.on("end", () => done({ status: response.statusCode ?? 0, allowedOrigin }));
      response.on("error", () => done({ status: 0, allowedOrigin }));
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => done({ status: 0, allowedOrigin: undefined }));
    call.end();
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [path, ...filesIn(path)] : [path];
  });
}

describe("programs of a run", () => {
  it("listen on the loopback address alone, and on no port more than they need", () => {
    const counts = ownPrograms().map((process): [string, number] => {
      const sockets = socketsOf(process);
      for (const { address, port } of sockets) assert.equal(address, LOOPBACK, `${nameOf(process)} at port ${port}`);
      return [nameOf(process), sockets.length];
    });
    assert.deepEqual(counts.toSorted(), [
      // Clients and peers.
      ["etcd", 2],
      ["keda-adapter", 1],
      // The adapter's gRPC.
      ["keda-operator", 1],
      ["kube-apiserver", 1],
      ["kube-controller-manager", 1],
      ["kube-scheduler", 1],
      ["kwok", 0],
      ["prometheus", 1],
      ["simulator", 1],
    ]);
  });

  const PATHS = [
    "/",
    "/metrics",
    "/api/v1/namespaces/default/secrets",
    "/apis/external.metrics.k8s.io/v1beta1",
    "/api/v1/query?query=up",
    "/-/reload",
    "/load",
    "/load/vllm/chat",
    "/pods/vllm/chat/metrics",
    "/v3/kv/range",
    "/debug/pprof/",
    "/configz",
  ];
  it("answer nothing to whoever has no key, certificate or password, and no page of another site", async () => {
    for (const process of ownPrograms()) {
      for (const { port } of socketsOf(process)) {
        for (const path of PATHS) {
          for (const [scheme, method] of [
            ["http", "GET"],
            ["http", "POST"],
            ["https", "GET"],
            ["https", "PUT"],
          ]) {
            const { status, allowedOrigin } = await ask(`${scheme}://${LOOPBACK}:${port}${path}`, { method });
            const what = `${nameOf(process)}: ${method} ${scheme} ${path}`;
            // 400: plain HTTP where TLS is spoken.
            assert.ok([0, 400, 401, 403].includes(status), `${what} is answered ${status}`);
            assert.equal(allowedOrigin, undefined, what);
          }
        }
      }
    }
  });

  it("answer to whoever has them", async () => {
    const { ports } = world();
    const url = prometheusUrl(FOLDERS, ports.prometheus);
    assert.equal(await httpStatus("GET", `${url}/api/v1/query?query=up`), 200);
    assert.equal(await httpStatus("GET", url.replace(/:[0-9a-f]{48}@/, ":wrong@")), 401);
    assert.equal(await simulatorIsReady(FOLDERS, ports.simulator), true);
    const etcd = ownPrograms().find((process) => nameOf(process) === "etcd")!;
    const [key, cert] = ["tls.key", "tls.crt"].map((name) => readFileSync(certificateFile(FOLDERS, name)));
    const answers = await Promise.all(
      socketsOf(etcd).map(({ port }) => ask(`https://${LOOPBACK}:${port}/version`, { key, cert })),
    );
    for (const answer of answers) assert.deepEqual(answer, { status: 200, allowedOrigin: undefined });
  });

  it("keep nothing where others may read it", () => {
    const open = [FOLDERS.run, ...filesIn(FOLDERS.run)].filter((path) => {
      if (path.startsWith(GATEWAYS)) return false;
      // Some files of etcd and Prometheus go while we look.
      const mode = statSync(path, { throwIfNoEntry: false })?.mode;
      return mode !== undefined && (mode & 0o077) !== 0;
    });
    assert.deepEqual(open, []);
  });
});
