/** The shape of a model's `route`: which release has which share of its requests. */
import { z } from "zod";
import { positiveInt, reason } from "../config/schemas.js";

/** No dash, so that `<model>-<release>` can be read back. */
export const RELEASE_NAME = /^[a-z][a-z0-9]{0,11}$/;

const releaseName = z
  .string()
  .regex(RELEASE_NAME, "is not a release name: use a letter, then up to 11 letters and digits, such as r1");

const share = z.number().min(0).max(1);
const ratio = z.number().positive();

/** What `npm run release -- next` refuses beyond. */
export const boundsSchema = z
  .strictObject({
    errorShare: share.default(0.005).describe("Share of requests that fail, at most this much above the stable one's"),
    refusalShare: share
      .default(0.01)
      .describe("Share of requests that are refused as too many, at most this much above the stable one's"),
    invalidJsonShare: share
      .default(0.01)
      .describe(
        "Share of answers asked for as JSON that are none, at most this much above the stable one's; needs vllm:gateway",
      ),
    ttftRatio: ratio.default(1.2).describe("p95 of the time to first token, at most this many times the stable one's"),
    itlRatio: ratio.default(1.2).describe("p95 of the time between tokens, at most this many times the stable one's"),
    tokensRatio: z
      .number()
      .gt(0)
      .max(1)
      .default(0.9)
      .describe("Tokens a second of a request, at least this share of the stable one's"),
    confidence: z
      .number()
      .min(0.8)
      .max(0.999)
      .default(0.95)
      .describe("How sure each comparison has to be, of one side; more takes more requests"),
    windowMinutes: positiveInt.max(10_080).default(60).describe("Minutes that are compared, up to now"),
  })
  .describe("How much worse than the stable release a canary may be, for the next step to be taken");
export type ReleaseBounds = z.infer<typeof boundsSchema>;

const canarySchema = z
  .strictObject({
    release: releaseName.describe("Release that may become the stable one"),
    weight: z
      .int()
      .min(0)
      .max(99)
      .describe("Percent of the model's requests; 0: those alone that name it by the header x-release"),
    bounds: boundsSchema.prefault({}),
  })
  .describe("Release with a share of the requests, as docs/releases.md has it");

const shadowSchema = z
  .strictObject({
    release: releaseName.describe("Release that gets copies"),
    percent: z.int().min(0).max(100).describe("Percent of the model's requests"),
  })
  .describe("Release that gets copies of requests; its answers reach nobody");

export const routeSchema = z
  .strictObject({
    stable: releaseName.describe("Release that the model's Service routes to"),
    canary: canarySchema.optional(),
    shadow: shadowSchema.optional(),
    previous: releaseName
      .optional()
      .describe(
        "Release that was stable before; it keeps the replicas that the whole load needs, so that the way back waits for none",
      ),
    reason: reason.optional().describe("Why the last step was taken against the comparison"),
  })
  .describe("Which releases have requests; npm run release edits it");
export type RouteConfig = z.infer<typeof routeSchema>;
