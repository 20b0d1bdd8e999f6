/** What a role may do in a part of an S3 bucket. */
import type { Policy, Statement } from "../facts/aws/policy.js";

/** A part of a bucket. */
export interface S3Prefix {
  bucket: string;
  /** Without a slash at either end; empty for the whole bucket. */
  prefix: string;
}

/**
 * A policy for the objects under a prefix, and no others. `write` includes reading, and what an upload in parts and a lock need.
 *
 * Sources: Mountpoint's list of permissions (github.com/awslabs/mountpoint-s3, doc/CONFIGURATION.md); condition keys by action in
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html: uploads in parts are listed of the bucket alone.
 */
export function s3Policy({ bucket, prefix }: S3Prefix, access: "read" | "write", partition: string): Policy {
  const bucketArn = `arn:${partition}:s3:::${bucket}`;
  const objects = prefix === "" ? `${bucketArn}/*` : `${bucketArn}/${prefix}/*`;
  const allow = (Sid: string, Action: string[], Resource: string): Statement => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
  });
  const list = allow("List", ["s3:ListBucket"], bucketArn);
  const reading: Statement[] = [
    // Without it S3 answers 403 in place of 404 for an object that is not there; its key counts as s3:prefix then (ceph/ceph#68577).
    prefix === "" ? list : { ...list, Condition: { StringLike: { "s3:prefix": `${prefix}/*` } } },
    allow("Read", ["s3:GetObject"], objects),
  ];
  const writing: Statement[] = [
    allow("Write", ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], objects),
    allow("ListUploads", ["s3:ListBucketMultipartUploads"], bucketArn),
  ];
  return { Version: "2012-10-17", Statement: access === "read" ? reading : [...reading, ...writing] };
}
