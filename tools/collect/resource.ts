import * as pulumi from "@pulumi/pulumi";
import { SECRET_MASK } from "../../stacks/secrets.js";

/** A resource as the program registered it. */
export interface CollectedResource {
  urn: string;
  type: string;
  name: string;
  /** URN; absent for the stack itself. */
  parent?: string;
  /** URNs of the resources that must exist before it; absent if there are none. */
  dependencies?: string[];
  /** False for components, which exist only in Pulumi. */
  custom: boolean;
  /** Inputs, with every secret masked. */
  inputs: Record<string, unknown>;
  /** Whether some of {@link inputs} was masked. */
  secret: boolean;
}

/** The SDK's own, which its types leave out. */
interface Named {
  __pulumiType: string;
  __name: string;
}

/** A resource that is an input of another, such as a component's role. */
function nameOf(resource: pulumi.Resource): string {
  const { __pulumiType: type, __name: name } = resource as unknown as Named;
  return `${type}::${name}`;
}

/** Masks what the SDK marked as secret: every text within it. */
export function maskSecrets(value: unknown): { value: unknown; secret: boolean } {
  let secret = false;
  const mask = (value: unknown, within: boolean): unknown => {
    if (typeof value === "string") return within ? SECRET_MASK : value;
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map((item) => mask(item, within));
    // The SDK's own object, with all that the SDK keeps of it.
    if (pulumi.Resource.isInstance(value)) return nameOf(value);
    if (pulumi.runtime.isRpcSecret(value)) {
      secret = true;
      return mask(pulumi.runtime.unwrapRpcSecret(value), true);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mask(item, within)]));
  };
  return { value: mask(value, false), secret };
}
