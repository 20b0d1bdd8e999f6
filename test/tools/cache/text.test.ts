import assert from "node:assert/strict";

import { listingText } from "../../../tools/cache/text.js";

const CHAT = `weights/Qwen--Qwen3-8B/${"b9".repeat(20)}`;
const OLD = `weights/Qwen--Qwen3-8B/${"0a".repeat(20)}`;
const REVISION = {
  bytes: 16 * 2 ** 30,
  complete: true,
  filledAt: "2026-11-20T10:00:00Z",
  usedAt: null,
  kept: null,
  removed: false,
};
const USERS = new Map([[CHAT, ["chat-r1 of stack prod", "Deployment models/chat-r1"]]]);

describe("the text of a cache's revisions", () => {
  it("names size, times and users, and what could go", () => {
    const revisions = [
      { ...REVISION, folder: CHAT, kept: "a release names it" },
      { ...REVISION, folder: OLD, complete: false },
    ];
    const listing = { revisions, others: ["weights/notes.txt"], bytes: 32 * 2 ** 30, freedBytes: 0 };
    assert.deepEqual(
      listingText(listing, USERS, { apply: false, asksForApply: true })
        .split("\n")
        .map((line) => line.replace(/ {2,}/g, "  ").trimEnd()),
      [
        "REVISION  GIB  FILLED  LAST USED  KEPT BY",
        "Qwen--Qwen3-8B@b9b9b9b9  16.0  2026-11-20  never  chat-r1 of stack prod, Deployment models/chat-r1",
        "Qwen--Qwen3-8B@0a0a0a0a  16.0  incomplete  never  nobody",
        "",
        "2 revisions, 32.0 GiB",
        "1 that nobody names take 16.0 GiB: npm run cache -- prune --apply removes them",
        "1 file not of a cache's layout, left alone, such as weights/notes.txt",
      ],
    );
  });

  it("says what was removed, and how much came free", () => {
    const listing = {
      revisions: [{ ...REVISION, folder: OLD, removed: true }],
      others: [],
      bytes: 16 * 2 ** 30,
      freedBytes: 16 * 2 ** 30,
    };
    const text = listingText(listing, new Map(), { apply: true, asksForApply: false });
    assert.match(text, /@0a0a0a0a .* removed\n\n1 revision, 16\.0 GiB; 16\.0 GiB freed$/);
  });

  it("of an empty cache says so", () => {
    assert.equal(
      listingText({ revisions: [], others: [], bytes: 0, freedBytes: 0 }, new Map(), {
        apply: false,
        asksForApply: true,
      }),
      "The cache is empty.",
    );
  });
});
