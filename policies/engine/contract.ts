/** The contract as a runtime's annotation carries it. */
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import type { Workload } from "../pods/workloads.js";

/** The parsed annotation; `undefined` when it is absent or no JSON. */
export function contractOf(workload: Workload): unknown {
  const annotation = workload.annotation(ANNOTATIONS.contract);
  if (annotation === undefined) return undefined;
  try {
    return JSON.parse(annotation);
  } catch {
    return undefined;
  }
}
