import assert from "node:assert/strict";

import type * as pulumi from "@pulumi/pulumi";

import { DefaultStorageClass } from "../../components/platform/storage.js";
import { registered, valueOf } from "../serving/registered.js";

describe("DefaultStorageClass", () => {
  it("makes encrypted gp3 volumes in the pod's zone for claims that name no class", async () => {
    let className: pulumi.Output<string> | undefined;
    const registry = await registered(() => {
      className = new DefaultStorageClass("volumes").className;
    });
    assert.deepEqual(registry.get("StorageClass", "volumes").inputs, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: "gp3",
        labels: { "app.kubernetes.io/managed-by": "pulumi" },
        annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
      },
      provisioner: "ebs.csi.aws.com",
      parameters: { type: "gp3", encrypted: "true" },
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
      reclaimPolicy: "Delete",
    });
    assert.equal(await valueOf(className!), "gp3");
  });
});
