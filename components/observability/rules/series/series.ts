/** The series a release: `RELEASE` of vocabulary/metrics/recorded.ts. */
import type { RuleGroup, Scope } from "../../promql.js";
import { podGroup } from "../pods.js";
import { gpuGroup } from "./gpus.js";
import { replicaGroup } from "./replicas.js";
import { requestGroups } from "./requests.js";

/** Groups of the stack, whatever models it has. They join what each model's {@link contractGroup} records. */
export function seriesGroups(scope: Scope): RuleGroup[] {
  return [podGroup(scope), ...requestGroups(scope), replicaGroup(scope), gpuGroup(scope)];
}
