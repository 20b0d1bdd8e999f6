/** Where the files of a model, a tokenizer, a draft or an adapter come from, if not from the hub. */
import { z } from "zod";
import { commit, givesOne, hubId, reason } from "../config/schemas.js";
import { claimFolderSchema, s3PrefixSchema } from "./places.js";

/**
 * A source beside the hub. Each pins its files by a revision of 40 hex digits: the start of the SHA-256 of the `manifest.json` in
 * the prefix or folder, or of the image's digest.
 */
export const sourceSchema = z
  .strictObject({
    s3: s3PrefixSchema.optional().describe("Files below a prefix of a bucket, with a manifest.json"),
    claim: claimFolderSchema.optional().describe("A folder of a PersistentVolumeClaim, with a manifest.json"),
    image: z
      .string()
      .optional()
      .describe("An OCI image with the files at its root, by digest; needs image volumes (Kubernetes 1.35)"),
  })
  .refine((source) => givesOne(source, ["s3", "claim", "image"]), { error: "give one of s3, claim and image" })
  .describe("Where the files are; default: the hub");

/** A repository that a release loads beside its model. */
const artifactShape = {
  id: hubId.describe("Hugging Face id, or another name of the form organisation/name"),
  revision: commit.describe("Commit, 40 hex digits; of another source the start of its manifest's or image's SHA-256"),
  source: sourceSchema.optional(),
} as const;

export const draftSchema = z
  .strictObject(artifactShape)
  .describe("Draft model of speculative decoding; flags.speculative-config says how it drafts");

export const adapterName = z
  .string()
  .regex(/^[\w][\w.-]{0,62}$/, "is not an adapter's name: use up to 63 letters, digits and . _ -, first no dash");

export const adapterSchema = z
  .strictObject({ ...artifactShape, reason })
  .describe("A LoRA adapter, which clients ask for by its name");

/** Where files come from: the hub where there is none. */
export type Source = z.infer<typeof sourceSchema>;
export type DraftConfig = z.infer<typeof draftSchema>;
export type AdapterConfig = z.infer<typeof adapterSchema>;
