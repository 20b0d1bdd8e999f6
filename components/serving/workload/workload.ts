import type * as pulumi from "@pulumi/pulumi";
import type { ObjectKind } from "../../vocabulary/workloads.js";

/** What differs between the kinds of workload that a release can be run as. */
export interface Workload {
  /** Pulumi holds it for created once its pods are ready. */
  resource: pulumi.CustomResource;
  /** What the autoscaler scales. */
  scaleTarget: ObjectKind & { name: string };
}
