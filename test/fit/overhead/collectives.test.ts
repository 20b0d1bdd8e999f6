import assert from "node:assert/strict";

import { GPUS } from "../../../components/facts/gpus.js";
import { collectiveBytes } from "../../../components/fit/overhead/collectives.js";
import { GIB, question } from "./question.js";

const of = (...args: Parameters<typeof question>): number => collectiveBytes(question(...args)) / GIB;

describe("collectives", () => {
  it("are none on one GPU", () => assert.equal(of({ gpu: GPUS.h200 }), 0));

  it("are small over PCI Express, whatever the version", () => {
    for (const gpu of [GPUS.t4, GPUS.a10g, GPUS.l4, GPUS.l40s, GPUS["rtx-pro-6000"]]) {
      for (const version of ["0.11.2", "0.20.0", "0.33.0"]) assert.equal(of({ gpu, gpus: 2, version }), 0.2);
    }
  });

  it("are more over NVLink, and most while graphs are tried within the measurement", () => {
    for (const gpu of [GPUS["a100-40"], GPUS.h100, GPUS.h200, GPUS.b200, GPUS.b300]) {
      const gib = ["0.13.0", "0.18.0", "0.26.0", "0.27.0"].map((version) => of({ gpu, gpus: 4, version }));
      assert.deepEqual(gib, [0.8, 1.9, 1.9, 0.8]);
    }
    assert.equal(of({ gpu: GPUS.h200, gpus: 4, version: "0.18.0", isEager: true }), 0.8);
  });

  it("join copies of attention layers, too", () => {
    assert.equal(of({ gpu: GPUS.h200, gpus: 2, dataParallel: 2 }), 0.8);
  });
});
