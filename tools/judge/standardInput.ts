import { BadInput } from "../failure.js";
import { MOST_MIB } from "./inputs.js";

/** All that comes from standard input. @throws BadInput for more than a file may have */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_MIB * 2 ** 20) throw new BadInput(`standard input: has more than ${MOST_MIB} MiB: split it`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\ufeff/, "");
}
