/** `npm run local` as people call it: in folders of their own, with the machine's bad luck. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { LABELS, LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { type Folders, foldersOf, kubeconfigOf } from "../../tools/local/folders.js";
import { freePorts, LOOPBACK } from "../../tools/local/ports.js";
import { ProcessEnded, running, stopAll, until } from "../../tools/local/processes.js";
import { startPrometheus } from "../../tools/local/prometheus.js";
import { startCluster } from "../../tools/local/start.js";
import { folderWith, PROJECT, projectCopy, removeFolders } from "../tools/folders.js";
import { begin, checkout, endCheckouts, local, succeeded } from "./commandLine.js";
import { eventually } from "./scenario.js";
import { binaries, FOLDERS, RUN } from "./world.js";

const clusters: Folders[] = [];

/** Columns of the rows of all tables whose first column is chosen. */
function rows(text: string, chosen: (first: string) => boolean): string[][] {
  return text
    .split("\n")
    .map((line) => line.split("│").map((cell) => cell.trim()))
    .filter(([, first]) => first !== undefined && chosen(first))
    .map((cells) => cells.slice(1, -1));
}

function rowsOf(text: string, ...first: string[]): string[][] {
  return rows(text, (cell) => first.includes(cell));
}

/** PATH without the folders that have a Go. */
function withoutGo(): NodeJS.ProcessEnv {
  const path = (process.env["PATH"] ?? "").split(":").filter((folder) => !existsSync(join(folder, "go")));
  return { ...process.env, PATH: path.join(":") };
}

