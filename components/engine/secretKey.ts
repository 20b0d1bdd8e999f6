import type * as pulumi from "@pulumi/pulumi";

/** One key of a Secret in the runtime's namespace. */
export interface SecretKey {
  /** Name of the Secret. */
  name: pulumi.Input<string>;
  key: pulumi.Input<string>;
}
