/** What hostile requests are made of. */
import { CHAT } from "./door.js";

/** Headers that no client's word is taken for. */
export const SPOOFED = [
  "x-vllm-client: acme",
  "x-vllm-client: globex.main",
  "x-vllm-subject: acme",
  "x-vllm-tenant: acme",
  "x-vllm-model: chat",
  "x-vllm-model: small",
  "X-VLLM-MODEL: small",
  "x-vllm-release: r2",
  "x-vllm-priority: -100",
  "x-data-parallel-rank: 0",
  "x-prefiller-host-port: 10.0.0.1:1",
  "x-envoy-upstream-rq-timeout-ms: 1",
  "x-envoy-original-path: /tokenize",
  "x-original-url: /tokenize",
  "x-http-method-override: GET",
  "x-release: r2",
  "x-tier: premium",
  "x-forwarded-for: 127.0.0.1",
  "connection: x-vllm-tenant, authorization",
  "te: trailers",
  "expect: 100-continue",
  "upgrade: h2c",
];

/** Names of models, right, another tenant's, and some that look alike. */
export const NAMES = [
  "chat",
  "chat",
  "chat",
  "small",
  "small",
  "theirs",
  "default",
  "sql-adapter",
  "сhat",
  "ch\u200bat",
  "cha\u0301t",
  "CHAT",
  "chat\u0000",
  "../chat",
  "",
  "💬",
];
/** Paths, some of them round about. */
export const PATHS = [
  CHAT,
  "/v1/completions",
  "/v1/responses",
  "/v1/embeddings",
  "/v1/models",
  "/v1/models/small",
  "/tokenize",
  "/metrics",
  "/v1/chat/%2e%2e/%2e%2e/tokenize",
  "//v1/chat/completions",
  "/v1/chat/completions%00",
  "/v1\\chat\\completions",
  "/v1/%63hat/completions",
  "http://door/v1/chat/completions",
  "/v1/chat/completions?model=small",
  "*",
];

/** What breaks a JSON text, or makes it mean two things. */
export const FRAGMENTS = [
  '"',
  "\\",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\u0000",
  "\ufeff",
  "NaN",
  "1e999",
  '"model":"small",',
  '"\\u006dodel":"small",',
  '"priority":-9,',
  "\\ud800",
  " ",
];
