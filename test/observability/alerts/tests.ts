/** The texts of all tests of alerts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(__dirname, "..");

export const ALL_TESTS = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts") && !file.endsWith("alerts.test.ts"))
  .map((file) => readFileSync(join(folder, file), "utf8"))
  .join("\n");
