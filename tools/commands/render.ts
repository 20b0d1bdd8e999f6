import type { Command } from "commander";
import { colours as pc } from "../colours.js";
import { print } from "../commandLine.js";

export function addRender(program: Command, folder: string): void {
  program
    .command("render")
    .description("Write a stack's Kubernetes manifests as YAML, for kubectl apply or GitOps; secrets are left out.")
    .argument("[stack]", "stack to render", "staging")
    .requiredOption("--out <folder>", "folder to write to; files of an earlier rendering in it are replaced")
    .addHelpText("after", "\nExit code: 0 fine, 2 the config or the call is wrong.")
    .action(async (stack: string, options: { out: string }) => {
      const { render } = await import("../render/command.js");
      const warn = (line: string): void => void process.stderr.write(`${pc.yellow(line)}\n`);
      print(await render(folder, stack, options.out, warn));
    });
}
