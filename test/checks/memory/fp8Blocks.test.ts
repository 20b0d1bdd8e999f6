import assert from "node:assert/strict";

import { checkFp8Blocks, type Fp8Split } from "../../../components/checks/memory/fp8Blocks.js";
import { formatProblem } from "../../../components/config/problems.js";

const problems = (changes: Partial<Fp8Split> = {}): string[] =>
  checkFp8Blocks(
    {
      architecture: { intermediateSize: 768, fp8BlockSize: 128 },
      isPublished: true,
      gpus: 4,
      isExpertParallel: false,
      ...changes,
    },
    "gpu.count",
  ).map(formatProblem);

describe("checkFp8Blocks", () => {
  it("refuses to cut a block, and names the counts that cut none", () => {
    assert.deepEqual(problems(), [
      "gpu.count: 4 GPUs split a width of 768 into parts of 192, no multiple of the fp8 blocks of 128, which vLLM refuses: use 1 or 2, or the flag enable-expert-parallel for a mixture of experts",
    ]);
  });

  for (const [what, changes] of Object.entries<Partial<Fp8Split>>({
    "a count that cuts none": { gpus: 2 },
    "one GPU": { gpus: 1 },
    "experts that stay whole": { isExpertParallel: true },
    "weights that vLLM quantises itself": { isPublished: false },
    "blocks of another size": { architecture: { intermediateSize: 768, fp8BlockSize: 64 } },
  })) {
    it(`takes ${what}`, () => assert.deepEqual(problems(changes), []));
  }

  it("warns where the size of the blocks is not known, and the usual one would be cut", () => {
    assert.match(
      problems({ architecture: { intermediateSize: 768 } })[0]!,
      /^gpu\.count: .*state architecture\.fp8BlockSize/,
    );
    assert.deepEqual(problems({ architecture: { intermediateSize: 1024 } }), []);
  });
});
