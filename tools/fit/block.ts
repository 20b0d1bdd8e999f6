/** A model's shape as the block that a release of the stack config takes. */
import { stringify } from "yaml";
import { printable } from "../../components/config/printable.js";
import type { AskedModel } from "./askedModel.js";

/** `model.architecture` as YAML, to be pasted below `model:`. */
export function architectureBlock({ architecture, precision, source }: AskedModel): string {
  return `# From ${printable(source)}\n${stringify({ architecture: { ...architecture, precision } }).trimEnd()}`;
}
