import assert from "node:assert/strict";

import { GPUS } from "../../../components/facts/gpus.js";
import { graphBytes } from "../../../components/fit/overhead/graphs.js";
import { CHAT, GIB, question } from "./question.js";

describe("CUDA graphs", () => {
  it("count since 0.20, unless the server is eager", () => {
    assert.equal(graphBytes(question({ version: "0.19.1" })), 0);
    assert.equal(graphBytes(question({ isEager: true })), 0);
    assert.ok(graphBytes(question({ version: "0.20.0" })) > 0);
  });

  it("are about as large as a log says: 0.53 GiB for Qwen2.5-7B's 28 layers and 256 sequences", () => {
    const model = { ...CHAT.model, layers: 28 };
    const gib = graphBytes(question({ model, sequences: 256, version: "0.23.0" })) / GIB;
    assert.ok(Math.abs(gib - 0.53) < 0.06, `${gib} GiB`);
  });

  it("are more with more sequences, up to 512 tokens, and with tokens that are drafted", () => {
    const of = (sequences: number, draftTokens = 0): number => graphBytes(question({ sequences, draftTokens }));
    assert.ok(of(8) < of(64) && of(64) < of(256) && of(256) < of(512));
    assert.equal(of(512), of(4096));
    assert.equal(of(64, 3), of(256));
  });

  it("are bounded by the tokens of a step", () => {
    assert.equal(
      graphBytes(question({ sequences: 256, batchedTokens: 16 })),
      graphBytes(question({ sequences: 16, batchedTokens: 16 })),
    );
  });

  it("are up to 1024 tokens on Blackwell of data centres since 0.28", () => {
    const of = (gpu: "h200" | "b200", version: string): number =>
      graphBytes(question({ gpu: GPUS[gpu], version, sequences: 1024 }));
    assert.ok(of("b200", "0.28.0") > of("h200", "0.28.0"));
    assert.equal(of("b200", "0.27.1"), of("h200", "0.27.1"));
  });

  it("are fewer for a model that never decodes", () => {
    assert.ok(graphBytes(question({ isPooling: true })) < graphBytes(question()));
  });
});
