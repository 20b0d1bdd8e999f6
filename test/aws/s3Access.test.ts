import assert from "node:assert/strict";

import { s3Policy } from "../../components/aws/s3Access.js";
import { iamNoWildcards } from "../../policies/rules/aws/iamNoWildcards.js";
import { policy } from "../policies/awsFixtures.js";
import { messages } from "../policies/fixtures.js";

const CACHE = { bucket: "llm-cache", prefix: "team/models" };
const READING = [
  {
    Sid: "List",
    Effect: "Allow",
    Action: ["s3:ListBucket"],
    Resource: "arn:aws:s3:::llm-cache",
    Condition: { StringLike: { "s3:prefix": "team/models/*" } },
  },
  { Sid: "Read", Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::llm-cache/team/models/*" },
];

describe("s3Policy", () => {
  it("lets a reader list and read one prefix, and change nothing", () => {
    assert.deepEqual(s3Policy(CACHE, "read", "aws"), { Version: "2012-10-17", Statement: READING });
  });

  it("lets a writer put and delete under the prefix, too, and end uploads in parts", () => {
    assert.deepEqual(s3Policy(CACHE, "write", "aws").Statement, [
      ...READING,
      {
        Sid: "Write",
        Effect: "Allow",
        Action: ["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        Resource: "arn:aws:s3:::llm-cache/team/models/*",
      },
      {
        Sid: "ListUploads",
        Effect: "Allow",
        Action: ["s3:ListBucketMultipartUploads"],
        Resource: "arn:aws:s3:::llm-cache",
      },
    ]);
  });

  it("means the whole bucket without a prefix", () => {
    const [list, read] = s3Policy({ bucket: "llm-cache", prefix: "" }, "read", "aws").Statement;
    assert.equal(list!.Condition, undefined);
    assert.equal(read!.Resource, "arn:aws:s3:::llm-cache/*");
  });

  it("is of the partition that the cluster is in", () => {
    assert.equal(s3Policy(CACHE, "read", "aws-cn").Statement[1]!.Resource, "arn:aws-cn:s3:::llm-cache/team/models/*");
  });

  it("breaks no policy of the pack", async () => {
    for (const access of ["read", "write"] as const) {
      const document = JSON.stringify(s3Policy(CACHE, access, "aws"));
      assert.deepEqual(await messages(iamNoWildcards, policy(document)), [], access);
    }
  });
});
