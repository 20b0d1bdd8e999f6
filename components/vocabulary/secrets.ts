/** Keys of Secrets, and the variables of a runtime that are read from them. */

/** Key of a Secret that holds an API key. */
export const API_KEY = "api-key";

/** Name of the Secret with the key that the stack makes for a model. */
export function apiKeySecret(model: string): string {
  return `${model}-api-key`;
}

/** Name of the Secret with what the gateway sends to a model in `Authorization`. */
export function gatewaySecret(model: string): string {
  return `${model}-gateway`;
}

/** Key of such a Secret, which Envoy Gateway decides: `Bearer <the model's key>`. */
export const GATEWAY_CREDENTIAL = "credential";

/** Key of the Secret that holds the token of the Hugging Face Hub. */
export const HUB_TOKEN = "token";

/** Environment variables that hold secrets; they are read from Secrets, never from the contract. */
export const SECRET_ENV = { apiKey: "VLLM_API_KEY", huggingFaceToken: "HF_TOKEN" } as const;
