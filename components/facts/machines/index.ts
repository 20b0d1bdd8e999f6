/** Machines of every cloud that has a table here; a cloud is a file beside this one and a line below. */
import { AWS_MACHINES } from "./aws.js";
import type { Machine } from "./machine.js";

/** By name. */
export const MACHINES: ReadonlyMap<string, Machine> = new Map(AWS_MACHINES);

/** Machines that have GPUs of a type. */
export function machinesWith(gpu: Machine["gpu"]): Machine[] {
  return [...MACHINES.values()].filter((machine) => machine.gpu === gpu);
}
