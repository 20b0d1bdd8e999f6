import assert from "node:assert/strict";

import { type S3Grant, s3Policy } from "../../components/aws/s3Access.js";
import { iamNoWildcards } from "../../policies/rules/aws/iamNoWildcards.js";
import { policy } from "../policies/awsFixtures.js";
import { messages } from "../policies/fixtures.js";

const CACHE = { bucket: "llm-cache", prefix: "team/models" };
const READ: S3Grant = { part: CACHE, access: "read" };
const WRITE: S3Grant = { part: CACHE, access: "write" };

const reading = (keys: string, index = 0) => [
  {
    Sid: `List${index}`,
    Effect: "Allow",
    Action: ["s3:ListBucket"],
    Resource: "arn:aws:s3:::llm-cache",
    Condition: { StringLike: { "s3:prefix": keys } },
  },
  { Sid: `Read${index}`, Effect: "Allow", Action: ["s3:GetObject"], Resource: `arn:aws:s3:::llm-cache/${keys}` },
];

describe("s3Policy", () => {
  it("lets a reader list and read one prefix, and change nothing", () => {
    assert.deepEqual(s3Policy([READ], "aws"), { Version: "2012-10-17", Statement: reading("team/models/*") });
  });

  it("lets a writer put and delete under the prefix, too, and end uploads in parts", () => {
    assert.deepEqual(s3Policy([WRITE], "aws").Statement, [
      ...reading("team/models/*"),
      {
        Sid: "Write0",
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        Resource: "arn:aws:s3:::llm-cache/team/models/*",
      },
      {
        Sid: "ListUploads0",
        Effect: "Allow",
        Action: ["s3:ListBucketMultipartUploads"],
        Resource: "arn:aws:s3:::llm-cache",
      },
    ]);
  });

  it("means one object by its key", () => {
    const part = { bucket: "llm-cache", key: "in/requests.jsonl" };
    assert.deepEqual(s3Policy([{ part, access: "read" }], "aws").Statement, reading("in/requests.jsonl"));
  });

  it("has a statement of its own for each part, whose names differ, as IAM wants them", () => {
    const { Statement } = s3Policy([WRITE, READ, WRITE], "aws");
    assert.equal(Statement.length, 10);
    assert.equal(new Set(Statement.map(({ Sid }) => Sid)).size, 10);
  });

  it("is of the partition that the cluster is in", () => {
    assert.equal(s3Policy([READ], "aws-cn").Statement[1]!.Resource, "arn:aws-cn:s3:::llm-cache/team/models/*");
  });

  it("breaks no policy of the pack", async () => {
    assert.deepEqual(await messages(iamNoWildcards, policy(JSON.stringify(s3Policy([READ, WRITE], "aws")))), []);
  });
});
