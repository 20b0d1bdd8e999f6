/**
 * The fit against logs of real servers. `fixtures/calibration.json` has a row a start: what the log's server was given,
 * and the KV memory it printed ("Available KV cache memory"), or worked out from the tokens it printed.
 *
 * `shapeOf` is the catalogue's model of the same shape where the log's own is not in it. `defaults` are the inputs that
 * the log does not show, taken as its vLLM has them: 2048 tokens a step and 256 sequences below 70 GiB, 8192 and 1024
 * above (`get_batch_defaults`, vllm/engine/arg_utils.py); the model's own context; 0.92 of the memory, 0.9 for vLLM 0.10.
 */
import assert from "node:assert/strict";

import { fit, type FitInput } from "../../components/fit/fit.js";
import { GPUS, type GpuType } from "../../components/facts/gpus.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import calibration from "./calibration.json";

/** By how much the fit may promise more KV memory a GPU than the server found, in GiB; the largest seen is 0.41. */
const MOST_ABOVE_GIB = 0.5;
/** By how much it may promise less; the largest seen is 2.52. */
const MOST_BELOW_GIB = 2.6;

type Row = (typeof calibration.rows)[number];

function predict(row: Row): ReturnType<typeof fit> {
  const { precision, gpu, gpus, memoryUtilization, context, sequences, batchedTokens } = row;
  return fit({
    model: MODELS[row.shapeOf]!,
    precision: precision as FitInput["precision"],
    gpu: GPUS[gpu as GpuType],
    ...{ gpus, memoryUtilization, context, sequences, batchedTokens, kvElementBytes: 2 },
  });
}

function title({ log, vllm, memoryUtilization }: Row): string {
  return `${log}, ${memoryUtilization} of the memory, vLLM ${vllm ?? "of unknown version"}`;
}

describe("the fit against servers' logs", () => {
  it("has rows of at least five kinds of GPU, each with its source", () => {
    assert.ok(new Set(calibration.rows.map(({ gpu }) => gpu)).size >= 5);
    for (const { source } of calibration.rows) assert.ok(source.length > 0);
  });

  describe("KV memory a GPU", () => {
    for (const row of calibration.rows) {
      const { kvGiBPerGpu: logged } = row;
      if (logged === null) continue;
      it(`${title(row)}: ${logged} GiB`, () => {
        const difference = predict(row).kvCacheGiBPerGpu - logged;
        assert.ok(difference <= MOST_ABOVE_GIB && difference >= -MOST_BELOW_GIB, `off by ${difference.toFixed(2)} GiB`);
      });
    }
  });

  for (const row of calibration.rows) {
    it(`${row.starts ? "takes" : "refuses"} what ${row.starts ? "starts" : "does not start"}: ${title(row)}`, () => {
      assert.equal(predict(row).fits, row.starts);
    });
  }

  it("has bounds no wider than these rows need", () => {
    const differences = calibration.rows.flatMap((row) =>
      row.kvGiBPerGpu === null ? [] : [predict(row).kvCacheGiBPerGpu - row.kvGiBPerGpu],
    );
    assert.ok(Math.max(...differences) > MOST_ABOVE_GIB - 0.1);
    assert.ok(Math.min(...differences) < -MOST_BELOW_GIB + 0.1);
  });
});
