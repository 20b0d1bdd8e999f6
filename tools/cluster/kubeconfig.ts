/** Which cluster a command is about, as kubectl finds it. */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Options by which a command finds its cluster. */
export interface ClusterOptions {
  /** @default the variable KUBECONFIG, else ~/.kube/config */
  kubeconfig?: string;
  /** Of the kubeconfig. @default its current one */
  context?: string;
}

/** Path of the kubeconfig, or several as the variable KUBECONFIG has them. */
export function kubeconfigOf(
  { kubeconfig }: Pick<ClusterOptions, "kubeconfig">,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const files = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  return kubeconfig ?? (files.length > 0 ? files.join(delimiter) : join(homedir(), ".kube", "config"));
}
