import type { Command } from "commander";
import { number, print, report } from "../commandLine.js";
import type { DownOptions, UpOptions } from "../local/command.js";

export function addLocal(program: Command, folder: string): void {
  const local = program
    .command("local")
    .description("A stack in a real control plane on this machine, with simulated GPU nodes, KEDA and Prometheus.");
  addUp(local, folder);
  addBuild(local, folder);
  addStatus(local, folder);
  addLoad(local, folder);
  addDown(local, folder);
}

/** The texts of an option that is given more than once. */
function collectTexts(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function addUp(local: Command, folder: string): void {
  local
    .command("up")
    .description(
      "Start it, or bring it up to date: build what is missing, make nodes, apply the stack, show what runs where.",
    )
    .argument("[stack]", "stack to apply", "staging")
    .option(
      "--load <time>",
      "how long models load: 10s, or of one model chat=90s, chat-r2=never; repeatable, and kept until down",
      collectTexts,
    )
    .option("--wait", "wait until every model is ready", false)
    .option("--timeout <seconds>", "how long a route, or --wait, waits for a model", number, 300)
    .option("--kubeconfig <file>", "use this cluster (kind, …) instead of starting one")
    .option("--context <name>", "context of that kubeconfig; has to be named with it")
    .option("--yes", "do not ask before something is put into that cluster", false)
    .addHelpText(
      "after",
      "\nThe first start builds the control plane with Go, for about a quarter of an hour; later ones take seconds." +
        "\nExit code: 0 fine, 1 something was not ready in time or could not be built, 2 the config or the call is wrong.",
    )
    .action(async (stack: string, options: UpOptions) => {
      const { up } = await import("../local/command.js");
      print(await up(folder, stack, options, report));
    });
}

function addBuild(local: Command, folder: string): void {
  local
    .command("build")
    .description("Build what is missing of the programs, and start nothing.")
    .argument("[program...]", "such as promtool, which the tests of rules need (default: those that up starts)")
    .addHelpText("after", "\nExit code: 0 fine, 1 a build failed, 2 there is no such program, or Go is missing.")
    .action(async (names: string[]) => {
      const { buildPrograms } = await import("../local/buildCommand.js");
      print({ text: await buildPrograms(folder, names, report), exitCode: 0 });
    });
}

function addStatus(local: Command, folder: string): void {
  local
    .command("status")
    .description("Show what runs where.")
    .addHelpText("after", "\nExit code: 0 fine, 1 not everything runs any more, 2 nothing is up.")
    .action(async () => {
      const { status } = await import("../local/command.js");
      print(await status(folder));
    });
}

function addLoad(local: Command, folder: string): void {
  local
    .command("load")
    .description("Have the pods of a model's Service report load, so that the autoscaler acts.")
    .argument("<model>", "the model, or a release of it such as chat-r1")
    .argument("<requests>", "requests in flight, of all replicas together", number)
    .option("--kv-cache <replicas>", "KV cache in use, where 1 is all of one replica's", number, 0)
    .action(async (model: string, requests: number, options: { kvCache: number }) => {
      const { load } = await import("../local/command.js");
      print(await load(folder, model, requests, options.kvCache));
    });
}

function addDown(local: Command, folder: string): void {
  local
    .command("down")
    .description(
      "End every process and throw the cluster away; of one that was there, take out what up has made. What was built stays.",
    )
    .option("--yes", "do not ask before something is taken out of a cluster that was there", false)
    .option("--forget", "leave what is in a cluster that was there, which is gone for good", false)
    .action(async (options: DownOptions) => {
      const { down } = await import("../local/command.js");
      print(await down(folder, options, report));
    });
}
