/** A text taken apart into the values in it. */
import { parseJson } from "./json.js";
import { parseKubernetesYaml } from "./kubernetesYaml.js";
import type { SourceDocument } from "./source.js";

/**
 * JSON is YAML, too, but this reader takes a tenth of the time, and lists of any length.
 *
 * @param name of the file, for messages
 * @throws ContractError with every error's place
 */
export function documentsOf(text: string, name: string): SourceDocument[] {
  const json = /^\s*[{[]/.test(text) ? parseJson(text, name) : undefined;
  return json === undefined ? parseKubernetesYaml(text, name) : [json];
}
