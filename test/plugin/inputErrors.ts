import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

/** What is wrong with a component's inputs, a line each, as it throws it to the engine. */
export function inputErrors(thrown: unknown): string[] {
  assert.ok(pulumi.InputPropertiesError.isInstance(thrown), String(thrown));
  return thrown.errors.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
}
