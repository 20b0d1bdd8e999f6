/** Generated files: written, or compared with the existing ones. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as prettier from "prettier";
import { rules } from "../../policies/rules/index.js";
import { policyReference } from "../policyReference.js";
import { previewJsonSchema } from "../preview/schema.js";
import { configurationReference } from "./configuration.js";
import { stackFileSchema } from "./schema.js";

/** Content by path within the project. */
function contents(): Record<string, string> {
  return {
    "docs/stack-config.schema.json": JSON.stringify(stackFileSchema()),
    "docs/preview.schema.json": JSON.stringify(previewJsonSchema()),
    "docs/configuration.md": configurationReference(),
    "docs/policies.md": policyReference(rules),
  };
}

/** Writes the files that differ, unless `check` is set. @returns their paths */
export async function generate(folder: string, check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, content] of Object.entries(contents())) {
    const file = join(folder, path);
    const options = await prettier.resolveConfig(file);
    const formatted = await prettier.format(content, { ...options, filepath: file });
    if (existsSync(file) && readFileSync(file, "utf8") === formatted) continue;
    stale.push(path);
    if (!check) writeFileSync(file, formatted);
  }
  return stale;
}
