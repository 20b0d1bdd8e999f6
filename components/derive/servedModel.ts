import type { SecretRef } from "../config/secretRef.js";
import type { SloConfig } from "../contract/observability/slo.js";
import type { LoadConfig } from "../contract/load.js";
import type { ModelConfig } from "../contract/schema.js";
import type { ModelKeys, RuntimePlan } from "./plan.js";

/** A model with the plans of its releases. */
export interface ServedModel extends ModelKeys {
  name: string;
  route: ModelConfig["route"];
  warmSpares: number;
  /** Service levels that the model states itself. @default those of its class, if any */
  slo?: SloConfig;
  /** Load that it is expected to have. @default unknown */
  load?: LoadConfig;
  /** Secret with the key that clients send. @default one that is made, of a random key */
  apiKey?: SecretRef;
  /** By release name, in the config's order. */
  releases: Map<string, RuntimePlan>;
}
