/** Refusals in the shape of OpenAI's errors. */
import assert from "node:assert/strict";
import type { Answer } from "./door.js";

/** The body of a refusal. */
export interface Refusal {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Status, type, code and parameter of a refusal. @throws AssertionError when it has another shape */
export function refusal({ status, text: body, headers }: Answer): [number, string, string, string | null] {
  assert.equal(headers["content-type"], "application/json");
  const { error } = JSON.parse(body) as Refusal;
  assert.notEqual(error.message, "");
  return [status, error.type, error.code, error.param];
}

export const INVALID = "invalid_request_error";
export const NOT_FOUND = [404, INVALID, "model_not_found", "model"];
