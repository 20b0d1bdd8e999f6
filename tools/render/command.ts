/** `npm run render`: the manifests of a stack, in a folder. */
import { resolve } from "node:path";
import { printable } from "../../components/config/printable.js";
import { counted, formatProblem } from "../../components/config/problems.js";
import { collectStack } from "../collect.js";
import { BadInput } from "../failure.js";
import { loadStack } from "../loadStack.js";
import { leftOut, manifestFiles } from "./manifests.js";
import { writeManifests } from "./write.js";

/**
 * Renders a stack into the folder `out` of the project.
 *
 * @param managedBy value of the label app.kubernetes.io/managed-by @default kubectl
 * @param warn is given each line that is no result
 * @throws ContractError with every problem of the stack's config; BadInput when the folder cannot be written
 */
export async function render(
  project: string,
  stack: string,
  out: string,
  warn: (line: string) => void,
  managedBy?: string,
): Promise<{ text: string; exitCode: 0 }> {
  if (out.trim() === "") throw new BadInput("--out is empty: name a folder");
  const { file, config, warnings } = loadStack(project, stack);
  const resources = await collectStack(file, config);
  const files = manifestFiles(resources, stack, managedBy);
  const folder = resolve(project, out);
  writeManifests(folder, stack, files);
  const others = leftOut(resources);
  if (others.length > 0) warn(`left out, for they are no manifests: ${others.join(", ")}`);
  for (const problem of warnings) warn(`warning: ${formatProblem(problem)}`);
  const text = printable(`${counted(files.length, "file")} in ${folder}; kubectl apply --server-side -k ${out}`);
  return { text, exitCode: 0 };
}
