/** Weights that another container of the pod puts into a folder, from which the engine loads them. */
import { commandsOf } from "../commands/commands.js";
import type { Workload } from "../pods/workloads.js";
import { programIn } from "./programs.js";

const COMMIT = /(^|[^0-9a-f])[0-9a-f]{40}([^0-9a-f]|$)/;

/** True where what names the folder, such as `hf download … --local-dir`, names a commit, too. */
export function isFilledAtCommit(folder: string, workload: Workload): boolean {
  const holders = foldersAround(folder);
  return workload.containers.some((container) =>
    commandsOf(container).some((words) => {
      if (programIn(words) !== undefined) return false;
      const text = words.join(" ");
      return COMMIT.test(text) && holders.some((holder) => names(text, holder));
    }),
  );
}

/** `/models/chat` and `/models`. */
function foldersAround(folder: string): string[] {
  const parts = folder.split("/").filter((part) => part !== "");
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

/** Whether a text has the folder as a word, or within quotes, and not as the beginning of another's name. */
function names(text: string, folder: string): boolean {
  const place = text.indexOf(folder);
  if (place < 0) return false;
  const after = text.slice(place + folder.length).replace(/^\//, "");
  return !/^[\w.-]/.test(after) || names(after, folder);
}
