import type { Command } from "commander";
import { print } from "../commandLine.js";
import { EXIT } from "../failure.js";

export function addDocsCheck(program: Command, folder: string): void {
  program
    .command("docs-check")
    .description(
      "Check the Markdown files: run the commands they show, compare the outputs, parse config and code, follow links.",
    )
    .addHelpText("after", "\nExit code: 0 all is right, 1 something is not, 2 the call is wrong.")
    .action(async () => {
      const { checkDocs, resultText } = await import("../docs/check.js");
      const { projectAt } = await import("../docs/project.js");
      const project = projectAt(folder);
      const problems = checkDocs(project);
      const exitCode = problems.length > 0 ? EXIT.failed : EXIT.fine;
      print({ text: resultText(problems, project.pages.size), exitCode });
    });
}
