import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Folders, foldersOf } from "../../../tools/local/folders.js";
import { isAlive } from "../../../tools/lock.js";
import {
  ProcessEnded,
  running,
  SIMULATOR,
  start,
  type Started,
  stopAll,
  until,
} from "../../../tools/local/processes.js";
import { folderWith, removeFolders } from "../folders.js";

/** For Node's `-e`: stays until it is ended, and its arguments are seen. */
const FOREVER = "setInterval(() => undefined, 1000)";

let folders: Folders;
let others: ChildProcess[];

/** A program of the checkout, which is Node by another name: a script would run under its shell's. */
function program(name: string): string {
  mkdirSync(folders.bin, { recursive: true });
  mkdirSync(folders.run, { recursive: true });
  const file = join(folders.bin, name);
  symlinkSync(process.execPath, file);
  return file;
}

async function spawned(command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, { stdio: "ignore" });
  others.push(child);
  await once(child, "spawn");
  return child.pid!;
}

function shell(text: string, environment: Record<string, string> = {}): Started {
  mkdirSync(folders.run, { recursive: true });
  return start("demo", "/bin/sh", ["-c", text], folders, environment);
}

async function ended(started: Started): Promise<Started> {
  while (started.exit === undefined) await sleep(10);
  return started;
}

function pidsOf(of: Folders): number[] {
  return running(of)
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
}

