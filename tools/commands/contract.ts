import type { Command } from "commander";
import { print, withClusterOptions } from "../commandLine.js";
import type { ContractOptions, Surroundings } from "../contract/command.js";

const HELP = `
Read are the annotations of Deployments and ReplicaSets, and the model's Service. r1@3 is what r1 was as number 3 of its history.

Exit code: 0 fine, 1 the model is not there or the cluster refuses, 2 the call or the kubeconfig is wrong.`;

export function addContract(program: Command): void {
  const contract = program
    .command("contract")
    .description("Contracts of a model's releases as the cluster has them: show one, compare two, or what was before.");
  const shared = (name: string, description: string): Command =>
    withClusterOptions(contract.command(name).description(description).argument("<model>", "key in vllm:models"))
      .option("--stack <stack>", "only what this stack has deployed; default: any")
      .option("--namespace <namespace>", "default: all that may be read")
      .option("--json", "print JSON, for scripts (run npm with --silent)", false)
      .addHelpText("after", HELP);
  shared("show", "The contract that is live, and which releases there are.")
    .option("--release <release>", "r2, or r2@1 for an earlier one; default: the one that the route leads to")
    .action(async (model: string, { release, ...options }: ContractOptions & { release?: string }) => {
      const { show } = await import("../contract/command.js");
      print(await show(model, release, options, await surroundings()));
    });
  shared("diff", "Every value in which two contracts differ.")
    .argument("<before>", "release, such as r1 or r1@3")
    .argument("<after>", "release, such as r2")
    .action(async (model: string, before: string, after: string, options: ContractOptions) => {
      const { diff } = await import("../contract/command.js");
      print(await diff(model, [before, after], options, await surroundings()));
    });
  shared("history", "What each release was: contract, image and commit of every ReplicaSet that is kept.").action(
    async (model: string, options: ContractOptions) => {
      const { history } = await import("../contract/command.js");
      print(await history(model, options, await surroundings()));
    },
  );
}

async function surroundings(): Promise<Surroundings> {
  const { terminalWidth } = await import("../preview/table.js");
  return { env: process.env, width: terminalWidth(process.env, process.stdout.columns) };
}
