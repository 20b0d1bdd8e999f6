/** Which type of the GPU table a node has, by the label that NVIDIA's feature discovery gives it. */
import { GPUS } from "../../components/facts/gpus.js";

/** Such as `NVIDIA-A100-SXM4-80GB`: https://github.com/NVIDIA/k8s-device-plugin, docs/gpu-feature-discovery, read 2026-11-26. */
export const PRODUCT_LABEL = "nvidia.com/gpu.product";

/** The type whose words are all in the product's name, the longest one; `undefined` for a GPU of no table. */
export function typeOfProduct(product: string): string | undefined {
  const words = product
    .toLowerCase()
    .split(/[^a-z0-9.]+/)
    .map((word) => word.replace(/^(\d+)gb$/, "$1"));
  const [best] = Object.keys(GPUS)
    .filter((type) => type.split("-").every((word) => words.includes(word)))
    .sort((one, other) => other.length - one.length);
  return best;
}
