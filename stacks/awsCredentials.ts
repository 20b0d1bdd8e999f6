/** How Pulumi's AWS provider gets its rights, where the stack config says so: `aws:profile` and `aws:assumeRoles`. */
import * as pulumi from "@pulumi/pulumi";
import type { Credentials } from "../components/cluster/kubeconfig.js";

/** What of `aws:assumeRoles` the `aws` command's token does not need, or does likewise. */
const HARMLESS = ["roleArn", "sessionName", "duration"];

/** Keys of the provider by which it gets rights that no kubeconfig could ask with. */
const OTHERS = ["accessKey", "secretKey", "token", "assumeRoleWithWebIdentity"];

/** @throws pulumi.RunError where a kubeconfig cannot ask likewise */
export function awsCredentials(): Credentials {
  const config = new pulumi.Config("aws");
  const profile = config.get("profile");
  const roles = config.getObject<Record<string, unknown>[]>("assumeRoles") ?? [];
  const [role = {}] = roles;
  const others = [
    ...OTHERS.filter((key) => config.get(key) !== undefined).map((key) => `aws:${key}`),
    ...Object.keys(role)
      .filter((key) => !HARMLESS.includes(key))
      .map((key) => `aws:assumeRoles[0].${key}`),
    ...(roles.length > 1 ? ["aws:assumeRoles[1]"] : []),
  ];
  if (others.length > 0) {
    throw new pulumi.RunError(
      `${others.join(", ")}: the cluster's kubeconfig asks the aws command for its tokens, which cannot use this; give it by the ` +
        "environment, or by a profile of the aws command's configuration and aws:profile",
    );
  }
  const { roleArn } = role;
  return {
    ...(profile !== undefined && { profile }),
    ...(typeof roleArn === "string" && { roleArn }),
  };
}
