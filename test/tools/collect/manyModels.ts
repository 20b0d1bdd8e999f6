/** Values of a stack with models of every kind. */
import { type Config, merged, modelConfig, releaseConfig } from "../../serving/fixtures.js";

const FLAG = { flags: { seed: { value: 1, reason: "answers that can be repeated" } } };
const VARIABLE = { env: { VLLM_LOGGING_LEVEL: { value: "DEBUG", reason: "a fault is looked for" } } };

/** `count` models that differ in class, releases, flags, variables, scaling, spares and tokens: each takes its own time to register. */
export function manyModels(count: number): Config {
  const model = (index: number): Config => {
    const release = releaseConfig({
      ...(index % 7 === 3 && FLAG),
      ...(index % 5 === 2 && VARIABLE),
      ...(index % 11 === 4 && { model: { gated: true } }),
    });
    return modelConfig({
      class: ["interactive", "batch", "experimental"][index % 3],
      releases: index % 4 === 0 ? { r1: release, r2: release } : { r1: release },
      ...(index % 4 === 1 && { autoscaling: { min: 1, max: 3 } }),
      ...(index % 9 === 3 && { warmSpares: 1 }),
    });
  };
  return {
    huggingFaceToken: "hf_token",
    models: Object.fromEntries(Array.from({ length: count }, (_, index) => [`model-${index}`, model(index)])),
  };
}

/** The same over the stack of the tests, in place of its model. */
export function manyModelsOnly(count: number, changes: Config = {}): Config {
  const values = manyModels(count);
  return merged({ ...values, models: { chat: undefined, ...(values["models"] as Config) } }, changes);
}
