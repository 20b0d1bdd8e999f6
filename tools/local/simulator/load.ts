/** Sends load to the simulator. */
import type { Folders } from "../folders.js";
import { LOOPBACK } from "../ports.js";
import { httpStatus } from "../prometheus.js";
import { secretOf } from "../secrets.js";
import type { Load } from "./metrics.js";

function call(folders: Folders, port: number, method: string, path: string, body?: string): Promise<number> {
  return httpStatus(method, `http://${LOOPBACK}:${port}/load${path}`, body, secretOf(folders, "simulator-token"));
}

export async function simulatorIsReady(folders: Folders, port: number): Promise<boolean> {
  return (await call(folders, port, "GET", "")) === 200;
}

/**
 * Makes the pods behind a Service report this load.
 *
 * @param service as `<namespace>/<name>`
 * @returns the HTTP status of the answer, 204 when accepted
 */
export function sendLoad(folders: Folders, port: number, service: string, load: Load): Promise<number> {
  return call(folders, port, "PUT", `/${service}`, JSON.stringify(load));
}
