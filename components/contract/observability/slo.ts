/** Service levels of a model: what its users may expect. */
import { z } from "zod";

const target = z.number().gt(0).lt(1);

const latencySchema = z.strictObject({
  seconds: z.number().positive().describe("The objective, on an edge of the metric's buckets"),
  target: target.describe("Share of the requests that have to be within it, such as 0.99"),
});

export const sloSchema = z
  .strictObject({
    ttft: latencySchema.optional().describe("Time to the first token"),
    interTokenLatency: latencySchema.optional().describe("Time between two tokens"),
    availability: target.optional().describe("Share of the requests that have to be answered without a 5xx"),
  })
  .refine((slo) => Object.keys(slo).length > 0, { error: "is empty: state ttft, interTokenLatency or availability" })
  .describe("Service levels");
export type SloConfig = z.infer<typeof sloSchema>;
