import { AWS_MACHINES } from "../../facts/machines/aws.js";

/** Whether all of the types have NVMe disks of their own. */
export function hasLocalStorage(instanceTypes: readonly string[]): boolean {
  return instanceTypes.every((type) => (AWS_MACHINES.get(type)?.nvmeGB ?? 0) > 0);
}
