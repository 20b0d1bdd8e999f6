/**
 * Models that KServe downloads before the engine starts, which then finds them in a folder.
 * Source: https://github.com/kserve/kserve, pkg/apis/serving/v1alpha2/llm_inference_service_types.go and
 * python/storage/kserve_storage/kserve_storage.py (_download_hf), read 2026-11-26
 */
import type { KubernetesObject } from "../objects/objects.js";
import { type Path, pathText, reach } from "../objects/path.js";
import { kindOf, type Resource } from "../read/kinds.js";
import { each } from "../read/unknown.js";
import { list, text } from "../read/values.js";

const GROUP = "serving.kserve.io";
const FOLDER = /^\/mnt\/models(\/|$)/;
const MODELS: readonly Path[] = [
  ["spec", "model", "uri"],
  ["spec", "predictor", "model", "storageUri"],
];
const ADAPTERS: Path = ["spec", "model", "lora", "adapters"];
/** `hf://owner/model`, with a revision behind a colon. */
const HUB = /^hf:\/\/[^:]+(?::(?<revision>.*))?$/;

/** True for the folder that KServe fills: its name says nothing of the model's commit. */
export function isFilledByKserve(model: string, object: KubernetesObject): boolean {
  return object.group === GROUP && FOLDER.test(model);
}

/** Calls back with each of the hub's models that an object of KServe's has downloaded, and its revision. */
export function hubModels(
  resource: Resource,
  found: (model: { where: string; uri: string; revision: string | undefined }) => void,
): void {
  if (kindOf(resource.type)?.group !== GROUP) return;
  const adapters = list(reach(resource.props, ADAPTERS)).map((_, index) => [...ADAPTERS, index, "uri"]);
  each([...MODELS, ...adapters], (path) => {
    const uri = text(reach(resource.props, path)) ?? "";
    const groups = HUB.exec(uri)?.groups;
    if (groups !== undefined) found({ where: pathText(path), uri, revision: groups["revision"] });
  });
}
