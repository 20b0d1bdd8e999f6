/** What checks of the gateway know beside its section. */
import type { Parts } from "../../config/parts.js";
import type { GatewayConfig } from "../../contract/gateway/schema.js";
import type { ServedModel } from "../../derive/servedModel.js";

/** The gateway's section and what stands around it. */
export interface GatewaySurroundings {
  gateway: Parts<GatewayConfig>;
  /** Where it stands, such as `vllm:gateway`. */
  path: string;
  /** Models that are right in shape. */
  models: readonly ServedModel[];
  /** Where they stand, such as `vllm:models`. */
  modelsPath: string;
  /** Keys of all models, whatever is wrong with them; `undefined` where nobody can tell. */
  names: readonly string[] | undefined;
}

/** A model by its key, if it is right. */
export function modelNamed({ models }: Pick<GatewaySurroundings, "models">, name: string): ServedModel | undefined {
  return models.find((model) => model.name === name);
}
