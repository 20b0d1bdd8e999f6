/** Where pods may run: tolerations and node selection. */
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import { at, fields, list, strings, text, textEntries } from "../read/values.js";
import type { Workload } from "./workloads.js";

export interface Taint {
  key: string;
  /** Left out: any value. */
  value?: string;
}

/** A node label that a pod asks for; `values` are those it names, none for `Exists` and the like. */
export interface NodeChoice {
  key: string;
  values: readonly string[];
}

/** Whether some toleration lets the pods onto nodes with the taint (effect NoSchedule), as the scheduler matches it. */
export function tolerates(workload: Workload, taint: Taint): boolean {
  return list(workload.podSpec["tolerations"]).some((toleration) => {
    const { key, operator, value, effect } = fields(toleration);
    if (effect !== undefined && effect !== "" && effect !== "NoSchedule") return false;
    if (key === undefined || key === "") return operator === "Exists";
    return key === taint.key && (operator === "Exists" || taint.value === undefined || (value ?? "") === taint.value);
  });
}

/**
 * Taints that a workload says its nodes have, in place of those that GPU nodes are expected to have; those that keep no pod off are
 * left out. `undefined` where it says nothing.
 */
export function statedTaints(workload: Workload): Taint[] | undefined {
  const stated = workload.annotation(ANNOTATIONS.nodeTaints);
  return stated
    ?.split(",")
    .filter((taint) => taint !== "" && !taint.endsWith(":PreferNoSchedule"))
    .map((taint) => {
      const [key = "", value] = taint.replace(/:\w+$/, "").split("=", 2);
      return { key, ...(value !== undefined && { value }) };
    });
}

/** Node labels that the pods require. */
export function requiredNodes(workload: Workload): NodeChoice[] {
  const selector = [...textEntries(workload.podSpec["nodeSelector"])].map(([key, value]) => ({ key, values: [value] }));
  const terms = list(at(nodeAffinity(workload), "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"));
  return [...selector, ...terms.flatMap(choicesOf)];
}

/** Node labels that the pods would rather have. */
export function preferredNodes(workload: Workload): NodeChoice[] {
  const preferences = list(at(nodeAffinity(workload), "preferredDuringSchedulingIgnoredDuringExecution"));
  return preferences.flatMap((preference) => choicesOf(at(preference, "preference")));
}

function nodeAffinity(workload: Workload): unknown {
  return at(workload.podSpec, "affinity", "nodeAffinity");
}

function choicesOf(term: unknown): NodeChoice[] {
  return list(at(term, "matchExpressions")).flatMap((expression) => {
    const key = text(at(expression, "key"));
    // NotIn names values that the pods stay away from.
    const excludes = at(expression, "operator") === "NotIn";
    return key === undefined ? [] : [{ key, values: excludes ? [] : strings(at(expression, "values")) }];
  });
}
