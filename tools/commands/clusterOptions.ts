import type { Command } from "commander";

/** The options by which a command finds its cluster. @param context its default, in words */
export function withClusterOptions(command: Command, context = "its current one"): Command {
  return command
    .option("--kubeconfig <file>", "default: KUBECONFIG, else ~/.kube/config")
    .option("--context <name>", `context of the kubeconfig; default: ${context}`);
}
