import type { Command } from "commander";
import { EXIT } from "../failure.js";

export function addGenerate(program: Command, folder: string): void {
  program
    .command("generate")
    .description("Make the JSON Schema and the references in docs/ from the code.")
    .option("--check", "write nothing; exit with 1 when a file is out of date", false)
    .addHelpText("after", "\nExit code: 0 fine, 1 with --check a file is out of date, 2 the call is wrong.")
    .action(async ({ check }: { check: boolean }) => {
      const { generate } = await import("../generate/command.js");
      const stale = await generate(folder, check);
      for (const path of stale) {
        process.stdout.write(check ? `out of date: ${path}; run npm run generate\n` : `written: ${path}\n`);
      }
      process.exitCode = check && stale.length > 0 ? EXIT.failed : EXIT.fine;
    });
}
