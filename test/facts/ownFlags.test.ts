import assert from "node:assert/strict";

import { serveArguments } from "../../components/derive/arguments.js";
import { OWN_FLAGS_SINCE, OWNED_FLAGS, RENDERED_FLAGS } from "../../components/facts/vllm/ownFlags.js";
import { flagTable, KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import { contract, REVISION } from "../contract/fixtures.js";

describe("the flags that the contract owns", () => {
  for (const version of KNOWN_VERSIONS) {
    it(`are flags of vLLM ${version}, or another name of one`, () => {
      const table = flagTable(version)!;
      const unknown = Object.keys(OWNED_FLAGS).filter((name) => !table.has(name));
      // Since 0.32.0: another name of gpu-memory-utilization, and a second port.
      assert.deepEqual(
        unknown,
        isBefore(version, "0.32.0") ? ["device-memory-utilization", "grpc-port"] : ["device-memory-utilization"],
      );
    });

    it(`have every rendered flag in vLLM ${version}, and say since when where old versions lack it`, () => {
      const table = flagTable(version)!;
      assert.deepEqual(
        RENDERED_FLAGS.filter((flag) => !table.has(flag)),
        [],
      );
      for (const [flag, since] of Object.entries(OWN_FLAGS_SINCE)) {
        assert.ok(RENDERED_FLAGS.includes(flag), flag);
        assert.ok(!isBefore(version, since), flag);
      }
    });
  }

  it("count another name of theirs as owned", () => {
    assert.ok(flagTable("0.32.0")!.get("gpu-memory-utilization")?.aliases?.includes("--device-memory-utilization"));
    assert.equal(OWNED_FLAGS["device-memory-utilization"], OWNED_FLAGS["gpu-memory-utilization"]);
  });

  it("are all that the contract renders by itself", () => {
    const model = {
      ...{ id: "Qwen/Qwen3-8B", revision: REVISION, precision: "fp8" },
      ...{ tokenizer: "acme/tokenizer", tokenizerRevision: REVISION },
    };
    const rendered = serveArguments(contract({ model, flags: {} })).filter((argument) => argument.startsWith("--"));
    const names = rendered.map((argument) => argument.slice(2).split("=")[0]!);
    assert.equal(names.length, 15);
    assert.deepEqual(
      names.filter((name) => !(name in OWNED_FLAGS)),
      [],
    );
  });

  it("say each what to do instead", () => {
    for (const [name, instead] of Object.entries(OWNED_FLAGS)) assert.match(instead, /^(set|leave it out: ) ?\w/, name);
  });
});
