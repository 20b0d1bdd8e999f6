import { Argument, type Command } from "commander";
import { print } from "../commandLine.js";
import type { CacheOptions } from "../cache/command.js";

interface Options extends CacheOptions {
  apply: boolean;
}

const HELP = `
A Job of the stack's own image reads the cache. Kept is what any release of the stack, or any workload of the cluster, names; and what
is being filled.

Exit code: 0 fine, 1 the cluster refuses, or does not let us see who uses what, 2 the stack has no cache, or the call is wrong.`;

export function addCache(program: Command, folder: string): void {
  const cache = program
    .command("cache")
    .description("Revisions of weights in a stack's cache: list them, remove old ones.");
  const shared = (command: Command): Command =>
    command
      .addArgument(new Argument("[stack]", "stack whose cache it is").default("staging"))
      .option("--kubeconfig <file>", "default: KUBECONFIG, else ~/.kube/config")
      .option("--context <name>", "context of the kubeconfig; default: its current one")
      .option("--json", "print everything as JSON (run npm with --silent)", false)
      .addHelpText("after", HELP);
  const run = async (stack: string, { apply, ...options }: Options, prune: boolean): Promise<void> => {
    const { cacheCommand } = await import("../cache/command.js");
    print(await cacheCommand(folder, stack, { prune, apply }, options, process.env));
  };
  shared(cache.command("list").description("Revisions with size, last use, and who names them.")).action(
    (stack: string, options: Options) => run(stack, { ...options, apply: false }, false),
  );
  shared(cache.command("prune").description("Remove revisions that nobody names; without --apply only say which."))
    .option("--apply", "remove them", false)
    .action((stack: string, options: Options) => run(stack, options, true));
}
