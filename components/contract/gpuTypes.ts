/** The shape of `vllm:gpuTypes`: types of GPU that the table lacks, and slices of GPUs. */
import { z } from "zod";
import { GPU_TYPES } from "../facts/gpus.js";
import { GPU_RESOURCE } from "../vocabulary/nodes.js";

/** Name of a GPU type: it becomes a label's value. Which there are is checked with the config's own types at hand. */
export const gpuTypeName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/,
    "is not the name of a GPU type: use up to 63 lower-case letters, digits, dashes and dots, such as l4",
  )
  .meta({ examples: GPU_TYPES });

export const gpuTypeSchema = z
  .strictObject({
    memoryGiB: z
      .number()
      .positive()
      .describe(
        "Memory in GiB as CUDA reports it, which is less than the nominal size: torch.cuda.mem_get_info()[1] / 2**30 on such a node",
      ),
    computeCapability: z
      .number()
      .min(7)
      .max(20)
      .describe("CUDA compute capability, such as 8.6; vLLM needs 7.0. Source: https://developer.nvidia.com/cuda-gpus"),
    resource: z
      .string()
      .regex(
        /^nvidia\.com\/[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
        "is not a resource of NVIDIA's device plugin: use a form such as nvidia.com/gpu or nvidia.com/mig-1g.10gb",
      )
      .default(GPU_RESOURCE)
      .describe("Extended resource by which pods ask for it, as `kubectl describe node` shows it under Allocatable"),
  })
  .describe("A type of GPU, or a MIG slice");

export const gpuTypesSchema = z
  .record(gpuTypeName, gpuTypeSchema)
  .describe(
    "GPU types that the table of this project lacks, and MIG slices, by the name that models and node groups use",
  );

export type GpuTypesConfig = z.infer<typeof gpuTypesSchema>;
