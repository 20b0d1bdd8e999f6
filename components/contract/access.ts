/** The shape of `vllm:access`. */
import { z } from "zod";
import { cidr, dnsLabel } from "../config/schemas.js";

export const accessSchema = z
  .strictObject({
    clientNamespaces: z
      .array(dnsLabel)
      .min(1)
      .optional()
      .describe("Namespaces whose pods may send requests; default: the models' own"),
    egressCidrs: z
      .array(cidr)
      .optional()
      .describe(
        "Address ranges that pods may reach by HTTPS, for weights; default: all but private and link-local ones",
      ),
  })
  .describe("Who may send requests to the models, and where models may connect to");

/** Who may send requests to the models, and where models may connect to. */
export type Access = z.infer<typeof accessSchema>;
