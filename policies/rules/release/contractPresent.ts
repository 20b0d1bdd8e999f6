import { createHash } from "node:crypto";

import { parseImage } from "../../../components/config/image.js";
import { quote } from "../../../components/config/problems.js";
import { ANNOTATIONS } from "../../../components/vocabulary/labels.js";
import { contractOf } from "../../engine/contract.js";
import { flagsOf, lastFlag } from "../../engine/flags.js";
import { isRuntime, runtimesOf, type VllmContainer } from "../../engine/runtimes.js";
import { modelOf } from "../../engine/model.js";
import { PATH } from "../../engine/sources.js";
import { all } from "../../read/unknown.js";
import { at, text } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";

/** Digits of the hash that the annotation has; the whole hash says the same. */
const HASH_DIGITS = 16;

export const contractPresent = wholePodRule(
  {
    name: "contract-present",
    description: "A vLLM runtime carries its contract as an annotation that is true, with a hash that matches.",
    why: "The annotation tells whoever is on call which model, revision, image and flags are live; a hash that differs means that somebody edited it by hand.",
    remediationSteps: `Deploy it with VllmRuntime, or set ${ANNOTATIONS.contract} and ${ANNOTATIONS.contractHash} on the workload or its pods.`,
    equalForms:
      'Both annotations may be on the pods or on the object that makes them. The contract names its model as `{"model": {"id": …}}` or `{"model": …}`. The model, revision and image that it states have to be those of the container; `docker.io/` and `library/` may be left out, and so may a tag beside a digest. The hash may have its first 16 digits or all. A model that is loaded from a path is not compared.',
    severity: "low",
    enforcementLevel: "advisory",
  },
  (workload, report) => {
    if (!isRuntime(workload)) return;
    const annotation = workload.annotation(ANNOTATIONS.contract);
    if (annotation === undefined) return report(`annotation ${ANNOTATIONS.contract} is missing`);
    const contract = contractOf(workload);
    if (contract === undefined) return report(`annotation ${ANNOTATIONS.contract} is no JSON`);
    all(
      () => judgeHash(annotation, workload.annotation(ANNOTATIONS.contractHash), report),
      () => judgeContract(contract, [...runtimesOf(workload)], report),
    );
  },
);

function judgeHash(annotation: string, hash: string | undefined, report: (message: string) => void): void {
  const allDigits = createHash("sha256").update(annotation).digest("hex");
  const expected = allDigits.slice(0, HASH_DIGITS);
  if (hash === undefined) return report(`annotation ${ANNOTATIONS.contractHash} is missing: set it to "${expected}"`);
  if (hash !== expected && hash !== allDigits) {
    report(
      `annotation ${ANNOTATIONS.contractHash} is ${quote(hash)}, the contract's is "${expected}": deploy it again`,
    );
  }
}

function judgeContract(contract: unknown, runtimes: readonly VllmContainer[], report: (message: string) => void): void {
  const model = text(at(contract, "model")) ?? text(at(contract, "model", "id"));
  if (model === undefined || model === "") {
    return report(`annotation ${ANNOTATIONS.contract} names no model: write {"model": {"id": …, "revision": …}, …}`);
  }
  const differences = runtimes.map((runtime) => differencesOf(contract, model, runtime));
  // A pod may run another engine beside the one that the contract is for.
  if (differences.some((found) => found.length === 0)) return;
  for (const difference of differences[0] ?? []) {
    report(`annotation ${ANNOTATIONS.contract} ${difference}: state what runs, or deploy what it states`);
  }
}

/** What the container does otherwise than the contract says. */
function differencesOf(contract: unknown, model: string, { container, args }: VllmContainer): string[] {
  const flags = flagsOf(args);
  const served = modelOf(args, flags);
  const revision = text(at(contract, "model", "revision"));
  const loaded = lastFlag(flags, "revision")?.values[0];
  const image = text(at(contract, "image"));
  const { where } = container;
  return [
    ...(served === undefined || served === model || PATH.test(served)
      ? []
      : [`has the model ${quote(model)}, ${where} serves ${quote(served)}`]),
    ...(revision === undefined || loaded === undefined || revision === loaded
      ? []
      : [`has the revision ${quote(revision)}, ${where} loads ${quote(loaded)}`]),
    ...(image === undefined || isSameImage(image, container.image ?? "")
      ? []
      : [`has the image ${whole(image)}, ${where} runs ${whole(container.image ?? "")}`]),
  ];
}

/** An image in full: two may differ in their last digit. */
function whole(image: string): string {
  return parseImage(image) === undefined ? quote(image) : `"${image}"`;
}

function isSameImage(one: string, other: string): boolean {
  const [a, b] = [parseImage(one), parseImage(other)];
  if (a === undefined || b === undefined) return one === other;
  if (a.registry !== b.registry || a.repository !== b.repository) return false;
  return a.digest !== undefined && b.digest !== undefined ? a.digest === b.digest : a.tag === b.tag;
}
