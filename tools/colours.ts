import { createColors } from "picocolors";

/**
 * Colours for a terminal, and plain text for pipes and files: CI systems keep what they are given.
 *
 * `FORCE_COLOR` and `NO_COLOR` decide otherwise (https://no-color.org).
 */
export const colours = createColors(
  // `isTTY` of a pipe is `undefined`: picocolors would then decide itself, and use colours in CI.
  Boolean(process.env["FORCE_COLOR"] || (process.stdout.isTTY && !process.env["NO_COLOR"])),
);
