/** The load that a model is expected to have. */
import { z } from "zod";

const rate = z.number().min(0);

export const loadSchema = z
  .strictObject({
    inputTokensPerSecond: rate.describe("Tokens of prompts, of all replicas together"),
    outputTokensPerSecond: rate
      .default(0)
      .describe("Tokens that are generated, of all replicas together; 0 for embeddings"),
    replicas: z
      .number()
      .positive()
      .optional()
      .describe("Replicas that take it, on average and as measured; default: from the fewest to the most"),
  })
  .refine(({ inputTokensPerSecond, outputTokensPerSecond }) => inputTokensPerSecond + outputTokensPerSecond > 0, {
    error: "has no tokens: give a load above 0, or leave it out",
  })
  .describe("Expected load, on average over a day; npm run preview shows what a million tokens cost at it");
export type LoadConfig = z.infer<typeof loadSchema>;
