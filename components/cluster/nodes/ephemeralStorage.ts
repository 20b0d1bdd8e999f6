/** Disk that pods of a GPU group can ask for. */
import { AWS_MACHINES } from "../../facts/machines/aws.js";
import { ephemeralStorageGiB } from "../../facts/machines/ephemeralStorage.js";
import { hasLocalStorage } from "./localStorage.js";
import type { BuiltNodeGroup } from "../schema.js";

/** In GiB, of the smallest node of a group; infinite where no machine is known. */
export function ephemeralStorage({
  instanceTypes,
  diskGiB,
}: Pick<BuiltNodeGroup, "instanceTypes" | "diskGiB">): number {
  const isLocal = hasLocalStorage(instanceTypes);
  const each = instanceTypes.flatMap((type) => {
    const machine = AWS_MACHINES.get(type);
    return machine === undefined ? [] : [ephemeralStorageGiB({ nvmeGB: isLocal ? machine.nvmeGB : 0 }, diskGiB)];
  });
  return Math.min(...each);
}
