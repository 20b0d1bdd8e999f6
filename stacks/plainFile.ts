/** Reads files whose names or contents others decide. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";

/**
 * The text of a regular file, without a byte-order mark.
 *
 * @param mostMiB its size at the most
 * @param remedy what to do about a larger one
 * @throws Error that says what is wrong with it
 */
export function readPlainFile(file: string, mostMiB: number, remedy: string): string {
  // Not blocking: a named pipe would wait for somebody to write.
  const handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(handle);
    if (stat.isFile() && stat.size > mostMiB * 2 ** 20) {
      throw new Error(`it has ${Math.ceil(stat.size / 2 ** 20)} MiB, and ${mostMiB} are the most: ${remedy}`);
    }
    // A folder says by itself that it is one.
    if (!stat.isFile() && !stat.isDirectory()) throw new Error("it is no regular file");
    return readFileSync(handle, "utf8").replace(/^\ufeff/, "");
  } finally {
    closeSync(handle);
  }
}
