import { CONFIGS, FACTS } from "../../../tools/models/entries.js";
import { folderWith } from "../folders.js";

/** A project with these files, by name, in the two folders of the catalogue; what is no text is written as JSON, which is YAML, too. */
export function catalogueFolder(configs: Record<string, unknown>, facts: Record<string, unknown>): string {
  const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
  const inFolder = (folder: string, files: Record<string, unknown>): Array<[string, string]> =>
    Object.entries(files).map(([name, value]) => [`${folder}/${name}`, text(value)]);
  return folderWith(Object.fromEntries([...inFolder(CONFIGS, configs), ...inFolder(FACTS, facts)]));
}
