import assert from "node:assert/strict";

import { s3Policy } from "../../../components/aws/s3Access.js";
import { S3Cache, type S3CacheArgs } from "../../../components/cluster/storage/s3Cache.js";
import { ACCOUNT, awsRegistered, inputsOf } from "../../aws/awsRegistered.js";
import { ADDON, storageCluster } from "./fixtures.js";

const PREFIX = { bucket: "llm-cache", prefix: "models" };
const FILL = { namespace: "vllm", serviceAccount: "cache-fill", access: "write" } as const;

const make = (changes: Partial<S3CacheArgs> = {}, region?: string) =>
  awsRegistered(
    () =>
      new S3Cache("cache", { ...PREFIX, cluster: storageCluster(), mounted: true, users: { fill: FILL }, ...changes }),
    region,
  );

const document = (access: "read" | "write", partition = "aws") => JSON.stringify(s3Policy(PREFIX, access, partition));

describe("S3Cache", () => {
  it("lets mounts read the prefix alone, and who fills write there", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "RolePolicy"), {
      "cache-driver": { role: "cache-driver", policy: document("read") },
      "cache-fill": { role: "cache-fill", policy: document("write") },
    });
  });

  it("gives each role to one service account, by Pod Identity", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "PodIdentityAssociation"), {
      "cache-fill": {
        clusterName: "llm-test",
        namespace: "vllm",
        serviceAccount: "cache-fill",
        roleArn: `arn:aws:iam::${ACCOUNT}:Role/cache-fill`,
      },
    });
    assert.deepEqual(inputsOf(registry, "Addon"), {
      "cache-driver": {
        ...ADDON,
        addonName: "aws-mountpoint-s3-csi-driver",
        podIdentityAssociations: [
          { serviceAccount: "s3-csi-driver-sa", roleArn: `arn:aws:iam::${ACCOUNT}:Role/cache-driver` },
        ],
      },
    });
  });

  it("installs no driver where pods stream, each with permissions of its own", async () => {
    const reader = { namespace: "vllm", serviceAccount: "chat-r1", access: "read" } as const;
    const { registry } = await make({ mounted: false, users: { fill: FILL, "chat-r1": reader } });
    assert.deepEqual(registry.ofKind("Addon"), []);
    assert.deepEqual(inputsOf(registry, "RolePolicy"), {
      "cache-fill": { role: "cache-fill", policy: document("write") },
      "cache-chat-r1": { role: "cache-chat-r1", policy: document("read") },
    });
  });

  it("is of the partition of the region", async () => {
    const { registry } = await make({}, "cn-north-1");
    assert.equal(registry.get("RolePolicy", "cache-fill").inputs["policy"], document("write", "aws-cn"));
  });

  it("makes no bucket", async () => {
    const { registry } = await make();
    assert.deepEqual([...new Set(registry.all.map(({ type }) => type.split(":").at(-1)))].sort(), [
      "Addon",
      "ManagedAddon",
      "PodIdentityAssociation",
      "Role",
      "RolePolicy",
      "S3Cache",
    ]);
  });
});
