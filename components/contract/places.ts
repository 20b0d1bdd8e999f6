/** Places outside the cluster's objects that hold files: prefixes of an S3 bucket, folders of a claim. */
import { z } from "zod";
import { objectName } from "../config/schemas.js";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = z
  .string()
  .regex(
    /^(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]$/,
    "is not the name of a bucket: use 3 to 63 lower-case letters, digits, dashes and dots",
  );

/** Segments that are neither empty nor `.` nor `..`: S3 keeps such names, and a file system does not. */
const SEGMENTS = /^(?!.*(^|\/)\.{1,2}(\/|$))[^/\0\s]+(\/[^/\0\s]+)*$/;

/** A prefix of keys, without slashes at its ends. */
export const keyPrefix = z
  .string()
  .regex(SEGMENTS, "is not a prefix: use a form such as models/qwen3, with no slash first or last, no blanks and no ..")
  .max(512);

/** A folder or file within a volume. */
export const relativePath = z
  .string()
  .regex(SEGMENTS, "is not a path within the volume: use a form such as models/qwen3, without blanks and without ..")
  .max(512);

const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "is not a region: use a form such as eu-central-1");

const endpoint = z
  .string()
  .regex(/^https?:\/\/[^/\s@?#]+$/, "is not an endpoint: use a form such as https://s3.example.com, without a path")
  .describe("Address of an S3 service other than AWS'; default: AWS'");

/** What every place in S3 has. */
export const bucketShape = {
  bucket: bucketName.describe("Name of the bucket"),
  region: region.optional().describe("Region of the bucket; default: AWS_REGION of the pod, else us-east-1"),
  endpoint: endpoint.optional(),
} as const;

/** Files below a prefix of a bucket. */
export const s3PrefixSchema = z.strictObject({
  ...bucketShape,
  prefix: keyPrefix.describe("Prefix of the files' keys, without slashes at its ends"),
});

/** A folder of a PersistentVolumeClaim of the models' namespace. */
export const claimFolderSchema = z.strictObject({
  name: objectName.describe("Name of the PersistentVolumeClaim, in the models' namespace"),
  path: relativePath.describe("Folder within the volume"),
});

export type S3Prefix = z.infer<typeof s3PrefixSchema>;
export type ClaimFolder = z.infer<typeof claimFolderSchema>;
