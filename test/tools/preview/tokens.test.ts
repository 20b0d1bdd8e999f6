import assert from "node:assert/strict";

import { previewMarkdown } from "../../../tools/preview/markdown.js";
import { previewPage } from "../../../tools/preview/html.js";
import { stackText } from "../../../tools/preview/text.js";
import { servedModel } from "../../serving/fixtures.js";
import { reportOf } from "../reports.js";

/** g6.xlarge, us-east-1, on demand. */
const SMALL = 0.8048;
const LOAD = { inputTokensPerSecond: 2000, outputTokensPerSecond: 400 };

const chat = (load: object | undefined, more: object = {}) => ({
  models: { chat: { autoscaling: { min: 1, max: 3 }, ...(load !== undefined && { load }), ...more } },
});

async function tokensOf(load: object, more: object = {}, rest: object = {}) {
  const { releases } = await reportOf({ ...chat(load, more), ...rest });
  return releases[0]!.tokens;
}

describe("dollars a million tokens in the preview", () => {
  it("are those of the fewest and of the most replicas, an output token as five of input", async () => {
    // 2000 + 5 × 400 = 4000 tokens a second.
    const million = (replicas: number): number => Number(((1e6 * replicas * SMALL) / (4000 * 3600)).toFixed(4));
    const output = (replicas: number): number => Number(((5e6 * replicas * SMALL) / (4000 * 3600)).toFixed(4));
    assert.deepEqual(await tokensOf(LOAD), {
      ...LOAD,
      replicas: { min: 1, max: 3 },
      perMillionUsd: {
        input: { minUsd: million(1), maxUsd: million(3) },
        output: { minUsd: output(1), maxUsd: output(3) },
      },
    });
  });

  it("are one figure where the replicas of the load are stated, warm spares included", async () => {
    const tokens = await tokensOf({ ...LOAD, replicas: 1.5 }, { warmSpares: 1 });
    const input = Number(((1e6 * 2.5 * SMALL) / (4000 * 3600)).toFixed(4));
    assert.deepEqual(tokens?.perMillionUsd.input, { minUsd: input, maxUsd: input });
    assert.deepEqual(tokens?.replicas, { min: 1.5, max: 1.5 });
  });

  it("go by the prices and the weight that the config states", async () => {
    const prices = { hourlyUsd: { "g6.xlarge": 0.36 }, outputTokenWeight: 1 };
    const gpuNodes = { pool: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.xlarge"], max: 4 } };
    const rest = { observability: { prices }, cluster: { existing: { gpuNodes } } };
    const tokens = await tokensOf({ inputTokensPerSecond: 600, outputTokensPerSecond: 400, replicas: 1 }, {}, rest);
    assert.deepEqual(tokens?.perMillionUsd, {
      input: { minUsd: 0.1, maxUsd: 0.1 },
      output: { minUsd: 0.1, maxUsd: 0.1 },
    });
  });

  it("are none of output where there is none, and none at all where no load is stated", async () => {
    assert.deepEqual(Object.keys((await tokensOf({ inputTokensPerSecond: 600 }))!.perMillionUsd), ["input"]);
    const silent = await reportOf(chat(undefined));
    assert.equal(silent.releases[0]!.tokens, undefined);
    for (const text of [stackText(silent), previewMarkdown([silent], undefined), previewPage([silent], undefined)]) {
      assert.doesNotMatch(text, /million/i);
    }
  });

  it("stand in the text, in the comment and on the page", async () => {
    const report = await reportOf(chat(LOAD));
    assert.match(stackText(report), /chat +r1 +2,000 +400 +1–3 +\$0\.0559–\$0\.1677 +\$0\.28–\$0\.84/);
    assert.match(
      previewMarkdown([report], undefined),
      /\| <code>chat&#45;r1<\/code> \| 2,000 \| 400 \| 1–3 \| \$0\.0559–\$0\.1677 \| \$0\.28–\$0\.84 \|/,
    );
    assert.match(
      previewPage([report], undefined),
      /<dt>A million tokens<\/dt><dd>\$0\.0559–\$0\.1677 input, \$0\.28–\$0\.84 output <small>at 2,000 in and 400 out a second, 1–3 replicas/,
    );
  });
});

describe("a model's load", () => {
  it("has tokens, and replicas that the model can have", () => {
    const none = { inputTokensPerSecond: 0 };
    assert.throws(() => servedModel({ load: none }), /vllm:models\.chat\.load: .*has no tokens: give a load above 0/);
    assert.throws(
      () => servedModel({ autoscaling: { min: 1, max: 3 }, load: { ...LOAD, replicas: 4 } }),
      /vllm:models\.chat\.load\.replicas: 4 is not among the model's replicas: use 1 to 3/,
    );
  });
});
