/** What the tests of programs need of the machine. */
import { pythonOfPrograms } from "../../tools/standIns/python.js";

/** Making the Python's environment takes a minute, once. */
const INSTALL_MS = 300_000;

/** Skips the tests of a suite where the Python of the programs cannot be made (no network); CI has to have it. */
export function needsPython(): void {
  before(async function () {
    this.timeout(INSTALL_MS);
    try {
      await pythonOfPrograms((line) => console.log(`      ${line}`));
    } catch (thrown) {
      if (process.env["CI"]) throw thrown;
      console.log(`      skipped: ${(thrown as Error).message.split("\n")[0]}`);
      this.skip();
    }
  });
}
