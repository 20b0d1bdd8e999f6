import assert from "node:assert/strict";

import { lustreVolumeSpec } from "../../components/aws/lustreVolume.js";

const FILE_SYSTEM = { fileSystemId: "fs-1", dnsName: "fs-1.fsx.example", mountName: "q5pdvb4v", sizeGiB: 1200 };

describe("lustreVolumeSpec", () => {
  it("names the file system to the driver, for writers on every node", () => {
    const { csi, capacity, accessModes, mountOptions } = lustreVolumeSpec(FILE_SYSTEM);
    assert.deepEqual(csi, {
      driver: "fsx.csi.aws.com",
      volumeHandle: "fs-1",
      fsType: "lustre",
      volumeAttributes: { dnsname: "fs-1.fsx.example", mountname: "q5pdvb4v" },
    });
    assert.deepEqual(capacity, { storage: "1200Gi" });
    // The driver is told the first, and knows no read-only one.
    assert.equal((accessModes as string[])[0], "ReadWriteMany");
    assert.deepEqual(mountOptions, ["flock", "noatime"]);
  });

  it("has what kubelet wants before it gives the root of a volume to a pod's group", () => {
    const { csi, accessModes } = lustreVolumeSpec(FILE_SYSTEM);
    assert.ok((accessModes as string[]).includes("ReadWriteOnce"));
    assert.equal((csi as { fsType: string }).fsType, "lustre");
  });

  it("belongs to no class, and outlives its claim", () => {
    const { storageClassName, persistentVolumeReclaimPolicy } = lustreVolumeSpec(FILE_SYSTEM);
    assert.deepEqual([storageClassName, persistentVolumeReclaimPolicy], ["", "Retain"]);
  });
});
