import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { volumeEncrypted } from "../../../../policies/rules/aws/volumeEncrypted.js";
import {
  componentCluster,
  defaultGroup,
  fileSystem,
  firstNodeGroup,
  instance,
  launchConfiguration,
  launchTemplate,
  nativeTemplate,
  nodeClass,
  selfManagedGroup,
  storageClass,
  volume,
} from "../../awsFixtures.js";
import { type NotJudged, type PolicyInput, runPolicies } from "../../../../tools/policyRunner.js";
import { type Json, messages, resource } from "../../fixtures.js";

/** Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: PolicyInput["props"]) => PolicyInput["props"];
  unknownStringValue: string;
};

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

  it("judges the disks that are known beside one that is not", async () => {
    const later = disks({ ebs: { encrypted: unknownStringValue } }, { ebs: { encrypted: "false" } });
    const notJudged: NotJudged[] = [];
    const inputs = [{ ...later, props: unknownCheckingProxy(later.props) }];
    const found = await runPolicies(inputs, [volumeEncrypted], {}, notJudged);
    assert.deepEqual(
      found.map(({ message }) => message),
      ['blockDeviceMappings[1].ebs.encrypted is "false": set it to "true"'],
    );
    assert.equal(notJudged.length, 1);
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

  it("refuses each disk of a launch configuration that is not encrypted", async () => {
    const devices = [
      { deviceName: "/dev/xvdb" },
      { deviceName: "/dev/xvdc", snapshotId: "snap-1" },
      { deviceName: "/dev/xvdd", noDevice: true },
    ];
    const disks = launchConfiguration({ rootBlockDevice: { encrypted: false }, ebsBlockDevices: devices });
    const accepted = launchConfiguration({ rootBlockDevice: undefined, ebsBlockDevices: undefined });
    assert.deepEqual(await messages(volumeEncrypted, [launchConfiguration(), accepted, disks]), [
      "rootBlockDevice.encrypted is false: set it to true",
      "ebsBlockDevices[0].encrypted is not set: set it to true",
    ]);
  });

  it("judges the root volume of self-managed groups", async () => {
    const accepted = [selfManagedGroup(), firstNodeGroup(), defaultGroup(), componentCluster()];
    assert.deepEqual(await messages(volumeEncrypted, accepted), []);
    const plain = { nodeRootVolumeEncrypted: undefined };
    const refused = [
      selfManagedGroup({ ...plain, encryptRootBlockDevice: true }),
      firstNodeGroup({ nodeRootVolumeEncrypted: false }),
      defaultGroup(plain),
      componentCluster({ skipDefaultNodeGroup: false }),
    ];
    assert.deepEqual(await messages(volumeEncrypted, refused), [
      "nodeRootVolumeEncrypted is not set and pulumi-eks ignores encryptRootBlockDevice: set it to true",
      "nodeRootVolumeEncrypted is false: set it to true",
      "default node group: nodeGroupOptions.nodeRootVolumeEncrypted is not set: set it to true",
      "default node group: nodeRootVolumeEncrypted is not set: set it to true",
    ]);
  });

  it("judges the disks that a class of Karpenter states; it encrypts its own", async () => {
    const snapshot = { ebs: { snapshotID: "snap-1" } };
    const accepted = [undefined, [snapshot]].map((blockDeviceMappings) => nodeClass({ blockDeviceMappings }));
    const refused = nodeClass({ blockDeviceMappings: [snapshot, { ebs: { volumeSize: "200Gi" } }] });
    assert.deepEqual(await messages(volumeEncrypted, [nodeClass(), ...accepted, refused]), [
      "spec.blockDeviceMappings[1].ebs.encrypted is not set: set it to true",
    ]);
  });

  it("judges the disks that an instance states, and leaves those of the image and of snapshots alone", async () => {
    const accepted = [
      instance(),
      instance({ rootBlockDevice: { encrypted: true, volumeSize: 100 } }),
      instance({ rootBlockDevice: {}, ebsBlockDevices: [{ deviceName: "/dev/sdb", snapshotId: "snap-1" }] }),
      volume({ encrypted: undefined, snapshotId: "snap-1" }),
    ];
    assert.deepEqual(await messages(volumeEncrypted, accepted), []);
    const refused = instance({
      rootBlockDevice: { volumeSize: 100 },
      ebsBlockDevices: [{ deviceName: "/dev/sdb", encrypted: false }],
    });
    const found = [
      "rootBlockDevice.encrypted is not set: set it to true",
      "ebsBlockDevices[0].encrypted is false: set it to true",
    ];
    assert.deepEqual(await messages(volumeEncrypted, refused), found);
    const spot = { ...refused, type: "aws:ec2/spotInstanceRequest:SpotInstanceRequest" };
    assert.deepEqual(await messages(volumeEncrypted, spot), found);
  });

  it("judges AWS Native's resources alike", async () => {
    assert.deepEqual(await messages(volumeEncrypted, nativeTemplate()), []);
    const blockDeviceMappings = [
      { ebs: { volumeSize: 10 } },
      { ebs: { encrypted: true } },
      { ebs: { snapshotId: "s" } },
    ];
    const refused = [
      nativeTemplate({ blockDeviceMappings }),
      resource("aws-native:ec2:Instance", "a", { blockDeviceMappings }),
      resource("aws-native:autoscaling:LaunchConfiguration", "b", { blockDeviceMappings }),
      resource("aws-native:ec2:Volume", "c", { size: 10 }),
      resource("aws-native:efs:FileSystem", "d", { encrypted: false }),
    ];
    assert.deepEqual(await messages(volumeEncrypted, refused), [
      "launchTemplateData.blockDeviceMappings[0].ebs.encrypted is not set: set it to true",
      "blockDeviceMappings[0].ebs.encrypted is not set: set it to true",
      "blockDeviceMappings[0].ebs.encrypted is not set: set it to true",
      "encrypted is not set: set it to true",
      "encrypted is false: set it to true",
    ]);
  });

  it("reads a class's parameters in any case, and of any version", async () => {
    const accepted = [
      storageClass({ parameters: { Encrypted: "true" } }),
      storageClass({ parameters: { encrypted: true } }),
    ];
    assert.deepEqual(await messages(volumeEncrypted, accepted), []);
    const old = {
      ...storageClass({ parameters: { ENCRYPTED: "false" } }),
      type: "kubernetes:storage.k8s.io/v1beta1:StorageClass",
    };
    assert.deepEqual(await messages(volumeEncrypted, old), ['parameters.encrypted is "false": set it to "true"']);
  });
});
