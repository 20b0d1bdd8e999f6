import type * as pulumi from "@pulumi/pulumi";
import type { RoleSettings } from "../../aws/roles.js";
import type { ClusterNetwork } from "../network/network.js";

/** What file systems and their drivers need to know of the cluster. */
export interface StorageCluster {
  clusterName: pulumi.Input<string>;
  kubernetesVersion: string;
  network: ClusterNetwork;
  /** Of nodes and pods. */
  securityGroupId: pulumi.Input<string>;
  /** @default none */
  tags?: Record<string, string>;
  /** What every role of the account is to have. @default nothing */
  roles?: RoleSettings;
}
