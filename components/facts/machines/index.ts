/** Machines of every cloud that has a table here; a cloud is a file beside this one and a line below. */
import { AWS_MACHINES } from "./aws.js";
import { AZURE_MACHINES } from "./azure.js";
import { GCP_MACHINES } from "./gcp.js";
import type { Cloud, Machine } from "./machine.js";

/** By name. */
export const MACHINES: ReadonlyMap<string, Machine> = new Map<string, Machine>([
  ...AWS_MACHINES,
  ...GCP_MACHINES,
  ...AZURE_MACHINES,
]);

/** Machines that have GPUs of a type, of one cloud or of all. */
export function machinesWith(gpu: Machine["gpu"], cloud?: Cloud): Machine[] {
  return [...MACHINES.values()].filter(
    (machine) => machine.gpu === gpu && (cloud === undefined || machine.cloud === cloud),
  );
}
