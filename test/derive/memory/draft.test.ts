import assert from "node:assert/strict";

import { draftOf } from "../../../components/derive/memory/draft.js";
import { fitInput } from "../../../components/derive/memory/fitInput.js";
import { fit } from "../../../components/fit/fit.js";
import { contractOf } from "../../serving/fixtures.js";
import { releaseProblems } from "../../contract/fixtures.js";

const REVISION = "b968826d9c46dd6066d109eabc6255188de91218";
const speculation = (value: Record<string, unknown>) => ({ "speculative-config": { value, reason: "faster answers" } });
const draft = (id: string) => ({ flags: speculation({ model: id, revision: REVISION, num_speculative_tokens: 3 }) });

describe("a draft model", () => {
  it("is one that is loaded beside the model, over as many GPUs unless stated", () => {
    assert.deepEqual(draftOf(speculation({ model: "acme/draft" }), 4), { id: "acme/draft", gpus: 4 });
    assert.deepEqual(draftOf(speculation({ model: "acme/draft", draft_tensor_parallel_size: 1 }), 4), {
      id: "acme/draft",
      gpus: 1,
    });
    for (const value of [
      { method: "ngram" },
      { model: "ngram" },
      { method: "mtp" },
      { method: "suffix", model: "x/y" },
    ])
      assert.equal(draftOf(speculation(value), 1), undefined);
    assert.equal(draftOf({}, 1), undefined);
  });

  it("counts in disk, time to start and the fit where its shape is known", () => {
    const alone = contractOf({ gpu: { type: "l40s" } });
    const drafted = contractOf({ gpu: { type: "l40s" }, ...draft("Qwen/Qwen3-4B-Instruct-2507") });
    const weightsGiB = drafted.weightsGiB - alone.weightsGiB;
    assert.ok(weightsGiB > 7 && weightsGiB < 8.5, `${weightsGiB} GiB`);
    assert.ok(drafted.resources.diskGiB >= alone.resources.diskGiB + 7);
    assert.ok(drafted.startupSeconds > alone.startupSeconds);
    const [before, after] = [fit(fitInput(alone)), fit(fitInput(drafted))];
    assert.ok(Math.abs(after.weightsGiBPerGpu - before.weightsGiBPerGpu - weightsGiB) < 0.1);
    // Its KV cache holds the same tokens; its table of positions is loaded beside its weights.
    assert.ok(after.kvBytesPerToken > before.kvBytesPerToken);
  });

  it("is named in a warning where its size is not known", () => {
    const problems = releaseProblems({
      "flags/speculative-config": { value: { model: "acme/draft", revision: REVISION }, reason: "x" },
    });
    assert.match(
      problems.join("\n"),
      /warning .*speculative-config: the size of acme\/draft is not known, so fit, disk and time to start/,
    );
  });
});
