/** What a role may do in parts of S3 buckets. */
import type { Policy, Statement } from "../facts/aws/policy.js";

/** All objects under a prefix, or one object. */
export type BucketPart = { bucket: string } & (
  | {
      /** Without a slash at either end. */
      prefix: string;
    }
  | { key: string }
);

/** `write` includes reading, and what an upload in parts and a lock need. */
export interface S3Grant {
  part: BucketPart;
  access: "read" | "write";
}

/**
 * A policy for some parts of buckets, and no others.
 *
 * Sources: Mountpoint's list of permissions (github.com/awslabs/mountpoint-s3, doc/CONFIGURATION.md); condition keys by action in
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html: uploads in parts are listed of the bucket alone.
 */
export function s3Policy(grants: readonly S3Grant[], partition: string): Policy {
  return { Version: "2012-10-17", Statement: grants.flatMap((grant, index) => statementsOf(grant, index, partition)) };
}

function statementsOf({ part, access }: S3Grant, index: number, partition: string): Statement[] {
  const bucket = `arn:${partition}:s3:::${part.bucket}`;
  const keys = "key" in part ? part.key : `${part.prefix}/*`;
  const allow = (sid: string, Action: string[], Resource: string): Statement => ({
    Sid: `${sid}${index}`,
    Effect: "Allow",
    Action,
    Resource,
  });
  const reading: Statement[] = [
    // Without it S3 answers 403 in place of 404 for an object that is not there; its key counts as s3:prefix then (ceph/ceph#68577).
    { ...allow("List", ["s3:ListBucket"], bucket), Condition: { StringLike: { "s3:prefix": keys } } },
    allow("Read", ["s3:GetObject"], `${bucket}/${keys}`),
  ];
  if (access === "read") return reading;
  return [
    ...reading,
    allow("Write", ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], `${bucket}/${keys}`),
    allow("ListUploads", ["s3:ListBucketMultipartUploads"], bucket),
  ];
}
