/** A cluster as file systems and drivers know it. */
import * as pulumi from "@pulumi/pulumi";

import type { StorageCluster } from "../../../components/cluster/storage/storageCluster.js";

/** A cluster with a private subnet in each of three zones. Made inside a program under mocks, for it has Outputs. */
export function storageCluster(changes: Partial<StorageCluster> = {}): StorageCluster {
  const ids = ["subnet-a", "subnet-b", "subnet-c"].map((id) => pulumi.output(id));
  return {
    clusterName: "llm-test",
    kubernetesVersion: "1.36",
    network: {
      vpcId: pulumi.output("vpc-1"),
      privateSubnetIds: ids,
      controlPlaneSubnetIds: ids,
      zoneNames: ["a", "b", "c"].map((letter) => pulumi.output(`eu-central-1${letter}`)),
      routes: [],
    },
    securityGroupId: "sg-nodes",
    tags: { team: "ml" },
    ...changes,
  };
}

export const TAGS = { team: "ml", Name: "cache" };

/** Inputs of a driver's add-on, as far as they are the same for all. */
export const ADDON = {
  clusterName: "llm-test",
  addonVersion: "(known at deployment)",
  resolveConflictsOnCreate: "OVERWRITE",
  resolveConflictsOnUpdate: "OVERWRITE",
  tags: { team: "ml" },
};
