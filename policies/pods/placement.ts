/** Where pods may run: tolerations and node selection. */
import { ANNOTATIONS } from "../../components/vocabulary/labels.js";
import type { Resource } from "../read/kinds.js";
import { at, type Fields, fields, isStated, list, strings, text } from "../read/values.js";
import type { Workload } from "./workloads.js";

export interface Taint {
  key: string;
  /** Left out: any value. */
  value?: string;
}

/** As the API has it; empty texts where it states nothing. */
export interface Toleration {
  key: string;
  operator: string;
  value: string;
  effect: string;
}

/** What a pod asks of a node's labels. */
export interface NodeRequirement {
  key: string;
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt";
  /** Reading one that is not known yet throws. */
  readonly values: readonly string[];
}

/** Requirements that hold together. */
type Term = readonly NodeRequirement[];

/** Where pods may run, read when it is asked for. */
export class Placement {
  private readonly sources: readonly Fields[];

  /** @param runtimeClass the object that the pod names; its `scheduling` is merged into the pod */
  constructor(
    private readonly podSpec: Fields,
    runtimeClass?: Resource,
  ) {
    this.sources = [podSpec, fields(runtimeClass?.props["scheduling"])];
  }

  /** True where the pod names its node, so that nothing schedules it. */
  get hasNode(): boolean {
    return isStated(this.podSpec, "nodeName");
  }

  get tolerations(): Toleration[] {
    return this.sources.flatMap((source) =>
      list(source["tolerations"]).map((toleration) => ({
        key: text(at(toleration, "key")) ?? "",
        operator: text(at(toleration, "operator")) ?? "Equal",
        value: text(at(toleration, "value")) ?? "",
        effect: text(at(toleration, "effect")) ?? "",
      })),
    );
  }

  /** Whether some toleration lets the pods onto nodes with the taint (effect NoSchedule), as the scheduler matches it. */
  tolerates(taint: Taint): boolean {
    return this.tolerations.some(({ key, operator, value, effect }) => {
      if (effect !== "" && effect !== "NoSchedule") return false;
      if (key === "") return operator === "Exists";
      return key === taint.key && (operator === "Exists" || taint.value === undefined || value === taint.value);
    });
  }

  /** Alternatives, each with all that a node has to have; none where any node will do. */
  get required(): Term[] {
    const selected = this.sources.flatMap((source) =>
      Object.keys(fields(source["nodeSelector"])).map((key): NodeRequirement => ({
        key,
        operator: "In",
        get values() {
          return [text(at(source["nodeSelector"], key)) ?? ""];
        },
      })),
    );
    const terms = list(at(this.affinity, "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"));
    if (terms.length === 0) return selected.length === 0 ? [] : [selected];
    return terms.map((term) => [...selected, ...requirementsOf(term)]);
  }

  /** What the pods would rather have. */
  get preferred(): Term[] {
    const preferences = list(at(this.affinity, "preferredDuringSchedulingIgnoredDuringExecution"));
    return preferences.map((preference) => requirementsOf(at(preference, "preference")));
  }

  private get affinity(): unknown {
    return at(this.podSpec, "affinity", "nodeAffinity");
  }
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

function requirementsOf(term: unknown): NodeRequirement[] {
  const expressions = [...list(at(term, "matchExpressions")), ...list(at(term, "matchFields"))];
  return expressions.flatMap((expression) => {
    const key = text(at(expression, "key"));
    const operator = text(at(expression, "operator")) as NodeRequirement["operator"] | undefined;
    return key === undefined ? [] : [{ key, operator: operator ?? "In", values: strings(at(expression, "values")) }];
  });
}
