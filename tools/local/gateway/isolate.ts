/**
 * Runs a program in a network and a mount namespace of its own, as a pod has them: its ports are its own, and files such as `/etc/hosts` and
 * `/certs` are what it is given. The machine's files and interfaces stay as they are; what was made goes with the program.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { randomInt } from "node:crypto";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { Folders } from "../folders.js";
import { start, type Started, until } from "../processes.js";

/** A root made of the machine's own folders, with the given files and folders put over or beside them. */
const ENTER = `
set -e
root=$1; go=$2; shift 2
turns=0
while [ ! -e "$go" ]; do
  turns=$((turns + 1)); [ $turns -lt 1500 ] || exit 1
  sleep 0.02
done
ip link set lo up
mount -t tmpfs tmpfs "$root"
for entry in /*; do
  if [ -L "$entry" ]; then cp -P "$entry" "$root$entry"
  elif [ -d "$entry" ]; then mkdir "$root$entry"; mount --rbind "$entry" "$root$entry"
  fi
done
while [ "$1" != -- ]; do
  [ ! -d "$1" ] || mkdir -p "$root$2"
  mount --bind "$1" "$root$2"
  shift 2
done
shift
exec chroot "$root" "$@"`;

/** Why this machine cannot do it; `undefined` where it can. */
export function whyNotIsolated(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux'";
  if (process.getuid?.() !== 0) return "only root may make network namespaces";
  if (spawnSync("ip", ["-V"]).status !== 0) return "ip (iproute2) is not on the PATH";
  if (spawnSync("unshare", ["-n", "-m", "true"]).status !== 0) return "this machine allows no namespaces";
  return undefined;
}

/** A program that waits for its links. */
export interface Isolated {
  process: Started;
  /** Lets it begin. @param hosts names that it finds in its hosts file, with the address of each */
  begin(hosts?: Readonly<Record<string, string>>): void;
}

/** What a program gets. */
export interface IsolatedSettings {
  /** Of the run's log, folder and files. */
  name: string;
  program: string;
  args: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Files and folders of this machine by the path that they have for the program. */
  mounts?: Readonly<Record<string, string>>;
}

/** Prepares a program; it begins once its links are there. */
export function isolated(
  { name, program, args, environment = {}, mounts = {} }: IsolatedSettings,
  folders: Folders,
): Isolated {
  const root = join(folders.run, "roots", name);
  mkdirSync(root, { recursive: true });
  const [go, hostsFile, resolver] = [`${root}.go`, `${root}.hosts`, `${root}.resolv.conf`];
  // Nobody answers there, which a program learns at once: names are those of the hosts file.
  writeFileSync(resolver, "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  rmSync(go, { force: true });
  const bound = Object.entries({ "/etc/hosts": hostsFile, "/etc/resolv.conf": resolver, ...mounts }).flatMap(
    ([path, source]) => [source, path],
  );
  const script = ["sh", "-c", ENTER, "sh", root, go, ...bound, "--", program, ...args];
  const process = start(name, "unshare", ["-n", "-m", ...script], folders, environment);
  const begin = (hosts: Readonly<Record<string, string>> = {}) => {
    const lines = Object.entries({ localhost: "127.0.0.1", ...hosts }).map(([host, address]) => `${address} ${host}\n`);
    writeFileSync(hostsFile, lines.join(""));
    writeFileSync(go, "");
  };
  return { process, begin };
}

/** Where a link ends: in an isolated program's network, or on this machine. */
export type End = Isolated | "machine";

let last = 0;

/** A pair of addresses that this machine does not use. */
function addresses(): [string, string] {
  const taken = Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address));
  for (;;) {
    // Of the range for networks' benchmarks (RFC 2544), which nobody routes.
    const block = `198.${18 + randomInt(2)}.${randomInt(256)}`;
    const first = 4 * randomInt(64);
    const pair: [string, string] = [`${block}.${first + 1}`, `${block}.${first + 2}`];
    if (!pair.some((address) => taken.includes(address))) return pair;
  }
}

/** Joins two networks. @returns the address of each end */
export async function link(one: End, other: End): Promise<[string, string]> {
  const ends = [one, other] as const;
  for (const end of ends) if (end !== "machine") await untilApart(end);
  const pair = addresses();
  last += 1;
  const names = ["a", "b"].map((side) => `pv${side}${process.pid.toString(36)}${last.toString(36)}`) as [
    string,
    string,
  ];
  const at = (end: End) => (end === "machine" ? [] : ["netns", String(end.process.pid)]);
  ip(undefined, ["link", "add", names[0], ...at(one), "type", "veth", "peer", "name", names[1], ...at(other)]);
  ends.forEach((end, index) => {
    const pid = end === "machine" ? undefined : end.process.pid;
    ip(pid, ["addr", "add", `${pair[index]}/30`, "dev", names[index]!]);
    ip(pid, ["link", "set", names[index]!, "up"]);
  });
  // All that has an address on this machine is reached by the link to it.
  ends.forEach((end, index) => {
    if (end !== "machine" && ends[1 - index] === "machine")
      ip(end.process.pid, ["route", "add", "default", "via", pair[1 - index]!]);
  });
  return pair;
}

/** Leads a program to an address of its neighbour's by the link between them. */
export function route({ process: { pid } }: Isolated, address: string, via: string): void {
  ip(pid, ["route", "add", `${address}/32`, "via", via]);
}

/** Until a program has left the network of this machine. */
async function untilApart({ process: { pid, ...process } }: Isolated): Promise<void> {
  const network = (of: number | "self") => execFileSync("readlink", [`/proc/${of}/ns/net`], { encoding: "utf8" });
  const own = network("self");
  await until(`a network of ${process.name}`, () => existsSync(`/proc/${pid}/ns/net`) && network(pid) !== own, {
    seconds: 10,
    everyMs: 10,
  });
}

function ip(pid: number | undefined, args: readonly string[]): void {
  const command = pid === undefined ? ["ip", ...args] : ["nsenter", "-t", String(pid), "-n", "ip", ...args];
  execFileSync(command[0]!, command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
}
