import assert from "node:assert/strict";

import { sharedClaimStorage } from "../../../../policies/rules/resources/sharedClaimStorage.js";
import { messages, resource } from "../../fixtures.js";

const claim = (storageClassName: string | undefined, mode = "ReadWriteMany") =>
  resource("kubernetes:core/v1:PersistentVolumeClaim", "weights", {
    metadata: { name: "weights", namespace: "models" },
    spec: { storageClassName, accessModes: [mode] },
  });
const storageClass = (name: string, provisioner: string) =>
  resource("kubernetes:storage.k8s.io/v1:StorageClass", name, { metadata: { name }, provisioner });
const refused = (name: string, mode = "ReadWriteMany") =>
  `PersistentVolumeClaim "weights" asks for ${mode} of class "${name}", which is block storage for one node: use shared storage such as EFS or FSx for Lustre`;

describe("shared-claim-storage", () => {
  it("accepts shared storage, one reader on block storage, and the cluster's default class", async () => {
    const accepted = [claim("efs"), claim("fsx-lustre"), claim("gp3", "ReadWriteOnce"), claim(undefined)];
    assert.deepEqual(await messages(sharedClaimStorage, accepted), []);
  });

  for (const name of [
    "gp2",
    "gp3",
    "gp3-encrypted",
    "ebs-sc",
    "io2",
    "standard-rwo",
    "pd-ssd",
    "managed-csi",
    "do-block-storage",
  ]) {
    it(`refuses many readers of ${name}`, async () => {
      assert.deepEqual(await messages(sharedClaimStorage, claim(name)), [refused(name)]);
      assert.deepEqual(await messages(sharedClaimStorage, claim(name, "ReadOnlyMany")), [
        refused(name, "ReadOnlyMany"),
      ]);
    });
  }

  it("believes the stack's own StorageClass more than its name", async () => {
    const block = [claim("fast"), storageClass("fast", "ebs.csi.aws.com")];
    assert.deepEqual(await messages(sharedClaimStorage, block), [refused("fast")]);
    assert.deepEqual(await messages(sharedClaimStorage, [claim("gp3"), storageClass("gp3", "efs.csi.aws.com")]), []);
  });

  it("takes further names from its setting", async () => {
    assert.deepEqual(await messages(sharedClaimStorage, claim("rook-rbd"), { blockClasses: ["rook-rbd"] }), [
      refused("rook-rbd"),
    ]);
  });
});
