import assert from "node:assert/strict";

import { fittingTable, terminalWidth } from "../../../tools/preview/table.js";

describe("fittingTable", () => {
  const head = ["MODEL", "WEIGHTS", "REPLICAS", ""];
  const rows = [["chat", "Qwen/Qwen3-8B", "1–3", ""]];
  const of = (width: number) => fittingTable(head, rows, { right: [2], title: 1, width }).split("\n");

  it("is a table where there is room", () => {
    assert.deepEqual(of(80), ["MODEL  WEIGHTS        REPLICAS", "chat   Qwen/Qwen3-8B       1–3"]);
    assert.deepEqual(of(Infinity), of(80));
  });

  it("gives each row lines of its own where there is none, and breaks no cell", () => {
    assert.deepEqual(of(29), ["chat", "    WEIGHTS Qwen/Qwen3-8B", "    REPLICAS 1–3"]);
    assert.deepEqual(of(10), ["chat", "    WEIGHTS Qwen/Qwen3-8B", "    REPLICAS 1–3"]);
  });
});

describe("terminalWidth", () => {
  it("is what COLUMNS says, else the terminal's, and of a pipe without end", () => {
    assert.equal(terminalWidth({ COLUMNS: "80" }, 120), 80);
    assert.equal(terminalWidth({}, 120), 120);
    assert.equal(terminalWidth({ COLUMNS: "wide" }, undefined), Infinity);
  });
});
