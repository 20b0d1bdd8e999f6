/** Which EC2 instance types have NVIDIA's GPUs. */
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";

/**
 * NVIDIA's families, also those that the instance table does not have yet: EC2 names graphics types g and gr, training
 * types p. g4ad has AMD's GPUs. Wide on purpose: a family nobody listed is still a GPU family.
 */
const GPU_FAMILY = /^(?!g4ad$)(g|gr|p)\d+[a-z]*(-[a-z0-9]+)?$/;
/** Graviton (g5g) and Grace (p6e-gb200) with GPUs. */
const ARM_GPU_FAMILY = /^(g5g|.+-gb\d+)$/;

export function isGpuFamily(family: string): boolean {
  return GPU_FAMILY.test(family);
}

export function isGpuType(type: string): boolean {
  return AWS_MACHINES.has(type) || (type.includes(".") && isGpuFamily(familyOf(type)));
}

export function isArmGpuType(type: string): boolean {
  return ARM_GPU_FAMILY.test(familyOf(type));
}

function familyOf(type: string): string {
  return type.split(".", 1)[0] ?? "";
}
