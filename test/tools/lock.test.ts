import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { isAlive, withLock } from "../../tools/lock.js";
import { folderWith, removeFolders } from "./folders.js";
import { endedPid } from "./local/fakes.js";

describe("withLock", () => {
  after(removeFolders);

  let file: string;
  let reports: string[];
  const report = (line: string) => void reports.push(line);
  beforeEach(() => {
    file = join(folderWith(), "lock");
    reports = [];
  });

  it("holds the lock while it works, says nothing, and gives back what the work does", async () => {
    const held = await withLock(file, report, () => Promise.resolve(readFileSync(file, "utf8")));
    assert.equal(held, String(process.pid));
    assert.equal(existsSync(file), false);
    assert.deepEqual(reports, []);
  });

  it("takes over at once from a holder that is no more", async () => {
    writeFileSync(file, String(await endedPid()));
    assert.equal(await withLock(file, report, () => Promise.resolve(readFileSync(file, "utf8"))), String(process.pid));
    assert.deepEqual(reports, []);
  });

  it("waits for a running holder, with one message, until it is gone", async () => {
    const holder = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    try {
      writeFileSync(file, String(holder.pid));
      let worked = false;
      const work = withLock(file, report, () => Promise.resolve((worked = true)));
      await sleep(1200);
      assert.equal(worked, false);
      assert.deepEqual(reports, [`Waiting for process ${holder.pid}, which is at work in the same folder (${file}).`]);
      holder.kill("SIGKILL");
      assert.equal(await work, true);
      assert.equal(reports.length, 1);
    } finally {
      holder.kill("SIGKILL");
    }
  });

  it("lets one work after the other", async () => {
    const events: string[] = [];
    const work = (name: string) => async () => {
      events.push(`${name} begins`);
      await sleep(50);
      events.push(`${name} ends`);
    };
    await Promise.all(["one", "two"].map((name) => withLock(file, report, work(name))));
    assert.deepEqual(events, ["one begins", "one ends", "two begins", "two ends"]);
    assert.equal(existsSync(file), false);
  });

  it("lets go after a throw", async () => {
    const failure = new Error("no space");
    await assert.rejects(
      withLock(file, report, () => Promise.reject(failure)),
      (thrown) => thrown === failure,
    );
    assert.equal(existsSync(file), false);
    assert.equal(await withLock(file, report, () => Promise.resolve(1)), 1);
  });

  it("throws at once when the folder is missing", async () => {
    const nowhere = join(folderWith(), "gone", "lock");
    await assert.rejects(
      withLock(nowhere, report, () => Promise.resolve()),
      /ENOENT/,
    );
    assert.deepEqual(reports, []);
  });
});

describe("isAlive", () => {
  it("tells running processes of any user from those that are gone", async () => {
    assert.equal(isAlive(process.pid), true);
    assert.equal(isAlive(1), true);
    assert.equal(isAlive(await endedPid()), false);
  });

  it("knows when a process ends", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    assert.equal(isAlive(child.pid!), true);
    child.kill("SIGKILL");
    await once(child, "exit");
    assert.equal(isAlive(child.pid!), false);
  });
});
