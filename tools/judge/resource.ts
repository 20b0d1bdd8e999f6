import type { PolicyInput } from "../policyRunner.js";

/** A resource to judge. */
export interface FoundResource extends PolicyInput {
  /** How a report names it: `namespace/name` of a Kubernetes object that states its namespace, else its name. */
  shown: string;
  /** File, or `standard input`. */
  file: string;
  /** Where it begins in the file. */
  line: number;
}

/** A resource before it has a URN that no other has. */
export type UnnamedResource = Pick<FoundResource, "type" | "name" | "props" | "shown" | "line"> &
  Partial<Pick<FoundResource, "urn" | "parent">>;
