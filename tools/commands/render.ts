import { type Command, InvalidArgumentError } from "commander";
import { labelValue } from "../../components/vocabulary/labels.js";
import { colours as pc } from "../colours.js";
import { print } from "../commandLine.js";

/** @throws InvalidArgumentError for what Kubernetes takes for no label */
function labelOf(text: string): string {
  if (text === "" || labelValue(text) !== text) {
    throw new InvalidArgumentError("It has to be up to 63 letters, digits, dashes, dots and underscores.");
  }
  return text;
}

export function addRender(program: Command, folder: string): void {
  program
    .command("render")
    .description("Write a stack's Kubernetes manifests as YAML, for kubectl apply or GitOps; secrets are left out.")
    .argument("[stack]", "stack to render", "staging")
    .requiredOption("--out <folder>", "folder to write to; files of an earlier rendering in it are replaced")
    .option("--managed-by <tool>", "what applies them, for the label app.kubernetes.io/managed-by", labelOf, "kubectl")
    .addHelpText("after", "\nExit code: 0 fine, 2 the config or the call is wrong.")
    .action(async (stack: string, options: { out: string; managedBy: string }) => {
      const { render } = await import("../render/command.js");
      const warn = (line: string): void => void process.stderr.write(`${pc.yellow(line)}\n`);
      print(await render(folder, stack, options.out, warn, options.managedBy));
    });
}
