import { Command } from "commander";
import { generate } from "./command.js";

new Command("generate")
  .description("Make the JSON Schema and the references in docs/ from the code.")
  .option("--check", "write nothing; exit with 1 when a file is out of date", false)
  .action(async ({ check }: { check: boolean }) => {
    const stale = await generate(process.cwd(), check);
    for (const path of stale) console.log(check ? `out of date: ${path}; run npm run generate` : `written: ${path}`);
    process.exitCode = check && stale.length > 0 ? 1 : 0;
  })
  .parseAsync()
  .catch((thrown: unknown) => {
    throw thrown;
  });
