import type { CollectedResource } from "../collect/resource.js";
import type { PolicyInput } from "../policyRunner.js";

/** A resource as policies take it. */
export function policyInput({ inputs, ...resource }: CollectedResource): PolicyInput {
  return { ...resource, props: inputs };
}
