/** Writes docs/alerts-day.md: `npx tsx test/e2e/day/write.ts`. */
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { runDay } from "./run.js";
import { DAY_FILE, dayText } from "./table.js";

async function write(): Promise<void> {
  const options = await resolveConfig(DAY_FILE);
  writeFileSync(DAY_FILE, await format(dayText(await runDay()), { ...options, parser: "markdown" }));
}

void write();
