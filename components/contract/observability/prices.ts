/** What machines and tokens cost. */
import { z } from "zod";

/**
 * Output tokens cost more GPU time than input tokens: DeepSeek's nodes of 8 H800, apart for the two, read 73,700 tokens a second and
 * wrote 14,800, which is 5.0 (deepseek-ai/open-infra-index, 202502OpenSourceWeek/day_6_one_more_thing_deepseekV3R1_inference_system_overview.md,
 * read 2026-11-26).
 */
const OUTPUT_TOKEN_WEIGHT = 5;

export const pricesSchema = z
  .strictObject({
    hourlyUsd: z
      .record(z.string(), z.number().min(0))
      .default({})
      .describe(
        "What you pay for a machine, in dollars an hour, by its name in instanceTypes; default: the price table, on demand, us-east-1",
      ),
    spotShare: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe("Price of a spot node as a share of the price on demand; 1, the default, is an upper bound"),
    outputTokenWeight: z
      .number()
      .positive()
      .default(OUTPUT_TOKEN_WEIGHT)
      .describe("What an output token costs, in input tokens: it splits dollars between the two"),
  })
  .prefault({})
  .describe("Prices that costs are reckoned by");
export type PricesConfig = z.infer<typeof pricesSchema>;
