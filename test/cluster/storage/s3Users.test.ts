import assert from "node:assert/strict";

import { type S3Grant, s3Policy } from "../../../components/aws/s3Access.js";
import { type S3User, S3Users } from "../../../components/cluster/storage/s3Users.js";
import { ACCOUNT, awsRegistered, inputsOf } from "../../aws/awsRegistered.js";

const WRITE: S3Grant = { part: { bucket: "llm-cache", prefix: "models" }, access: "write" };
const ROLES = { tags: { team: "ml" }, path: "/llm/" };

const make = (users: Record<string, S3User>, region?: string) =>
  awsRegistered(() => new S3Users("s3", { clusterName: "llm-test", namespace: "vllm", users, roles: ROLES }), region);

const association = (serviceAccount: string, roleArn: string) => ({
  clusterName: "llm-test",
  namespace: "vllm",
  serviceAccount,
  roleArn,
});

describe("S3Users", () => {
  it("gives an account a role of its own, for its parts of buckets alone", async () => {
    const { registry } = await make({ fill: { grants: [WRITE] } });
    assert.deepEqual(inputsOf(registry, "RolePolicy"), {
      "s3-fill": { role: "s3-fill", policy: JSON.stringify(s3Policy([WRITE], "aws")) },
    });
    assert.deepEqual(inputsOf(registry, "PodIdentityAssociation"), {
      "s3-fill": association("fill", `arn:aws:iam::${ACCOUNT}:Role/s3-fill`),
    });
    const { tags, path } = registry.get("Role", "s3-fill").inputs;
    assert.deepEqual({ tags, path }, ROLES);
  });

  it("binds a role that exists, and makes none", async () => {
    const roleArn = "arn:aws:iam::111122223333:role/evals";
    const { registry } = await make({ "evals-batch": { roleArn } });
    assert.deepEqual(inputsOf(registry, "PodIdentityAssociation"), {
      "s3-evals-batch": association("evals-batch", roleArn),
    });
    assert.deepEqual(registry.ofKind("Role"), []);
  });

  it("is of the partition of the region, and makes no bucket", async () => {
    const { registry, made } = await make({ fill: { grants: [WRITE] } }, "cn-north-1");
    assert.equal(registry.get("RolePolicy", "s3-fill").inputs["policy"], JSON.stringify(s3Policy([WRITE], "aws-cn")));
    assert.deepEqual(registry.ofKind("Bucket"), []);
    assert.equal(made.ready.length, 2);
  });
});
