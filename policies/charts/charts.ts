/** Charts that a resource installs. */
import { type Path, placesOf, reach } from "../objects/path.js";
import { kindOf, type Resource } from "../read/kinds.js";
import { placeholderOr } from "../read/unknown.js";
import { text } from "../read/values.js";
import { chartKindOf, PATH_SOURCES } from "./kinds.js";

/** One chart; each field is read when it is asked for. */
export interface InstalledChart {
  /** Where it is stated in the resource, for messages; empty for a kind that installs one. */
  readonly path: Path;
  /** Name, path or address. */
  readonly chart: string;
  readonly version: unknown;
  readonly digest: string | undefined;
  /** A placeholder where it is not known yet: that there is one tells enough. */
  readonly repository: string | undefined;
  /** True where the chart is a path in a source with a revision of its own, such as Flux' GitRepository. */
  readonly isInSource: boolean;
}

/** The charts that a resource names; a manifest of a chart's own archive, or one that refers to another object, names none. */
export function chartsOf({ type, props }: Pick<Resource, "type" | "props">): InstalledChart[] {
  const { group = "", kind = "" } = kindOf(type) ?? {};
  const row = chartKindOf(group, kind);
  if (row === undefined) return [];
  return row.at
    .flatMap((pattern) => placesOf(props, pattern))
    .flatMap((base): InstalledChart[] => {
      const read = (paths: readonly Path[]): unknown => {
        for (const path of paths) {
          const found = reach(props, [...base, ...path]);
          if (found !== undefined && found !== null) return found;
        }
        return undefined;
      };
      const chart = text(read(row.chart));
      if (chart === undefined || chart === "") return [];
      return [
        {
          path: row.at.length > 1 ? base : [],
          chart,
          get version() {
            return read(row.version);
          },
          get digest() {
            return row.digest && text(read([row.digest]));
          },
          get repository() {
            return placeholderOr(() => text(read(row.repository ?? [])));
          },
          get isInSource() {
            return row.sourceKind !== undefined && PATH_SOURCES.includes(text(read([row.sourceKind])) ?? "");
          },
        },
      ];
    });
}
