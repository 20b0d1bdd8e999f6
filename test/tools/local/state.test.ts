import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { foldersOf, kubeconfigOf, logsOf } from "../../../tools/local/folders.js";
import { type LocalState, readState, writeState } from "../../../tools/local/state.js";
import { folderWith, removeFolders } from "../folders.js";

describe("local state", () => {
  after(removeFolders);

  const states: [what: string, state: LocalState][] = [
    [
      "a cluster that was started here",
      {
        stack: "staging",
        load: [],
        kubeconfig: "/p/.local/run/kubeconfig",
        ports: { prometheus: 9090, simulator: 4711 },
        run: "0123456789abcdef",
      },
    ],
    [
      "a cluster that was there",
      {
        stack: "prod",
        load: [],
        kubeconfig: "/k",
        context: "kind-llm",
        run: "fedcba9876543210",
        joined: { server: "https://127.0.0.1:6443", uid: "8f6c" },
      },
    ],
  ];
  for (const [what, state] of states) {
    it(`reads back what was written of ${what}`, () => {
      const folders = { bin: "/bin", run: folderWith() };
      writeState(folders, state);
      assert.deepEqual(readState(folders), state);
    });
  }

  it("is of the last start alone, in one whole file", () => {
    const folders = { bin: "/bin", run: folderWith() };
    writeState(folders, states[0]![1]);
    writeState(folders, states[1]![1]);
    assert.deepEqual(readState(folders), states[1]![1]);
    assert.deepEqual(readdirSync(folders.run), ["state.json"]);
  });

  it("is for its user alone, also where a file that others may read was there", () => {
    const folders = { bin: "/bin", run: folderWith({ "state.json": "{}" }) };
    writeState(folders, states[0]![1]);
    assert.equal(statSync(join(folders.run, "state.json")).mode & 0o777, 0o600);
  });

  it("is not taken from an earlier version, which has marked nothing that it made", () => {
    const old = { stack: "staging", kubeconfig: "/k", load: [] };
    assert.equal(readState({ bin: "/bin", run: folderWith({ "state.json": JSON.stringify(old) }) }), undefined);
  });

  it("is not there before a start has come to its end", () => {
    assert.equal(readState({ bin: "/bin", run: folderWith({ "state.json.partial": "{" }) }), undefined);
    assert.equal(readState(foldersOf(folderWith())), undefined);
  });
});

describe("foldersOf", () => {
  it("keeps everything within the project, and shares the programs between its runs", () => {
    assert.deepEqual(foldersOf("/p"), { bin: "/p/.local/bin", run: "/p/.local/run" });
    assert.deepEqual(foldersOf("/p", "e2e-1"), { bin: "/p/.local/bin", run: "/p/.local/e2e-1" });
    assert.equal(logsOf(foldersOf("/p")), "/p/.local/run/logs");
    assert.equal(kubeconfigOf(foldersOf("/p")), "/p/.local/run/kubeconfig");
  });
});
