import { type Command, Option } from "commander";
import { print } from "../commandLine.js";

interface Options {
  config?: string;
  json: boolean;
  sarif: boolean;
}

export function addJudge(program: Command, folder: string): void {
  program
    .command("judge")
    .description("Judge Kubernetes manifests, or the resources of any Pulumi program, by the rules of the policy pack.")
    .argument(
      "<files...>",
      "Kubernetes YAML or JSON, output of pulumi preview --json, a JSON list of resources; folders of them; - for standard input",
    )
    .option("--config <file>", "levels and settings of the rules, such as policies/config/prod.json")
    .option("--json", "print violations, and what could not be judged, as JSON", false)
    .addOption(
      new Option("--sarif", "print violations as SARIF 2.1.0, for code scanning").default(false).conflicts("json"),
    )
    .addHelpText(
      "after",
      "\nExit code: 0 fine, 1 a mandatory rule is broken or a rule failed, 2 a file or the call is wrong: nothing was judged.",
    )
    .action(async (files: string[], { config, json, sarif }: Options) => {
      const { judge } = await import("../judge/command.js");
      const { readStandardInput } = await import("../judge/standardInput.js");
      const { terminalWidth } = await import("../preview/table.js");
      const outcome = await judge(files, {
        format: json ? "json" : sarif ? "sarif" : "text",
        ...(config !== undefined && { config }),
        width: terminalWidth(process.env, process.stdout.columns),
        folder,
        readInput: readStandardInput,
      });
      print(outcome);
    });
}
