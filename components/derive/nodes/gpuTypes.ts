/** GPU types by name: those of the table, and those that a config describes. */
import type { GpuTypesConfig } from "../../contract/gpuTypes.js";
import { entriesOf, isWrong, type Parts, WRONG } from "../../config/parts.js";
import { type Gpu, GPUS } from "../../facts/gpus.js";
import { GPU_RESOURCE } from "../../vocabulary/nodes.js";

/** A type of GPU with the resource by which pods ask for it. */
export interface Accelerator extends Gpu {
  /** Extended resource, such as `nvidia.com/gpu`. */
  resource: string;
}

/** What types there are. */
export interface GpuTypes {
  /** By name; some of a config's own may be wrong in part. */
  types: ReadonlyMap<string, Parts<Accelerator>>;
  /** Whether a name that is not among them is a type of nothing: where the config's own are wrong, nobody can tell. */
  isComplete: boolean;
}

/** @param own the config's own types @default the table's alone */
export function gpuTypesOf(own?: Parts<GpuTypesConfig>): GpuTypes {
  const described = entriesOf(own).map(
    ([type, { memoryGiB, computeCapability, resource }]): [string, Parts<Accelerator>] => [
      type,
      { type, name: type, cudaGiB: memoryGiB, computeCapability, resource },
    ],
  );
  const whole = Object.values(GPUS).map((gpu) => [gpu.type, { ...gpu, resource: GPU_RESOURCE }] as const);
  // The table's come last: a check refuses to have one of them described anew.
  return { types: new Map([...described, ...whole]), isComplete: !isWrong(own) };
}

/** What is known of a type; all of it wrong where the type is, or is described nowhere, which a check says. */
export function gpuNamed(type: Parts<string>, gpuTypes: GpuTypes): Parts<Accelerator> {
  const known = isWrong(type) ? undefined : gpuTypes.types.get(type);
  return known ?? { type: WRONG, name: WRONG, cudaGiB: WRONG, computeCapability: WRONG, resource: WRONG };
}
