import assert from "node:assert/strict";

import { cacheVolume } from "../../components/cache/volume.js";
import { BUCKET, CLAIM, cacheOf } from "./fixtures.js";

describe("the volume of a cache", () => {
  it("of a claim that exists, and of a bucket that is streamed, is nothing of the stack's", () => {
    assert.deepEqual(cacheVolume(CLAIM, undefined), {});
    assert.deepEqual(cacheVolume(cacheOf({ ...BUCKET, read: "stream" }), undefined), {});
    assert.deepEqual(cacheVolume(cacheOf({ kind: "none", reason: "x" }), undefined), {});
  });

  it("of a claim to make is a claim of the stated class, for many nodes", () => {
    const cache = cacheOf({ kind: "claim", name: "models", create: { storageClass: "nfs", sizeGiB: 200 } });
    assert.deepEqual(cacheVolume(cache, undefined), {
      claim: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "200Gi" } } },
      className: "nfs",
    });
  });

  it("of EFS is an access point of our pods' user, found again by the claim's name", () => {
    const { storageClass } = cacheVolume(cacheOf({ kind: "efs" }), { kind: "efs", fileSystemId: "fs-1" });
    assert.deepEqual(storageClass, {
      provisioner: "efs.csi.aws.com",
      parameters: {
        provisioningMode: "efs-ap",
        fileSystemId: "fs-1",
        directoryPerms: "770",
        uid: "2000",
        gid: "2000",
        basePath: "/pulumi-vllm",
        subPathPattern: "${.PVC.namespace}/${.PVC.name}",
        ensureUniqueDirectory: "false",
      },
      reclaimPolicy: "Retain",
    });
  });

  it("of FSx for Lustre is the file system itself, of its own size", () => {
    const storage = { kind: "fsx-lustre", fileSystemId: "fs-2", dnsName: "fs-2.example", mountName: "abc" } as const;
    const { volume, claim } = cacheVolume(cacheOf({ kind: "fsx-lustre", sizeGiB: 2400 }), storage);
    assert.deepEqual((volume as { csi: object }).csi, {
      driver: "fsx.csi.aws.com",
      volumeHandle: "fs-2",
      fsType: "lustre",
      volumeAttributes: { dnsname: "fs-2.example", mountname: "abc" },
    });
    assert.deepEqual(claim?.resources, { requests: { storage: "2400Gi" } });
  });

  it("of a bucket is a mount of its prefix, for reading alone", () => {
    const { volume } = cacheVolume(cacheOf(BUCKET), undefined);
    const { mountOptions, csi } = volume as { mountOptions: string[]; csi: object };
    assert.deepEqual(mountOptions, [
      "allow-other",
      "uid=2000",
      "gid=2000",
      "read-only",
      "prefix pulumi-vllm/",
      "region eu-central-1",
    ]);
    assert.deepEqual(csi, {
      driver: "s3.csi.aws.com",
      volumeHandle: "pulumi-vllm-weights-pulumi-vllm",
      volumeAttributes: { bucketName: "weights" },
    });
  });

  it("of nodes is a folder that has to be there on each of them", () => {
    const { volume } = cacheVolume(cacheOf({ kind: "node", budgetGiB: 500 }), undefined);
    const { hostPath, nodeAffinity } = volume as { hostPath: object; nodeAffinity?: object };
    assert.deepEqual(
      [hostPath, nodeAffinity],
      [{ path: "/mnt/k8s-disks/0/pulumi-vllm", type: "Directory" }, undefined],
    );
  });

  it("of a file system that is not there is refused", () => {
    assert.throws(() => cacheVolume(cacheOf({ kind: "efs" }), undefined), /a cache of kind efs needs the file system/);
  });
});
