/**
 * Parameters of vLLM's requests that no client may send: what steers the server, reaches other hosts, loads code or multiplies the work of a
 * request beyond its bounds. `null`, `false` and 0 are let through, since libraries send them for what they leave alone.
 *
 * Source: vLLM 0.30 and 0.32, `vllm/entrypoints/openai/{chat_completion,completion,responses}/protocol.py` and
 * `vllm/entrypoints/pooling/base/protocol.py`, read on 2026-11-27.
 */
export const REFUSED_PARAMETERS: Record<string, string> = {
  background: "answers are kept by the engine and fetched by a path that is closed",
  chat_template: "a Jinja program, which the server would run",
  ec_transfer_params: "names hosts that the engine fetches encoder results from",
  enable_response_messages: "debug output that holds the rendered prompt and its tokens",
  kv_transfer_params: "names hosts and blocks that the engine fetches KV cache from",
  logits_processors: "names Python code that the server would load",
  media_io_kwargs: "raises the number of frames that the server decodes",
  mm_processor_kwargs: "raises the memory that an image or a video takes",
  previous_input_messages: "goes around the bounds of messages",
  previous_response_id: "reads an answer that the engine kept, whoever asked for it",
  priority: "the gateway writes the tenant's",
  prompt_embeds: "a pickled tensor, which the server would load",
  prompt_logprobs: "computes a distribution over the vocabulary for every token of the prompt",
  request_id: "names the engine's own request; two of one name hinder each other",
  session_id: "names the engine's own session; clients send the header x-session-id",
  use_beam_search: "runs beams beyond the bound of answers",
  vllm_xargs: "arguments of the server's extensions",
};

/** What else is refused of a parameter's values, for docs. */
export const REFUSED_VALUES: Record<string, string> = {
  "chat_template_kwargs.chat_template": "as chat_template",
  "chat_template_kwargs.tokenize": "changes what the server's code gets from the template",
  "echo with logprobs": "as prompt_logprobs",
};

/** Headers that the program takes from every request before the engine sees it, beside those that ClientTrafficPolicy takes early. */
export const STRIPPED_HEADERS = [
  // Keys, where a key check does not take them itself.
  "authorization",
  "x-api-key",
  // The engine's own (vllm/entrypoints/generate/base/serving.py and openai/completion/api_router.py of 0.32).
  "x-vllm-priority",
  "x-data-parallel-rank",
  "endpoint-load-metrics-format",
  // llm-d's sidecar and the endpoint picker.
  "x-prefiller-host-port",
  "x-gateway-destination-endpoint",
  "x-gateway-model-name",
  "x-ai-eg-model",
  // Envoy's router heeds these of anyone.
  "x-envoy-max-retries",
  "x-envoy-retry-on",
  "x-envoy-retry-grpc-on",
  "x-envoy-retriable-status-codes",
  "x-envoy-retriable-header-names",
  "x-envoy-hedge-on-per-try-timeout",
  "x-envoy-upstream-alt-stat-name",
  "x-envoy-upstream-rq-per-try-timeout-ms",
  "x-envoy-upstream-rq-timeout-alt-response",
  "x-envoy-upstream-rq-timeout-ms",
  "x-envoy-upstream-stream-duration-ms",
  "x-envoy-decorator-operation",
] as const;
