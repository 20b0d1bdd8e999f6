import assert from "node:assert/strict";

import { expertBytes, keepsExpertBuffers } from "../../../components/fit/overhead/experts.js";
import { MIXTURE, question } from "./question.js";

describe("experts' buffers", () => {
  it("are none without experts", () => assert.equal(expertBytes(question()), 0));

  it("are two, with a row for each token and each expert that it passes, as wide as the stream", () => {
    assert.equal(expertBytes(question({ model: MIXTURE })), 2048 * 2 * (4096 + 4096) * 2);
  });

  it("are as wide as an expert where that is wider, of which tensor parallelism holds a share and expert parallelism all", () => {
    const model = { ...MIXTURE, intermediateSize: 8192 };
    assert.equal(expertBytes(question({ model })), 2048 * 2 * (16384 + 8192) * 2);
    assert.equal(expertBytes(question({ model, gpus: 2 })), 2048 * 2 * (8192 + 4096) * 2);
    assert.equal(expertBytes(question({ model, gpus: 2, isExpertParallel: true })), 2048 * 2 * (16384 + 8192) * 2);
  });

  it("hold the tokens of all copies with data parallelism", () => {
    const alone = expertBytes(question({ model: MIXTURE, gpus: 2 }));
    assert.equal(expertBytes(question({ model: MIXTURE, gpus: 2, dataParallel: 2 })), 2 * alone);
  });

  it("are kept since 0.13, and before it where experts are spread", () => {
    assert.ok(keepsExpertBuffers(question({ version: "0.13.0" })));
    assert.ok(!keepsExpertBuffers(question({ version: "0.12.0" })));
    assert.ok(keepsExpertBuffers(question({ version: "0.12.0", isExpertParallel: true })));
  });
});
