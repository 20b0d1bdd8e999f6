import assert from "node:assert/strict";
import { progressOf } from "../../../tools/batch/progress.js";

const at = (minute: number, text: string): string => `2026-11-26T20:${String(minute).padStart(2, "0")}:00Z ${text}`;

describe("the progress of a run", () => {
  it("is what the conductor said last, and its rate is that of the last ten minutes", () => {
    const log = [
      at(0, "running shards=0/4 requests=0/1000 pods=2 failed=0 interruptions=0 workerSeconds=0"),
      at(10, "running shards=0/4 requests=100/1000 pods=2 failed=0 interruptions=0 workerSeconds=1200"),
      at(20, "running shards=2/4 requests=700/1000 pods=1 failed=0 interruptions=1 workerSeconds=2400"),
    ].join("\n");
    const { shards, requests, rate, secondsLeft, pods, interruptions, workerSeconds, isQueued } = progressOf(log);
    assert.deepEqual(
      { shards, requests, rate, secondsLeft, pods, interruptions, workerSeconds, isQueued },
      {
        shards: { done: 2, total: 4 },
        requests: { done: 700, total: 1000 },
        rate: 1,
        secondsLeft: 300,
        pods: 1,
        interruptions: 1,
        workerSeconds: 2400,
        isQueued: undefined,
      },
    );
  });

  it("has no time left while nothing is answered", () => {
    const log = [at(0, "running shards=0/4 requests=0/9"), at(5, "running shards=0/4 requests=0/9")].join("\n");
    assert.equal(progressOf(log).rate, 0);
    assert.equal(progressOf(log).secondsLeft, undefined);
  });

  it("says that Kueue has not let the workers start", () => {
    assert.equal(progressOf(at(0, "waiting in the queue shards=0/4 requests=0/9 pods=0 failed=0")).isQueued, true);
  });

  it("keeps the words of a conductor that has refused its input, line by line", () => {
    const log = `${at(0, "refused, a retry is useless: in.jsonl: 1 bad lines (json 1)")}\nline 7: no JSON\n`;
    assert.deepEqual(progressOf(log), {
      messages: ["refused, a retry is useless: in.jsonl: 1 bad lines (json 1)", "line 7: no JSON"],
    });
  });

  it("takes no other numbers for those of the run", () => {
    const log = [at(0, "the input is cut shards=4 requests=9 bad=0"), at(1, "checking the input lines=5 bad=0")].join(
      "\n",
    );
    assert.equal(progressOf(log).requests, undefined);
  });
});
