/** How Pulumi's AWS provider gets its rights, where the stack config says so: `aws:profile` and `aws:assumeRoles`. */
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../components/cluster/kubeconfig.js";

/** @throws pulumi.RunError where a kubeconfig cannot ask likewise */
export function awsCredentials(): Credentials {
  const config = new pulumi.Config("aws");
  const profile = config.get("profile");
  const roles = config.getObject<{ roleArn?: string }[]>("assumeRoles") ?? [];
  if (roles.length > 1) {
    throw new pulumi.RunError(
      `aws:assumeRoles names ${roles.length} roles, one assumed with the other, and a kubeconfig can assume one: ` +
        "give a profile that ends in the last of them by aws:profile",
    );
  }
  const [{ roleArn } = {}] = roles;
  return { ...(profile !== undefined && { profile }), ...(roleArn !== undefined && { roleArn }) };
}