describe("local processes", () => {
  beforeEach(() => {
    folders = foldersOf(folderWith());
    others = [];
  });
  afterEach(async () => {
    for (const child of others) child.kill("SIGKILL");
    await stopAll(folders);
  });
  after(removeFolders);

  describe("start", () => {
    it("writes all that a program says into its log, after what was there", async () => {
      const first = await ended(shell("echo out; echo problem >&2"));
      assert.equal(first.log, join(folders.run, "logs", "demo.log"));
      assert.equal(readFileSync(first.log, "utf8"), "out\nproblem\n");
      await ended(shell("echo again"));
      assert.equal(readFileSync(first.log, "utf8"), "out\nproblem\nagain\n");
    });

    it("keeps how it has ended, and nothing while it runs", async () => {
      const runs = start("node", program("node"), ["-e", FOREVER], folders);
      assert.equal(runs.exit, undefined);
      assert.ok(isAlive(runs.pid));
      process.kill(runs.pid, "SIGKILL");
      assert.deepEqual((await ended(runs)).exit, { code: null });
      assert.deepEqual((await ended(shell("exit 3"))).exit, { code: 3 });
    });

    it("runs it in the run's folder, with the environment it is given and little of ours", async () => {
      process.env["PULUMI_VLLM_TEST_SECRET"] = "s3cret";
      try {
        const { log } = await ended(shell("pwd -P; env", { KUBECONFIG: "/run/kubeconfig" }));
        const lines = readFileSync(log, "utf8").split("\n");
        assert.ok(lines[0]!.endsWith(folders.run));
        assert.ok(lines.includes("KUBECONFIG=/run/kubeconfig") && lines.includes(`PATH=${process.env["PATH"]}`));
        assert.ok(!lines.some((line) => line.includes("s3cret")));
      } finally {
        delete process.env["PULUMI_VLLM_TEST_SECRET"];
      }
    });

    it("keeps from others what it logs and what the program writes, and our own files as they are", async () => {
      const { log } = await ended(shell("echo x > made; mkdir folder"));
      const modeOf = (path: string) => statSync(path).mode & 0o777;
      assert.deepEqual([modeOf(log), modeOf(join(folders.run, "made"))], [0o600, 0o600]);
      assert.deepEqual([modeOf(join(folders.run, "folder")), modeOf(join(folders.run, "logs"))], [0o700, 0o700]);
      assert.notEqual(process.umask(), 0o077);
    });

    it("takes a program that is not there for one that has ended", async () => {
      mkdirSync(folders.run, { recursive: true });
      const started = start("gone", join(folders.bin, "gone"), [], folders);
      assert.deepEqual((await ended(started)).exit, { code: null });
    });
  });

  describe("running", () => {
    it("finds programs of the checkout that name the run, and the simulator", async () => {
      const kwok = await spawned(program("kwok-0123"), ["-e", FOREVER, "--", `--config=${folders.run}/kwok.yaml`]);
      const simulator = await spawned(process.execPath, [
        "-e",
        FOREVER,
        SIMULATOR,
        `--kubeconfig=${folders.run}/kubeconfig`,
      ]);
      assert.deepEqual(
        pidsOf(folders),
        [kwok, simulator].sort((a, b) => a - b),
      );
      const found = running(folders).find(({ pid }) => pid === kwok);
      assert.equal(found!.command, `${folders.bin}/kwok-0123 -e ${FOREVER} -- --config=${folders.run}/kwok.yaml`);
    });

    it("finds no foreign process that names the run: a log reader, an editor, another program", async () => {
      program("kwok");
      const log = join(folders.run, "kwok.log");
      writeFileSync(log, "");
      await spawned("tail", ["-f", log]);
      await spawned(process.execPath, ["-e", FOREVER, "--", `${folders.bin}/kwok`, `${folders.run}/kwok.yaml`]);
      assert.deepEqual(running(folders), []);
    });

    it("finds nothing of another run of the same programs, nor of one whose name begins alike", async () => {
      const kwok = program("kwok");
      const other = { ...folders, run: `${folders.run}-2` };
      const pid = await spawned(kwok, ["-e", FOREVER, "--", `--config=${other.run}/kwok.yaml`]);
      await spawned(kwok, ["-e", FOREVER, "--", "--version"]);
      assert.deepEqual(running(folders), []);
      assert.deepEqual(pidsOf(other), [pid]);
      await stopAll(other);
    });
  });

  describe("stopAll", () => {
    it("ends every process of the run and no other, and counts them", async () => {
      const kwok = program("kwok");
      const args = ["-e", `process.on("SIGTERM", () => undefined); ${FOREVER}`, "--", `${folders.run}/x`];
      const ours = [start("one", kwok, args, folders), start("two", kwok, args, folders)];
      const log = join(folders.run, "logs", "one.log");
      const reader = await spawned("tail", ["-f", log]);
      assert.equal(await stopAll(folders), 2);
      for (const { pid } of ours) assert.ok(!running(folders).some((found) => found.pid === pid));
      assert.deepEqual(
        (await Promise.all(ours.map(ended))).map(({ exit }) => exit),
        [{ code: null }, { code: null }],
      );
      assert.ok(isAlive(reader));
      assert.equal(await stopAll(folders), 0);
    });
  });

  describe("until", () => {
    it("asks until it holds", async () => {
      let asked = 0;
      await until("the third time", () => Promise.resolve(++asked === 3), { everyMs: 1 });
      assert.equal(asked, 3);
    });

    it("gives up in time, and says where to look", async () => {
      await assert.rejects(
        until("Prometheus", () => false, { seconds: 0.02, everyMs: 5 }),
        {
          name: "LocalFailure",
          message: "Prometheus: not there after 0.02 s",
        },
      );
      const runs = start("node", program("node"), ["-e", FOREVER, "--", `${folders.run}/x`], folders);
      await assert.rejects(
        until("Prometheus", () => false, { seconds: 0.02, everyMs: 5, processes: [runs] }),
        {
          message: `Prometheus: not there after 0.02 s; see ${runs.log}`,
        },
      );
    });

    it("does not wait for what has ended, and shows the end of its log", async () => {
      const failing = await ended(shell('for i in 1 2 3 4 5 6 7; do echo "line $i"; done; exit 2'));
      const waiting = until("the API server", () => false, { processes: [failing] });
      await assert.rejects(waiting, (thrown) => {
        assert.ok(thrown instanceof ProcessEnded);
        const lines = ["line 3", "line 4", "line 5", "line 6", "line 7"];
        assert.equal(
          thrown.message,
          `demo: ended with code 2; the end of ${failing.log}:\n    ${lines.join("\n    ")}`,
        );
        assert.equal(thrown.portTaken, false);
        return true;
      });
    });

    it("takes what holds for done, though a process has ended", async () => {
      const failing = await ended(shell("exit 1"));
      await until("what was there before", () => true, { processes: [failing] });
    });

    it("knows a process that has ended for its port's sake", async () => {
      const failing = await ended(
        shell('echo "listen tcp 127.0.0.1:2379: bind: address already in use"; echo bye; exit 1'),
      );
      const error = new ProcessEnded(failing);
      assert.equal(error.portTaken, true);
      assert.match(error.message, /^demo: ended with code 1; /);
    });

    it("reports no exit code for a process that was killed", async () => {
      const failing = await ended(shell("kill -9 $$"));
      assert.match(new ProcessEnded(failing).message, /^demo: ended with code none; /);
    });
  });
});
