/** A model by its config.json. */
import { versionNamed } from "../../components/facts/vllm/versions.js";
import { checkArchitectures } from "../../components/fit/configJson/architectures.js";
import { readConfigJson, type ReadOptions } from "../../components/fit/configJson/read.js";
import { BadInput } from "../failure.js";
import { type AskedModel, promptsOf } from "./askedModel.js";

/** How a config.json is read, and for which version of vLLM. */
export interface Reading extends Pick<ReadOptions, "task" | "modelType"> {
  /** @default of any version */
  version?: string;
}

/**
 * @param name of the model, and of the file in messages @param source where the text is from
 * @throws BadInput with every problem of the file
 */
export function fromConfig(text: string, name: string, source: string, { version, ...options }: Reading): AskedModel {
  const read = readConfigJson(text, { path: name, ...options });
  if (Array.isArray(read)) throw new BadInput(read);
  const { architecture, precision, task, notRead, architectures } = read;
  const unknown = checkArchitectures(architectures, versionNamed(version), `${name}: architectures`);
  if (unknown.length > 0) throw new BadInput(unknown);
  return { name, architecture, precision, source, notRead, ...promptsOf(task, architecture) };
}
