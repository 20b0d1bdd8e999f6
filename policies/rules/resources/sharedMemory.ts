import { quote } from "../../../components/config/problems.js";
import { workersOf } from "../../engine/parallelism.js";
import { gpusOf } from "../../pods/gpus.js";
import { quantityOf } from "../../read/quantity.js";
import { each } from "../../read/unknown.js";
import { at, list, text } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { enginesOf } from "../../engine/runtimes.js";
import type { Container } from "../../pods/containers.js";
import type { Workload } from "../../pods/workloads.js";

/** What container runtimes give a container that mounts nothing there. */
const DEFAULT_BYTES = 64 * 2 ** 20;

const SHARED_MEMORY = /^\/dev\/shm\/?$/;

export const sharedMemory = wholePodRule(
  {
    name: "shared-memory",
    description: "vLLM on several GPUs has /dev/shm in memory, with a limit.",
    why: "Its workers exchange data through /dev/shm, which is 64 MiB by default: the model hangs or dies at its first collective operation.",
    remediationSteps: "Mount an emptyDir {medium: Memory, sizeLimit: …} at /dev/shm.",
    equalForms:
      "Several GPUs are those of the container, or the workers that its parallel sizes (tensor, pipeline, data) make in the pod. `/dev/shm` and `/dev/shm/` are the same; the host's, by hostIPC or hostPath, is in memory too (other rules refuse it). A size is good from 64 MiB to below the container's memory limit. Device claims, which count nothing, are judged by the parallel sizes alone.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    each(enginesOf(workload), ({ container, args }) => {
      const gpus = Math.max(workersOf(workload, args) ?? 1, gpusOf(container) ?? 1);
      if (gpus < 2) return;
      if (workload.podSpec["hostIPC"] === true) return;
      const volume = sharedMemoryOf(container, workload);
      if (SHARED_MEMORY.test(text(at(volume, "hostPath", "path")) ?? "")) return;
      if (at(volume, "emptyDir", "medium") !== "Memory") {
        report(
          `${container.where} uses ${gpus} GPUs without /dev/shm in memory: mount an emptyDir {medium: Memory} there`,
        );
        return;
      }
      const size = at(volume, "emptyDir", "sizeLimit");
      const bytes = quantityOf(size);
      const limit = at(container.fields, "resources", "limits", "memory");
      if (size === undefined || size === null) {
        report(`${container.where}: /dev/shm has no sizeLimit and counts as memory: set one below the memory limit`);
      } else if (bytes !== undefined && bytes < DEFAULT_BYTES) {
        report(
          `${container.where}: /dev/shm has sizeLimit ${quote(size)}, less than the 64 MiB without a volume: raise it`,
        );
      } else if (bytes !== undefined && bytes >= (quantityOf(limit) ?? Infinity)) {
        report(
          `${container.where}: /dev/shm has sizeLimit ${quote(size)}, not below the memory limit ${quote(limit)}: lower it`,
        );
      }
    });
  },
);

function sharedMemoryOf(container: Container, workload: Workload): unknown {
  const mount = list(container.fields["volumeMounts"]).find((item) =>
    SHARED_MEMORY.test(text(at(item, "mountPath")) ?? ""),
  );
  const name = at(mount, "name");
  return list(workload.podSpec["volumes"]).find((volume) => name !== undefined && at(volume, "name") === name);
}
