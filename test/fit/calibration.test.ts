/** The fit against logs of real servers (tools/calibration/rows.json), by version of vLLM. */
import assert from "node:assert/strict";

import { type Prediction, predict } from "../../tools/calibration/predict.js";
import { type Row, ROWS, VERSION_CLASSES, type VersionClass, versionClass } from "../../tools/calibration/rows.js";

/** How far the KV cache may be off, as a share of the real one: nine of ten starts, and all. */
const MOST = 0.03;
const LEAST = -0.12;
const MOST_OF_ALL = 0.08;
/** Of versions before 0.18, which are not served today. */
const MOST_OF_OLD = 0.2;
/** How far the weights of a GPU may be off, as a share. Below {@link ROUNDING_GIB} the allocator's rounding says more than the model. */
const WEIGHTS = 0.02;
const ROUNDING_GIB = 0.11;

interface Judged {
  row: Row;
  prediction: Prediction;
}

const judged: Judged[] = ROWS.map((row) => ({ row, prediction: predict(row) }));

function ofClass(name: VersionClass): Judged[] {
  return judged.filter(({ row }) => versionClass(row) === name);
}

function title({ id, log, vllm, memoryUtilization }: Row): string {
  return `${id}: ${log}, ${memoryUtilization} of the memory, vLLM ${vllm ?? "of unknown version"}`;
}

describe("the fit against servers' logs", () => {
  it("has rows of several GPUs, of every class of versions, each with its source", () => {
    assert.ok(new Set(ROWS.map(({ gpu }) => JSON.stringify(gpu))).size >= 10);
    for (const name of VERSION_CLASSES) assert.ok(ofClass(name).length > 0, name);
    for (const { source } of ROWS) assert.ok(source.length > 0);
    assert.equal(new Set(ROWS.map(({ id }) => id)).size, ROWS.length);
  });

  describe("vLLM 0.18 and later", () => {
    const rows = ofClass("0.18 and later");

    for (const { row, prediction } of rows) {
      it(`${row.starts ? "takes" : "refuses"} ${title(row)}`, () => assert.equal(prediction.fit.fits, row.starts));
    }

    for (const { row, prediction } of rows) {
      const { weightsError } = prediction;
      if (weightsError === undefined) continue;
      it(`knows the weights of ${title(row)}`, () => {
        const gib = Math.abs(weightsError) * row.weightsGiB!;
        assert.ok(Math.abs(weightsError) <= WEIGHTS || gib <= ROUNDING_GIB, percent(weightsError));
      });
    }

    it("never promises a KV cache that is much too large", () => {
      const wrong = rows.filter(({ prediction }) => (prediction.cacheError ?? 0) > MOST_OF_ALL);
      assert.deepEqual(wrong.map(named), []);
    });

    it("is right about the KV cache of nine of ten", () => {
      const measured = rows.filter(({ prediction }) => prediction.cacheError !== undefined);
      const wrong = measured.filter(({ prediction: { cacheError = 0 } }) => cacheError > MOST || cacheError < LEAST);
      assert.ok(measured.length >= 30);
      assert.ok(wrong.length <= measured.length / 10, wrong.map(named).join("\n"));
    });
  });

  // Without its version a server's overhead is not known: the newest one's is taken.
  for (const name of ["before 0.18", "unknown"] as const) {
    describe(`vLLM ${name === "unknown" ? "of unknown version" : name}`, () => {
      for (const { row, prediction } of ofClass(name)) {
        it(`${row.starts ? "takes" : "refuses"} ${title(row)}`, () => assert.equal(prediction.fit.fits, row.starts));
      }
    });
  }

  it("promises no KV cache that is a fifth too large, before vLLM 0.18", () => {
    const wrong = ofClass("before 0.18").filter(({ prediction }) => (prediction.cacheError ?? 0) > MOST_OF_OLD);
    assert.deepEqual(wrong.map(named), []);
  });
});

function named({ row, prediction }: Judged): string {
  return `${title(row)}: ${percent(prediction.cacheError ?? 0)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
