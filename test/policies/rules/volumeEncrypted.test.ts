import assert from "node:assert/strict";

import { volumeEncrypted } from "../../../policies/rules/volumeEncrypted.js";
import { fileSystem, launchTemplate, storageClass, volume } from "../awsFixtures.js";
import { type Json, messages } from "../fixtures.js";

const disks = (...blockDeviceMappings: Json[]) => launchTemplate({ blockDeviceMappings });

describe("volume-encrypted", () => {
  it("accepts encrypted volumes, file systems, templates and classes", async () => {
    const accepted = [volume(), fileSystem(), launchTemplate(), disks({ ebs: { encrypted: true } }), storageClass()];
    assert.deepEqual(await messages(volumeEncrypted, accepted), []);
  });

  it("leaves disks alone that are no new EBS volume, and classes of other storage", async () => {
    const snapshot = { deviceName: "/dev/xvdb", ebs: { snapshotId: "snap-1" } };
    const accepted = [
      disks(snapshot, { deviceName: "/dev/sdb", virtualName: "ephemeral0" }, { noDevice: "/dev/sdc" }),
      launchTemplate({ blockDeviceMappings: undefined }),
      storageClass({ provisioner: "efs.csi.aws.com", parameters: undefined }),
    ];
    assert.deepEqual(await messages(volumeEncrypted, accepted), []);
  });

  for (const [kind, make] of Object.entries({ "an EBS volume": volume, "a file system": fileSystem })) {
    it(`refuses ${kind} that is not encrypted`, async () => {
      const found = await messages(volumeEncrypted, [make({ encrypted: undefined }), make({ encrypted: false })]);
      assert.deepEqual(found, ["encrypted is not set: set it to true", "encrypted is false: set it to true"]);
    });
  }

  it("refuses each disk of a launch template that is not encrypted", async () => {
    const found = await messages(
      volumeEncrypted,
      disks({ ebs: { volumeSize: 100 } }, { ebs: { encrypted: "true" } }, { ebs: { encrypted: "false" } }),
    );
    assert.deepEqual(found, [
      'blockDeviceMappings[0].ebs.encrypted is not set: set it to "true"',
      'blockDeviceMappings[2].ebs.encrypted is "false": set it to "true"',
    ]);
  });

  for (const provisioner of ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"]) {
    it(`refuses a class of ${provisioner} whose volumes are not encrypted`, async () => {
      const classes = [undefined, { type: "gp3" }, { encrypted: "false" }].map((parameters) =>
        storageClass({ provisioner, parameters }),
      );
      assert.deepEqual(await messages(volumeEncrypted, classes), [
        'parameters.encrypted is not set: set it to "true"',
        'parameters.encrypted is not set: set it to "true"',
        'parameters.encrypted is "false": set it to "true"',
      ]);
    });
  }
});
