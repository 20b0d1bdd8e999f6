/** Stacks to measure with, and the machine that measures. */
import { cpus, totalmem } from "node:os";

const IMAGE = "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90";

/** A stack of `count` models of all classes, each autoscaled, every tenth with two releases. @param gpuNodes of the cluster, if described */
export function manyModels(count: number, gpuNodes?: object): object {
  const release = {
    model: { id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218" },
    image: IMAGE,
    gpu: { type: "l4" },
    context: 8192,
    concurrency: { sequences: 16, inFlight: 48 },
    flags: { "enable-prefix-caching": { value: true, reason: "conversations share a system prompt" } },
  };
  const model = (index: number): object => ({
    class: ["interactive", "batch", "experimental"][index % 3],
    route: { stable: "r1" },
    releases: index % 10 === 0 ? { r1: release, r2: release } : { r1: release },
    autoscaling: { min: 1, max: 3 },
  });
  const models = Object.fromEntries(Array.from({ length: count }, (_, index) => [`model-${index}`, model(index)]));
  return {
    config: {
      "vllm:cluster": { existing: { name: "bench", ...(gpuNodes !== undefined && { gpuNodes }) } },
      "vllm:models": models,
    },
  };
}

/** The machine that measured, for readers of the figures. */
export function machine(): string {
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model}), ${gib} GiB, Node ${process.version}`;
}
