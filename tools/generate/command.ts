/** Generated files: written, or compared with the existing ones. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as prettier from "prettier";
import { rules } from "../../policies/rules/index.js";
import { docsPlot } from "../fit/docsPlot.js";
import { policyReference } from "../policyReference.js";
import { previewJsonSchema } from "../preview/schema.js";
import { CATALOGUE, catalogueJson, makeRows } from "../models/catalogue.js";
import { alertsReference } from "./alerts.js";
import { configurationReference } from "./configuration.js";
import { stackFileSchema } from "./schema.js";

/** Content by path within the project. */
function contents(folder: string): Record<string, string> {
  const models = makeRows(folder);
  return {
    [CATALOGUE]: catalogueJson(models),
    "docs/stack-config.schema.json": JSON.stringify(stackFileSchema()),
    "docs/preview.schema.json": JSON.stringify(previewJsonSchema()),
    "docs/configuration.md": configurationReference(models),
    "docs/alerts.md": alertsReference(),
    "docs/policies.md": policyReference(rules),
    "docs/fit.svg": docsPlot(),
  };
}

/** Writes the files that differ, unless `check` is set. @returns their paths */
export async function generate(folder: string, check: boolean): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, content] of Object.entries(contents(folder))) {
    const file = join(folder, path);
    const formatted = await formattedFor(file, content, join(folder, ".prettierignore"));
    if (existsSync(file) && readFileSync(file, "utf8") === formatted) continue;
    stale.push(path);
    if (!check) writeFileSync(file, formatted);
  }
  return stale;
}

/** As Prettier would have it in its place; what it is told to leave alone, and pictures, stay as they are. */
async function formattedFor(file: string, content: string, ignorePath: string): Promise<string> {
  const { ignored, inferredParser } = await prettier.getFileInfo(file, { ignorePath });
  if (ignored || inferredParser === null) return content;
  return prettier.format(content, { ...(await prettier.resolveConfig(file)), filepath: file });
}
