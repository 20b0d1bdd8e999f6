import assert from "node:assert/strict";

import { checkGpuType, checkGpuTypes, checkSliceCount } from "../../../components/checks/nodes/gpuTypes.js";
import { formatProblem } from "../../../components/config/problems.js";
import { gpuTypesOf } from "../../../components/derive/nodes/gpuTypes.js";
import { resolveModels } from "../../../components/checks/resolve.js";
import { modelConfig } from "../../serving/fixtures.js";

const whole = { memoryGiB: 22.2, computeCapability: 8.6, resource: "nvidia.com/gpu" };
const OWN = gpuTypesOf({
  a10x: whole,
  "a100-1g": { memoryGiB: 9.5, computeCapability: 8, resource: "nvidia.com/mig-1g.10gb" },
});

const lines = (problems: Parameters<typeof formatProblem>[0][]): string[] => problems.map(formatProblem);

/** Problems of the chat model on a GPU, with the config's own types known. */
function problemsOn(gpu: object, release: object = {}): string[] {
  const model = modelConfig({ releases: { r1: { gpu, ...release } } });
  return lines(resolveModels({ chat: model }, "models", OWN).problems);
}

describe("checkGpuTypes", () => {
  it("takes types that the table lacks, and slices by their own resource", () => {
    assert.deepEqual(checkGpuTypes({ a10x: whole }, "gpuTypes"), []);
    assert.deepEqual(checkGpuTypes(undefined, "gpuTypes"), []);
  });

  it("refuses to describe a type of the table anew", () => {
    assert.match(
      lines(checkGpuTypes({ l4: whole }, "gpuTypes"))[0]!,
      /gpuTypes\.l4: "l4" is in this project's table already/,
    );
  });

  it("refuses GPUs that pods use in turn, since their memory is nobody's own", () => {
    const slice = { ...whole, resource: "nvidia.com/mig-1g.5gb.shared" };
    assert.match(lines(checkGpuTypes({ slice }, "gpuTypes"))[0]!, /several pods use in turn/);
    const problems = lines(checkGpuTypes({ half: { ...whole, resource: "nvidia.com/gpu.shared" } }, "gpuTypes"));
    assert.match(
      problems[0]!,
      /gpuTypes\.half\.resource: nvidia\.com\/gpu\.shared is a GPU that several pods use in turn/,
    );
  });
});

describe("a release's GPU type", () => {
  it("may be one of the config's own: the fit goes by its memory", () => {
    assert.deepEqual(problemsOn({ type: "a10x" }), []);
    assert.match(problemsOn({ type: "a100-1g" })[0]!, /does not fit on 1 × a100-1g: 15\.3 GiB of bf16 weights/);
  });

  it("names what is known where it is not", () => {
    const [problem] = problemsOn({ type: "a10y" });
    assert.match(problem!, /gpu\.type: "a10y" is no GPU type that is known; did you mean .*a10x/);
    assert.match(problem!, /or describe it once in gpuTypes by its memoryGiB and computeCapability/);
    assert.deepEqual(checkGpuType("l4", OWN, "gpu"), []);
  });

  it("refuses several slices, since CUDA shows a process one", () => {
    assert.match(
      problemsOn({ type: "a100-1g", count: 2 }).join("\n"),
      /gpu\.count: 2 slices of GPUs cannot run one model.*use 1/,
    );
    assert.deepEqual(checkSliceCount("nvidia.com/gpu", 8, "count"), []);
  });
});
