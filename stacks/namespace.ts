/** The start of every key: the project's name in Pulumi.yaml. */
export const NAMESPACE = "vllm";
