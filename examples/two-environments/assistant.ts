/** The assistant's model, once: what differs between environments is an argument. */

/** What an environment decides. */
export interface Size {
  gpu: "l4" | "l40s";
  /** Prompt and completion tokens. */
  context: number;
  replicas: { min: number; max: number };
}

/** The models of an environment, in the shape of `vllm:models` in a stack config. */
export function assistant({ gpu, context, replicas }: Size): object {
  return {
    chat: {
      class: "interactive",
      route: { stable: "r1" },
      releases: {
        r1: {
          model: { id: "Qwen/Qwen3-8B", revision: "b968826d9c46dd6066d109eabc6255188de91218" },
          image: "vllm/vllm-openai:v0.30.0@sha256:8a69ffad015f138d7170c4ddc429e230a3bc1c1719f67e14324749df200a4b90",
          gpu: { type: gpu },
          context,
          concurrency: { sequences: 16, inFlight: 48 },
          flags: {
            "enable-prefix-caching": { value: true, reason: "conversations share the assistant's system prompt" },
          },
        },
      },
      autoscaling: replicas,
    },
  };
}
