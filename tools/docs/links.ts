/** Links that lead nowhere, in the repository or in the npm package. */
import { posix } from "node:path";
import { error, type Problem } from "../../components/config/problems.js";
import { anchorsOf, linksOf } from "./markdown.js";

/** Texts by path within the project. */
export type Pages = ReadonlyMap<string, string>;

/** What links may lead to. */
export interface Targets {
  /** Whether a file or folder of the project is at a path. */
  exists: (path: string) => boolean;
  /** Files of the npm package. */
  packed: ReadonlySet<string>;
}

export function checkLinks(pages: Pages, { exists, packed }: Targets): Problem[] {
  return [...pages].flatMap(([file, text]) =>
    linksOf(file, text).flatMap(({ at, path, anchor }) => {
      const target = path === "" ? file : posix.normalize(posix.join(posix.dirname(file), path));
      const link = path + (anchor === undefined ? "" : `#${anchor}`);
      if (!exists(target)) return [error(at, `the link ${link} leads nowhere: there is no ${target}`)];
      if (packed.has(file) && !isPacked(target, packed)) {
        return [
          error(
            at,
            `the link ${link} breaks in the npm package, which has no ${target}: add it to "files" of package.json, or name it without a link`,
          ),
        ];
      }
      const page = pages.get(target);
      if (anchor === undefined || page === undefined || anchorsOf(page).has(anchor)) return [];
      return [error(at, `the link ${link} leads to no heading of ${target}`)];
    }),
  );
}

function isPacked(target: string, packed: ReadonlySet<string>): boolean {
  return packed.has(target) || [...packed].some((file) => file.startsWith(`${target}/`));
}
