/** The command line of `npm run docs:check`. */
import { Command } from "commander";
import { EXIT } from "../commandLine.js";
import { checkDocs, resultText } from "./check.js";
import { projectAt } from "./project.js";

new Command("docs:check")
  .description(
    "Check the Markdown files: run the commands they show, compare the outputs, parse config and code, follow links.",
  )
  .allowExcessArguments(false)
  .addHelpText("after", "\nExit code: 0 all is right, 1 something is not.")
  .action(() => {
    const project = projectAt(process.cwd());
    const problems = checkDocs(project);
    console.log(resultText(problems, project.pages.size));
    if (problems.length > 0) process.exitCode = EXIT.refused;
  })
  .parse();
