/** The shape of `vllm:gateway.protection`: bounds of every request. */
import { z } from "zod";
import { positiveInt } from "../../config/schemas.js";

export const protectionSchema = z
  .strictObject({
    bodyMiB: z.number().positive().max(64).default(8).describe("Largest request body; beyond it: 413"),
    promptBytes: positiveInt
      .optional()
      .describe(
        "Largest request body of one model in bytes, whatever its tokens are; default: 16 for each token of its context",
      ),
    maxTokens: positiveInt
      .optional()
      .describe("Most completion tokens that a request may ask for; default: the model's context"),
    defaultMaxTokens: positiveInt
      .optional()
      .describe("Completion tokens of a request that names none; default: maxTokens, or what vLLM gives it"),
    choices: positiveInt.default(1).describe("Most answers a request: n, and best_of"),
    stopSequences: positiveInt.default(4).describe("Most stop sequences"),
    unsupported: z
      .array(z.string().min(1))
      .default([])
      .describe("Parameters that are refused with 400, beside those that steer the server"),
    requestSeconds: positiveInt.default(600).describe("Longest time of a request, its stream included"),
    streamIdleSeconds: positiveInt
      .optional()
      .describe(
        "Longest silence before and between tokens; an answer that is no stream is silent until it ends. Default: requestSeconds",
      ),
    retryAfterSeconds: positiveInt.default(5).describe("Retry-After of an answer 503 of a busy model"),
  })
  .describe("Bounds of every request");
export type Protection = z.infer<typeof protectionSchema>;
