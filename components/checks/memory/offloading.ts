/** Room for what flags move to host memory. */
import { error, type Problem } from "../../config/problems.js";
import type { Offloaded } from "../../derive/memory/offloading.js";

/** What is moved to host memory against the limits of it. @param path of the release's `resources` */
export function checkOffloading(
  { memoryGiB, sharedGiB }: Offloaded,
  { memory, shared }: { memory: number; shared: number },
  path: string,
): Problem[] {
  // What is moved beside /dev/shm has to fit beside it.
  const needed = Math.ceil(Math.max(shared, sharedGiB) + memoryGiB - sharedGiB);
  const [ofMemory, ofShared] = [memoryGiB > 0 && memory <= needed, sharedGiB > 0 && shared <= sharedGiB];
  return [
    ...(ofMemory
      ? [
          error(
            `${path}.memoryGiB`,
            `${memory} GiB have no room for /dev/shm and the ${memoryGiB.toFixed(1)} GiB that flags move to host memory: leave it out, or use more than ${needed}`,
          ),
        ]
      : []),
    ...(ofShared
      ? [
          error(
            `${path}.sharedMemoryGiB`,
            `${shared} GiB have no room for the ${sharedGiB.toFixed(1)} GiB of KV cache that flags move to /dev/shm: leave it out, or use more than ${Math.ceil(sharedGiB)}`,
          ),
        ]
      : []),
  ];
}
