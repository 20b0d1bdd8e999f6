import type { ModelConfig } from "../contract/schema.js";
import type { ModelKeys, RuntimePlan } from "./plan.js";

/** A model with the plans of its releases. */
export interface ServedModel extends ModelKeys {
  name: string;
  route: ModelConfig["route"];
  warmSpares: number;
  /** By release name, in the config's order. */
  releases: Map<string, RuntimePlan>;
}
