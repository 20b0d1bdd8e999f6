/** Waits for its input to end, which it does with the tests however they end, and clears up after them. */
import { clear } from "../../tools/local/start.js";

const [bin, run] = process.argv.slice(2) as [string, string];
// Ctrl-C is for the tests; this comes after them.
process.on("SIGINT", () => undefined);
process.stdin.resume();
process.stdin.on("end", () => void clear({ bin, run }));
