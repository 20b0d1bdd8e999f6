/** What may be spent. */
import { z } from "zod";

const usd = z.number().positive();

export const budgetsSchema = z
  .strictObject({
    usdPerDay: usd.optional().describe("Of all that the stack runs, in dollars a day; default: no budget"),
    models: z.record(z.string(), usd).default({}).describe("Of a model, in dollars a day, by the model's name"),
  })
  .prefault({})
  .describe("Budgets, each with an alert");
export type BudgetsConfig = z.infer<typeof budgetsSchema>;
