import type { Command } from "commander";
import { number, print } from "../commandLine.js";
import type { ColdstartOptions } from "../coldstart/command.js";

export function addColdstart(program: Command): void {
  program
    .command("coldstart")
    .description("How long the replicas of a model took to start, part by part, and what would shorten it.")
    .argument("<model>", "the model's name in vllm:models")
    .option("--kubeconfig <file>", "default: KUBECONFIG, else ~/.kube/config")
    .option("--context <name>", "context of the kubeconfig; default: its current one")
    .option("--stack <stack>", "only what this stack has deployed; default: any")
    .option("--namespace <namespace>", "default: all that may be read")
    .option("--pods <number>", "how many pods, the newest first", number, 5)
    .option("--json", "print everything as JSON (run npm with --silent)", false)
    .addHelpText(
      "after",
      `
Read are pods, their events and nodes, and the log of vLLM. What may not be read is said, and left out.

Exit code: 0 fine, 1 the model has no pods there or the cluster refuses, 2 the call or the kubeconfig is wrong.`,
    )
    .action(async (model: string, options: ColdstartOptions) => {
      const { coldstart } = await import("../coldstart/command.js");
      const { terminalWidth } = await import("../preview/table.js");
      const width = terminalWidth(process.env, process.stdout.columns);
      print(await coldstart(model, options, { env: process.env, width, now: Date.now() }));
    });
}
