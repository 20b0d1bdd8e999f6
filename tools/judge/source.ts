/** The line of what is at a path: keys of objects, places in lists. */
export type LineOf = (...path: readonly (string | number)[]) => number;

/** One value of a text: all of a JSON file, or a document of a YAML file. */
export interface SourceDocument {
  value: unknown;
  /** The line on which a part of the value begins: the whole, or an item of a list near its top. */
  lineOf: LineOf;
}
