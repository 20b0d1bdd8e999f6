/** What `pulumi preview --json` prints. */
import { fields, list, text } from "../../policies/read/values.js";
import { guarded } from "../unknownValues.js";
import type { UnnamedResource } from "./resource.js";
import type { LineOf } from "./source.js";

/**
 * Steps whose resource the program registers. The engine's policies see no other: what is read or deleted is not the program's.
 * Source: pulumi 3.248.0, sdk/go/common/display/events.go (`StepOp`), read 2026-11-26.
 */
const REGISTERED: ReadonlySet<string> = new Set([
  ...["same", "create", "update", "replace", "create-replacement", "import", "import-replacement"],
]);

export function isPreview(value: unknown): boolean {
  return Array.isArray(fields(value)["steps"]);
}

/** Whether the preview ended before all resources were registered. */
export function hasFailed(preview: unknown): boolean {
  return list(fields(preview)["diagnostics"]).some((diagnostic) => fields(diagnostic)["severity"] === "error");
}

export function previewResources(preview: unknown, lineOf: LineOf): UnnamedResource[] {
  const found = list(fields(preview)["steps"]).flatMap((step, index): UnnamedResource[] => {
    const { op, urn, newState } = fields(step);
    const { type, inputs, parent } = fields(newState);
    if (typeof op !== "string" || !REGISTERED.has(op) || typeof urn !== "string" || typeof type !== "string") return [];
    const name = urn.split("::").slice(3).join("::");
    return [
      {
        type,
        name,
        urn,
        ...(text(parent) !== undefined && { parent: text(parent)! }),
        props: guarded({ ...fields(inputs) }),
        shown: name,
        line: lineOf("steps", index),
      },
    ];
  });
  // A replacement takes several steps.
  return [...new Map(found.map((resource) => [resource.urn, resource])).values()];
}
