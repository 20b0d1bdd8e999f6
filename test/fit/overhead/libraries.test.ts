import assert from "node:assert/strict";

import { libraryBytes } from "../../../components/fit/overhead/libraries.js";
import { CHAT, GIB, question } from "./question.js";

const of = (...args: Parameters<typeof question>): number => libraryBytes(question(...args)) / GIB;

describe("libraries", () => {
  it("hold the same whatever the model, before all that is held counts", () => {
    for (const version of ["0.10.2", "0.18.0", "0.26.0"]) {
      assert.equal(of({ version }), 0.25);
      assert.equal(of({ version, isEager: true }), 0.25);
    }
  });

  it("hold what a compilation leaves, unless the server is eager", () => {
    assert.equal(of({ version: "0.27.0" }), 0.7);
    assert.equal(of({ version: "0.27.0", isEager: true }), 0.25);
  });

  it("hold what tuning the kernels of states leaves", () => {
    const states = { kind: "state" as const, layers: 27, convolution: 1, recurrent: 1, recurrentBytes: 4 as const };
    const model = { ...CHAT.model, attention: [states] };
    assert.equal(of({ model, version: "0.28.0" }), 1.9);
    assert.equal(of({ model, version: "0.18.0" }), 0.25);
  });
});
