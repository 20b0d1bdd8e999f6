/** The shape of `vllm:gateway.aliases`: names that lead to models by tier, need and size. */
import { z } from "zod";
import { dnsLabel, positiveInt } from "../../config/schemas.js";

/** What a request may need of a model, as its body shows. */
export const NEEDS = ["json", "tools", "vision"] as const;
export type Need = (typeof NEEDS)[number];

export const aliasRuleSchema = z
  .strictObject({
    tier: dnsLabel.optional().describe("Tier of the request; default: any"),
    needs: z.array(z.enum(NEEDS)).min(1).optional().describe("What the request needs, all of them; default: anything"),
    overBytes: positiveInt.optional().describe("Size of the body from which the rule holds; default: any"),
    model: z.string().min(1).describe("Key of the model"),
  })
  .describe("A way; the first that holds is taken");

export const aliasesSchema = z
  .record(
    z.string().regex(/^[\w./:][\w./:-]*$/, "is not a model name: use letters, digits and . _ - / :, first no dash"),
    z.union([z.string().min(1), z.array(aliasRuleSchema).min(1)]),
  )
  .default({})
  .describe("Other names that clients may use, such as default or fast: a model's key, or ways by tier, need and size");
export type Aliases = z.infer<typeof aliasesSchema>;
export type AliasRule = z.infer<typeof aliasRuleSchema>;
