import assert from "node:assert/strict";
import { expectedStart } from "../../components/derive/coldStart.js";
import { CLAIM, cacheOf, contract } from "../contract/fixtures.js";

const EFS = cacheOf({ kind: "efs", compile: true, prePull: true });
const eager = contract({ flags: { "enforce-eager": { value: true, reason: "a test" } } });
const near = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 1e-6, String(actual));

describe("the expected start", () => {
  const plan = contract();

  it("without a cache pulls the image, downloads the weights and compiles", () => {
    const { parts, totalSeconds, fillSeconds } = expectedStart(plan, undefined);
    assert.deepEqual(
      { ...parts, weights: 0 },
      { image: 170, process: 24, weights: 0, compile: 53, graphs: 17, engine: 10 },
    );
    near(parts.weights, plan.weightsGiB / 0.48);
    near(totalSeconds, 274 + parts.weights);
    assert.equal(fillSeconds, undefined);
    assert.deepEqual(expectedStart(plan, cacheOf({ kind: "none", reason: "a test" })).parts, parts);
  });

  it("with one reads at its rate, and waits for its first fill once", () => {
    const { parts, fillSeconds } = expectedStart(plan, EFS);
    near(parts.weights, plan.weightsGiB / 0.49);
    near(fillSeconds!, plan.weightsGiB / 0.48);
    const lustre = cacheOf({ kind: "fsx-lustre", sizeGiB: 4800, mbPerSecondPerTiB: 1000 });
    const streamed = cacheOf({ kind: "s3", bucket: "weights", region: "eu-central-1", read: "stream" });
    assert.ok(expectedStart(plan, lustre).parts.weights < parts.weights / 5);
    near(expectedStart(plan, streamed).parts.weights, plan.weightsGiB / 1.4);
  });

  it("neither pulls nor compiles what was pulled before and is kept", () => {
    assert.deepEqual([expectedStart(plan, EFS).parts.image, expectedStart(plan, EFS).parts.compile], [0, 6]);
    assert.deepEqual([expectedStart(plan, CLAIM).parts.image, expectedStart(plan, CLAIM).parts.compile], [170, 53]);
  });

  it("compiles longer for larger weights, as far as it is known how long", () => {
    const compile = (weightsGiB: number): number => expectedStart({ ...plan, weightsGiB }, undefined).parts.compile;
    const gib = (gb: number): number => (gb * 1e9) / 2 ** 30;
    assert.deepEqual([1, gib(60), gib(2000)].map(compile), [53, 53, 80]);
    near(compile(gib(100)), 56.5);
    near(compile(gib(390)), 70);
  });

  it("has neither compilation nor graphs where the engine is eager", () => {
    const { compile, graphs } = expectedStart(eager, undefined).parts;
    assert.deepEqual([compile, graphs], [0, 0]);
  });

  it("takes a model from its own source, whatever the cache is", () => {
    const of = (source: object) => ({ ...plan, artifacts: [{ ...plan.artifacts[0]!, source }] });
    const onClaim = expectedStart(of({ claim: { name: "w", path: "m" } }), EFS);
    near(onClaim.parts.weights, plan.weightsGiB / 0.29);
    assert.equal(onClaim.fillSeconds, undefined);
    const asImage = expectedStart(of({ image: "r/w:1@sha256:00" }), undefined).parts.weights;
    near(asImage, (plan.weightsGiB * 2 ** 30 * 300) / 17.5e9);
  });
});
