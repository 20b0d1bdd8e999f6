/** The kubeconfig of a cluster that is built. */

/** How Pulumi's AWS provider gets its rights, where the stack config says so. */
export interface Credentials {
  /** `aws:profile`: a profile of the AWS command's own configuration. */
  profile?: string;
  /** The role of `aws:assumeRoles`. */
  roleArn?: string;
}

interface Kubeconfig {
  users: { user: { exec: { args: string[] } } }[];
}

/**
 * Has the kubeconfig's command ask for a token by a profile. `@pulumi/eks` leaves the profile out of the kubeconfig that it gives
 * to others (4.3.0, nodejs/eks/cluster/cluster.ts), since colleagues may have other names for it; here it is for the stack's own
 * providers. A role is in it already.
 */
export function withProfile(kubeconfig: string, profile: string | undefined): string {
  if (profile === undefined) return kubeconfig;
  const config = JSON.parse(kubeconfig) as Kubeconfig;
  for (const { user } of config.users) user.exec.args.push("--profile", profile);
  return JSON.stringify(config);
}
