/** Where a batch's files are, as far as the network and the pods' volumes need to know. */
import type { BatchInput, BatchOutput } from "../../contract/batch.js";
import type { BatchPlan } from "./plan.js";

type Place = BatchInput | BatchOutput;

/** A host and port that pods connect to. */
export interface Address {
  host: string;
  port: number;
}

/** What of a place is an address. */
interface Reached {
  s3?: { endpoint?: string | undefined } | undefined;
  url?: string | undefined;
}

/** Where a place's files come from over the network; `undefined` of a volume. */
export function addressOf({ s3, url }: Reached): Address | undefined {
  // S3's own addresses are public ones, and a gateway endpoint leaves them so.
  const address = s3 === undefined ? url : (s3.endpoint ?? "https://s3.amazonaws.com");
  if (address === undefined) return undefined;
  const { hostname, port, protocol } = new URL(address);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) || (protocol === "http:" ? 80 : 443) };
}

/** The places of a batch that the config names. */
export function placesOf({ input, output }: Pick<BatchPlan, "input" | "output">): Place[] {
  return [...(input === undefined ? [] : [input]), output];
}

/** Names of the claims that a batch's pods mount; the output's is written to. */
export function claimsOf({
  input,
  output,
}: Pick<BatchPlan, "input" | "output">): { name: string; isWritten: boolean }[] {
  const written = output.claim?.name;
  const read = input?.claim?.name;
  return [
    ...(written === undefined ? [] : [{ name: written, isWritten: true }]),
    ...(read === undefined || read === written ? [] : [{ name: read, isWritten: false }]),
  ];
}

/** One text for each place, whatever the spelling of its address. */
export function placeKey({ s3, claim }: BatchOutput): string {
  return s3 === undefined ? `claim ${claim!.name}/${claim!.path}` : `${s3.endpoint ?? "s3"} ${s3.bucket}/${s3.prefix}`;
}
