/** Service levels of a model: what its users may expect. */
import { z } from "zod";

/** What is wrong with a share that has to be met; `undefined` where nothing is. */
function wrongTarget(share: number): string | undefined {
  if (share === 1) return "leaves no error at all to spend, so that nothing could be measured: use less, such as 0.999";
  if (share > 1 && share < 100) return `is above 1: write percent as a share, such as ${share / 100} for ${share} %`;
  return share > 0 && share < 1 ? undefined : "is no share: use more than 0 and less than 1, such as 0.99";
}

const target = z.number().superRefine((share, context) => {
  const message = wrongTarget(share);
  if (message !== undefined) context.addIssue({ code: "custom", message, input: share });
});

function latencySchema(counted: string) {
  return z.strictObject({
    seconds: z.number().positive().describe("The objective, on an edge of the metric's buckets"),
    target: target.describe(`Share of ${counted} within it, such as 0.99`),
  });
}

export const sloSchema = z
  .strictObject({
    ttft: latencySchema("the requests whose first token has to be").optional().describe("Time to the first token"),
    interTokenLatency: latencySchema("the tokens that have to come")
      .optional()
      .describe("Time from one token to the next"),
    availability: target.optional().describe("Share of the requests that have to be answered without a 5xx"),
  })
  .refine((slo) => Object.keys(slo).length > 0, { error: "is empty: state ttft, interTokenLatency or availability" })
  .describe("Service levels");
export type SloConfig = z.infer<typeof sloSchema>;
