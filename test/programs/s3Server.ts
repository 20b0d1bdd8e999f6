/** A server of S3 for the tests of a suite. */
import { S3Server, type S3ServerOptions } from "../../tools/standIns/s3Server.js";
import { needsPython } from "./needs.js";

/** Starts a server before the first test and stops it after the last one. @returns the server, once tests run */
export function useS3Server(options?: S3ServerOptions): () => S3Server {
  let server: S3Server | undefined;
  needsPython();
  before(async () => {
    server = await S3Server.start(options);
  });
  after(() => server?.stop());
  return () => server!;
}
