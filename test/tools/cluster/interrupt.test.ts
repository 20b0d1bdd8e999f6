import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { interruptible } from "../../../tools/cluster/interrupt.js";

describe("Ctrl-C", () => {
  it("aborts what goes on, lets it clean up, and says what is true then", async () => {
    const listeners = process.listenerCount("SIGINT");
    let isCleanedUp = false;
    const call = interruptible("nothing was submitted", async (signal) => {
      try {
        await sleep(60_000, undefined, { signal });
      } finally {
        isCleanedUp = true;
      }
    });
    process.emit("SIGINT");
    await assert.rejects(call, { message: "interrupted: nothing was submitted" });
    assert.ok(isCleanedUp);
    assert.equal(process.listenerCount("SIGINT"), listeners);
  });

  it("changes no failure that comes without it", async () => {
    await assert.rejects(
      interruptible("nothing was submitted", () => Promise.reject(new Error("full"))),
      { message: "full" },
    );
  });
});
