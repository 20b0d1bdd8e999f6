import assert from "node:assert/strict";

import { sharedClaimStorage } from "../../../../policies/rules/resources/sharedClaimStorage.js";
import { deployment, type Json, messages, resource } from "../../fixtures.js";

const claim = (storageClassName: string | undefined, mode = "ReadWriteMany", spec: { [key: string]: Json } = {}) =>
  resource("kubernetes:core/v1:PersistentVolumeClaim", "weights", {
    metadata: { name: "weights", namespace: "models" },
    spec: { storageClassName, accessModes: [mode], ...spec },
  });
const storageClass = (name: string, provisioner: string, metadata: { [key: string]: Json } = {}) =>
  resource("kubernetes:storage.k8s.io/v1:StorageClass", name, { metadata: { name, ...metadata }, provisioner });
const volume = (name: string, source: { [key: string]: Json }) =>
  resource("kubernetes:core/v1:PersistentVolume", name, { spec: { accessModes: ["ReadWriteMany"], ...source } });
const refused = (name: string, mode = "ReadWriteMany") =>
  `PersistentVolumeClaim "weights" asks for ${mode} of class "${name}", which is block storage for one node: use shared storage such as EFS or FSx for Lustre`;

describe("shared-claim-storage", () => {
  it("accepts shared storage, one reader on block storage, and volumes that exist already", async () => {
    const accepted = [
      claim("efs"),
      claim("fsx-lustre"),
      claim("managed-nfs-storage"),
      claim("azurefile-csi"),
      claim("standard-rwx"),
      claim("gp3", "ReadWriteOnce"),
      claim(undefined, "ReadWriteOnce"),
      claim(undefined, "ReadOnlyMany"),
      claim(""),
      claim(undefined, "ReadWriteMany", { volumeName: "weights" }),
      claim("gp3", "ReadWriteMany", { volumeMode: "Block" }),
    ];
    assert.deepEqual(await messages(sharedClaimStorage, accepted), []);
  });

  it("goes by the drivers' own list of access modes", async () => {
    const found = (driver: string) => messages(sharedClaimStorage, [claim("own"), storageClass("own", driver)]);
    for (const driver of ["blockvolume.csi.oraclecloud.com", "csi.scaleway.com", "block.csi.vultr.com"]) {
      assert.equal((await found(driver)).length, 1, driver);
    }
    for (const driver of ["fss.csi.oraclecloud.com", "filestorage.csi.scaleway.com", "block.csi.ibm.com"]) {
      assert.deepEqual(await found(driver), [], driver);
    }
  });

  it("accepts many readers where block storage allows them", async () => {
    for (const name of ["standard-rwo", "premium-rwo", "pd-ssd", "hyperdisk-ml", "rook-ceph-block"]) {
      assert.deepEqual(await messages(sharedClaimStorage, claim(name, "ReadOnlyMany")), []);
      assert.deepEqual(await messages(sharedClaimStorage, claim(name)), [refused(name)]);
    }
    const own = [claim("ml", "ReadOnlyMany"), storageClass("ml", "pd.csi.storage.gke.io")];
    assert.deepEqual(await messages(sharedClaimStorage, own), []);
  });

  it("refuses many writers of the default class, unless the program says that it is shared", async () => {
    const message =
      'PersistentVolumeClaim "weights" asks for ReadWriteMany and names no class; the default class is block storage for one node: name a class of shared storage such as EFS or FSx for Lustre';
    assert.deepEqual(await messages(sharedClaimStorage, claim(undefined)), [message]);
    const isDefault = { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } };
    assert.deepEqual(
      await messages(sharedClaimStorage, [claim(undefined), storageClass("x", "efs.csi.aws.com", isDefault)]),
      [],
    );
    assert.deepEqual(
      await messages(sharedClaimStorage, [claim(undefined), storageClass("x", "ebs.csi.aws.com", isDefault)]),
      [message],
    );
  });

  it("judges templates, volumes of pods, annotated classes and PersistentVolumes", async () => {
    const spec = { accessModes: ["ReadWriteMany"], storageClassName: "gp3" };
    const template = { metadata: { name: "m" }, spec };
    const pods = { template: { spec: { containers: [] } } };
    const found = await messages(sharedClaimStorage, [
      resource("kubernetes:apps/v1:StatefulSet", "s", { spec: { ...pods, volumeClaimTemplates: [template] } }),
      resource("kubernetes:apps.kruise.io/v1alpha1:CloneSet", "c", {
        spec: { ...pods, volumeClaimTemplates: [template] },
      }),
      deployment({ pod: { volumes: [{ name: "e", ephemeral: { volumeClaimTemplate: { spec } } }] } }),
      resource("kubernetes:core/v1:PersistentVolumeClaim", "old", {
        metadata: { annotations: { "volume.beta.kubernetes.io/storage-class": "gp2" } },
        spec: { accessModes: ["ReadWriteMany"] },
      }),
      volume("ebs", { csi: { driver: "ebs.csi.aws.com", volumeHandle: "vol-1" } }),
      volume("disk", { azureDisk: { diskName: "d" } }),
    ]);
    assert.deepEqual(
      found.map((message) => message.replace(/ (asks|offers) for .*| offers .*/, "")),
      [
        'PersistentVolumeClaim "old"',
        'claim template "m" of StatefulSet "s"',
        'claim template "m" of CloneSet "c"',
        'volume "e" of Deployment "chat"',
        'PersistentVolume "ebs"',
        'PersistentVolume "disk"',
      ],
    );
    const accepted = [
      volume("efs", { csi: { driver: "efs.csi.aws.com" } }),
      volume("nfs", { nfs: { server: "n", path: "/" } }),
      resource("kubernetes:core/v1:PersistentVolume", "ml", {
        spec: { accessModes: ["ReadOnlyMany"], csi: { driver: "pd.csi.storage.gke.io" } },
      }),
    ];
    assert.deepEqual(await messages(sharedClaimStorage, accepted), []);
  });

  for (const name of ["gp2", "gp3", "gp3-encrypted", "ebs-sc", "io2", "managed-csi", "do-block-storage"]) {
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