describe("npm run local", function () {
  this.timeout(180_000);

  afterEach(async () => {
    for (const cluster of clusters.splice(0)) await stopAll(cluster);
    await endCheckouts();
  });

  it("comes up, shows what runs where, follows a load, and goes down without leaving a process", async () => {
    const folder = checkout();
    const up = await succeeded(folder, "up", "staging", "--load", "1s", "--load", "chat=2s", "--wait");
    assert.match(up.stderr, /KWOK, KEDA and Prometheus are up after \d+\.\d s\./);
    assert.match(up.stderr, /Applied stack staging in .* 56 changed, 0 unchanged\./);
    assert.deepEqual(rowsOf(up.stdout, "chat", "chat-small", "embed", "trial"), [
      ["chat", "r1", "live", "1/1", "1 to 3"],
      ["chat-small", "r1", "live", "1/1", "fixed"],
      ["embed", "r1", "live", "1/1", "fixed"],
      ["trial", "r1", "live", "1/1", "fixed"],
    ]);
    assert.deepEqual(rowsOf(up.stdout, "batch-l4", "inference-l4", "without-gpu"), [
      ["batch-l4", "4", "1/4"],
      ["inference-l4", "6", "3/6"],
      ["without-gpu", "2", ""],
    ]);

    const again = await succeeded(folder, "up", "staging");
    assert.match(again.stderr, /Applied stack staging in .* 0 changed, 56 unchanged\./);

    await succeeded(folder, "load", "chat", "60");
    await eventually("three replicas of chat", async () =>
      rowsOf((await succeeded(folder, "status")).stdout, "chat").find(([, , , ready]) => ready === "3/3"),
    );

    const other = await local(folder, ["up", "prod"]);
    assert.equal(other.code, 2);
    assert.match(other.stderr, /stack staging is up in .*: npm run local -- down, then up prod/);
    const unknown = await local(folder, ["load", "chatt", "1"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /there is no model "chatt": use chat, /);

    const down = await succeeded(folder, "down");
    assert.equal(down.stdout, "Down: 9 processes ended.\n");
    assert.deepEqual(running(foldersOf(folder)), []);
    assert.deepEqual(readdirSync(join(folder, ".local")), ["bin"]);
    assert.equal((await succeeded(folder, "down")).stdout, "Nothing was up.\n");
  });

  it("applies an edited stack: a new release comes beside the old one, and what is taken out goes", async () => {
    const folder = checkout();
    const file = join(folder, "Pulumi.staging.yaml");
    type Model = { route: { stable: string }; releases: Record<string, { context: number }> };
    const edit = (change: (chat: Model) => void) => {
      const stack = parse(readFileSync(file, "utf8")) as { config: { "vllm:models": { chat: Model } } };
      change(stack.config["vllm:models"].chat);
      writeFileSync(file, stringify(stack));
    };
    await succeeded(folder, "up", "--load", "1s", "--wait");

    edit((chat) => {
      chat.releases["r2"] = { ...chat.releases["r1"]!, context: 4096 };
      chat.route.stable = "r2";
    });
    const stuck = await local(folder, ["up", "--load", "1s", "--load", "chat-r2=never", "--timeout", "5"]);
    assert.equal(stuck.code, 1);
    assert.match(
      stuck.stderr,
      /Deployment vllm\/chat-r2 is not ready after 5 s \(its pods are loading their model\); left as it was: Service vllm\/chat\./,
    );
    assert.deepEqual(rowsOf(stuck.stdout, "chat"), [
      ["chat", "r1", "live", "1/1", "1 to 3"],
      ["chat", "r2", "", "0/1", "1 to 3"],
    ]);

    edit((chat) => delete chat.releases["r1"]);
    // What was given before is kept: only r2's pods are others now.
    const moved = await succeeded(folder, "up", "--load", "chat-r2=1s");
    assert.match(moved.stderr, /, \d+ deleted\./);
    assert.deepEqual(rowsOf(moved.stdout, "chat"), [["chat", "r2", "live", "1/1", "1 to 3"]]);
    assert.deepEqual(
      rows(moved.stdout, (first) => first.startsWith("chat-r1")),
      [],
    );
  });

  it("recovers from a start that was killed in its middle, and from a process that has died", async () => {
    const folder = checkout();
    const { child, ended } = begin(folder, ["up"]);
    await eventually("the first processes", () => (running(foldersOf(folder)).length >= 2 ? true : undefined));
    child.kill("SIGKILL");
    await ended;
    assert.ok(running(foldersOf(folder)).length >= 2, "what it has started outlives it");

    const status = await local(folder, ["status"]);
    assert.equal(status.code, 2);
    assert.match(status.stderr, /nothing is up: npm run local -- up/);
    const up = await succeeded(folder, "up");
    assert.match(up.stderr, /An earlier run has not ended as it should: clearing up after it\./);
    assert.equal(running(foldersOf(folder)).length, 9);

    const scheduler = running(foldersOf(folder)).find(({ command }) => command.includes("kube-scheduler-"))!;
    process.kill(scheduler.pid, "SIGKILL");
    await eventually("its end", () => (running(foldersOf(folder)).length === 8 ? true : undefined));
    const broken = await local(folder, ["status"]);
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /not everything runs any more, see .*logs: npm run local -- up starts it anew/);
    await succeeded(folder, "up");
    assert.equal(running(foldersOf(folder)).length, 9);
  });

  it("runs in two checkouts at once, neither of which knows of the other", async () => {
    const [one, two] = [checkout(), checkout()];
    await Promise.all([succeeded(one, "up", "staging"), succeeded(two, "up", "prod")]);
    assert.deepEqual(rowsOf((await succeeded(one, "status")).stdout, "inference-l40s"), []);
    assert.equal(rowsOf((await succeeded(two, "status")).stdout, "inference-l40s").length, 1);
    await succeeded(one, "down");
    assert.equal(running(foldersOf(two)).length, 9);
  });

  it("puts a stack into an existing cluster, and removes all of it again", async () => {
    // Of its own: what other tests are about must not be taken out with it.
    const there = { bin: FOLDERS.bin, run: join(folderWith(), "there") };
    clusters.push(there);
    const { cluster } = await startCluster(binaries(), there, () => undefined);
    const using = ["--kubeconfig", kubeconfigOf(there), "--context", "local", "--yes"];
    const folder = checkout();
    const up = await succeeded(folder, "up", "staging", ...using, "--load", "0s", "--wait");
    assert.match(up.stderr, /Using https:\/\/127\.0\.0\.1:\d+\. What scales there is that cluster's own KEDA/);
    assert.equal(running(foldersOf(folder)).length, 1, "KWOK alone");
    assert.equal((await cluster.list("apps/v1", "Deployment", { namespace: "vllm" })).length, 4);
    const rival = checkout();
    const taken = await local(rival, ["up", "staging", ...using]);
    assert.equal(taken.code, 2);
    assert.match(
      taken.stderr,
      /stack staging is deployed there, in namespace vllm, and would be taken over and deleted/,
    );
    assert.ok(!existsSync(join(rival, ".local", "run")));

    for (const { pid } of running(foldersOf(folder))) process.kill(pid, "SIGKILL");
    await succeeded(folder, "up", "staging", "--load", "0s");
    assert.equal(running(foldersOf(folder)).length, 1, "it goes on in the same cluster");
    const load = await local(folder, ["load", "chat", "1"]);
    assert.match(load.stderr, /needs the Prometheus of a cluster that was started here/);

    await succeeded(folder, "down", "--yes");
    assert.deepEqual(
      (await cluster.list("v1", "Node")).filter(({ metadata }) => metadata.labels?.[LOCAL_RUN] !== undefined),
      [],
    );
    const labels = { [LABELS.partOf]: "staging" };
    assert.deepEqual(await cluster.list("v1", "Namespace", { labels }), []);
    assert.deepEqual(await cluster.list("scheduling.k8s.io/v1", "PriorityClass", { labels }), []);
    const crd = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
    assert.ok(
      await cluster.get({ ...crd, metadata: { name: "scaledobjects.keda.sh" } }),
      "what was there before stays",
    );
  });

  it("names the Go that is wanted where there is none, and leaves nothing half-done", async () => {
    const folder = projectCopy();
    const { code, stderr } = await local(folder, ["up"], withoutGo());
    assert.equal(code, 2);
    assert.match(stderr, /go is not on the PATH; Go 1\.24 or later builds the control plane.*https:\/\/go\.dev\/dl/);
    assert.ok(!existsSync(join(folder, ".local", "run")));
  });

  it("says what to do when modules cannot be fetched", async () => {
    const folder = projectCopy();
    const env = { ...process.env, GOPROXY: "off", GOMODCACHE: join(folder, "modules"), GOCACHE: join(folder, "cache") };
    const { code, stderr } = await local(folder, ["up"], env);
    assert.equal(code, 1);
    assert.match(stderr, /etcd: could not be built\..*\n.*module lookup disabled by GOPROXY=off/s);
    assert.match(stderr, /Call again when that is mended: what is built stays built/);
  });

  it("refuses a kubeconfig that is none, an unknown context and a wrong load time", async () => {
    const folder = checkout();
    const none = await local(folder, ["up", "--kubeconfig", "nowhere"]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /nowhere: is no kubeconfig: ENOENT/);
    const context = await local(folder, ["up", "--kubeconfig", kubeconfigOf(FOLDERS), "--context", "elsewhere"]);
    assert.match(context.stderr, /has no context "elsewhere": use local/);
    const load = await local(folder, ["up", "--load", "soon", "--load", "chatt=1s"]);
    assert.match(load.stderr, /2 problems, nothing was done/);
    assert.deepEqual(running(foldersOf(folder)), []);
  });
});

describe("a port that somebody else has taken", () => {
  it("is told from other failures, so that other ports are tried", async () => {
    const [port] = (await freePorts(1)) as [number];
    const holder = createServer().listen(port, LOOPBACK);
    const own = { bin: FOLDERS.bin, run: folderWith({ "prometheus.yaml": "{}" }) };
    try {
      const process = startPrometheus(binaries(), own, port);
      await assert.rejects(
        until("Prometheus", () => false, { processes: [process] }),
        (thrown) => thrown instanceof ProcessEnded && thrown.portTaken,
      );
    } finally {
      holder.close();
      await stopAll(own);
      removeFolders();
    }
  });
});

describe("a run of these tests that is killed", () => {
  it("leaves neither a process nor a folder", async () => {
    const mocha = join(dirname(require.resolve("mocha/package.json")), "bin", "mocha.js");
    // No test is chosen: the cluster comes up and goes down again.
    const child = spawn(process.execPath, [mocha, "--config", ".mocharc.e2e.json", "--grep", "no such test"], {
      cwd: PROJECT,
      // Else it would take our cluster for its own.
      env: { ...process.env, [RUN]: undefined },
      stdio: "ignore",
    });
    const theirs = foldersOf(PROJECT, `e2e-${child.pid}`);
    await eventually("its control plane", () => (running(theirs).length >= 3 ? true : undefined));
    child.kill("SIGKILL");
    await eventually("the end of what it has started", () => (running(theirs).length === 0 ? true : undefined), {
      seconds: 20,
    });
    await eventually("the end of its folder", () => (existsSync(theirs.run) ? undefined : true), { seconds: 20 });
  });
});
