/** Flags of `vllm serve` that open, redirect or extend the engine. Every flag of the tables was read, 2026-11-26. */
import type { GuardedSetting } from "./setting.js";

export interface GuardedFlags extends GuardedSetting {
  /** Long names without dashes. */
  flags: readonly string[];
}

/** Load formats that read the files of the model's own repository; others read a URI, a server or a plugin. */
export const LOAD_FORMATS =
  /^(auto|hf|pt|safetensors|fastsafetensors|instanttensor|npcache|dummy|sharded_state|mistral|runai_streamer(_sharded)?)$/i;
export const IN_THE_IMAGE = "leave it out: build it into the image, whose digest pins it";
const NO_BROWSERS = "leave it out: browsers reach the model through a gateway, and CORS is its work";

export const GUARDED_FLAGS: readonly GuardedFlags[] = [
  {
    flags: ["middleware"],
    danger: "injects",
    why: "imports Python by name and hands it every request with its key",
    instead: `${IN_THE_IMAGE}, or do it in a gateway`,
    source: "vllm/entrypoints/serve/middleware/register.py",
  },
  {
    flags: ["tool-parser-plugin", "reasoning-parser-plugin"],
    danger: "injects",
    why: "imports a Python module or file",
    instead: `use a parser of vLLM's own, or ${IN_THE_IMAGE} (entry point vllm.general_plugins)`,
    source: "vllm/utils/import_utils.py import_plugin, vllm/tool_parsers/abstract_tool_parser.py",
  },
  {
    flags: ["logits-processors"],
    danger: "injects",
    why: "imports Python by name into the sampler",
    instead: `${IN_THE_IMAGE} (entry point vllm.logits_processors)`,
    source: "vllm/v1/sample/logits_processor/__init__.py",
  },
  {
    flags: ["worker-cls"],
    danger: "injects",
    why: "imports a Python class by name",
    instead: IN_THE_IMAGE,
    source: "vllm/v1/worker/worker_base.py",
    harmless: /^auto$/,
  },
  {
    flags: ["worker-extension-cls", "scheduler-cls", "model-class-overrides"],
    danger: "injects",
    why: "imports a Python class by name",
    instead: IN_THE_IMAGE,
    source: "vllm/v1/worker/worker_base.py, vllm/config/scheduler.py, vllm/config/model.py",
  },
  {
    flags: ["distributed-executor-backend"],
    danger: "injects",
    why: "imports a Python class by name, or lets another cluster run the workers",
    instead: "use mp or uni: a replica is one machine",
    source: "vllm/v1/executor/abstract.py",
    harmless: /^(mp|uni)$/,
  },
  {
    flags: ["io-processor-plugin"],
    danger: "injects",
    why: "hands every prompt and answer to a plugin",
    instead: "leave it out: the model's own config names the plugin that it needs",
    source: "vllm/plugins/io_processors/__init__.py",
  },
  {
    flags: ["log-config-file"],
    danger: "injects",
    why: "reads a logging dictConfig, which may call any Python object and send logs anywhere",
    instead: "leave it out: logs go to the container's output; set VLLM_LOGGING_LEVEL in env for more",
    source: "vllm/entrypoints/launchers/utils/server_utils.py load_log_config",
  },
  {
    flags: ["config"],
    danger: "redirects",
    why: "reads flags from a file that no review and no policy sees",
    instead: "write the flags as arguments",
    source: "vllm/utils/argparse_utils.py _pull_args_from_config",
  },
  {
    flags: ["load-format"],
    danger: "redirects",
    why: "loads weights from a URI, a server or a plugin, past the model's revision",
    instead: "use auto, safetensors, fastsafetensors or runai_streamer",
    source: "vllm/config/load.py",
    harmless: LOAD_FORMATS,
  },
  {
    flags: ["kv-transfer-config", "ec-transfer-config"],
    danger: "redirects",
    why: "sends what was computed of prompts to other machines, or imports a connector",
    instead: "leave it out: a replica is one machine; kv-offloading-size keeps KV cache in its own memory",
    source: "vllm/config/kv_transfer.py, vllm/config/ec_transfer.py",
  },
  {
    flags: ["kv-offloading-backend"],
    danger: "redirects",
    why: "lets LMCache keep KV cache where its own configuration says",
    instead: "use native",
    source: "vllm/config/vllm.py",
    harmless: /^native$/,
  },
  {
    flags: ["kv-events-config"],
    danger: "opens",
    why: "publishes the token ids of prompts on a port without a key",
    instead: "leave it out: route by vLLM's metrics",
    source: "vllm/config/kv_events.py",
  },
  {
    flags: ["weight-transfer-config"],
    danger: "opens",
    why: "lets a trainer replace the weights while it serves",
    instead: "leave it out: another revision is another release",
    source: "vllm/config/weight_transfer.py, vllm/entrypoints/rl/online/api_router.py",
  },
  {
    flags: ["tool-server"],
    danger: "redirects",
    why: "sends parts of prompts to tool servers, or runs Python that the model wrote",
    instead: "leave it out: the client or a gateway calls tools",
    source: "vllm/entrypoints/mcp/tool_server.py",
  },
  {
    flags: ["profiler-config"],
    danger: "opens",
    why: "opens /start_profile and /stop_profile without a key",
    instead: "leave it out: profile a copy that serves nobody",
    source: "vllm/entrypoints/serve/profile/api_router.py",
  },
  {
    flags: ["enable-tokenizer-info-endpoint"],
    danger: "opens",
    why: "opens /tokenizer_info without a key",
    instead: "leave it out: read the tokenizer at its revision from the hub",
    source: "vllm/entrypoints/serve/tokenize/api_router.py",
  },
  {
    flags: ["enable-scale-out"],
    danger: "opens",
    why: "opens /render and /derender, which the probes and the gateway do not know",
    instead: "leave it out: a replica is one machine",
    source: "vllm/entrypoints/scale_out",
    since: "0.30.0",
  },
  {
    flags: ["tokens-only"],
    danger: "opens",
    why: "opens token endpoints, which the probes and the gateway do not know",
    instead: "leave it out: a replica is one machine",
    source: "vllm/entrypoints/scale_out",
  },
  {
    flags: ["enable-fault-tolerance", "enable-elastic-ep"],
    danger: "opens",
    why: "opens endpoints that rescale or reconfigure the engine without a key",
    instead: "leave it out: scale by autoscaling.max",
    source: "vllm/entrypoints/serve/fault_tolerance/api_router.py, vllm/entrypoints/serve/elastic_ep/api_router.py",
  },
  {
    flags: ["enable-sleep-mode"],
    danger: "opens",
    why: "lets a request take the weights out of memory",
    instead: "leave it out: scale by autoscaling.min and max",
    source: "vllm/entrypoints/serve/dev/sleep/api_router.py",
  },
  {
    flags: ["root-path"],
    danger: "opens",
    why: "is cut off paths before the key is asked for, so that some values open the API to everybody",
    instead: "leave it out: rewrite paths in a gateway",
    source: "vllm/entrypoints/serve/middleware/authenticate.py",
  },
  {
    flags: ["allowed-local-media-path"],
    danger: "opens",
    why: "lets requests read files of the container",
    instead: "leave it out: send media in the request, or as a URL of allowed-media-domains",
    source: "vllm/config/model.py",
  },
  {
    flags: ["trust-request-chat-template"],
    danger: "opens",
    why: "runs templates that come with requests",
    instead: "leave it out: set chat-template",
    source: "vllm/entrypoints/launchers/cli_args.py",
  },
  {
    flags: ["trust-request-mm-kwargs"],
    danger: "opens",
    why: "lets requests choose how much memory their media take",
    instead: "leave it out: set mm-processor-kwargs and media-io-kwargs",
    source: "vllm/entrypoints/launchers/cli_args.py",
    since: "0.31.0",
  },
  {
    flags: ["enable-prompt-embeds", "enable-mm-embeds"],
    danger: "opens",
    why: "takes tensors from requests, and one of a wrong shape ends the engine",
    instead: "leave it out: clients send text and media",
    source: "vllm/config/model.py, vllm/config/multimodal.py",
  },
  {
    flags: ["enable-trace-replay"],
    danger: "opens",
    why: "lets requests put words into the model's mouth",
    instead: "leave it out: replay on a copy that serves nobody",
    source: "vllm/config/model.py",
  },
  {
    flags: ["allow-credentials"],
    danger: "opens",
    why: "lets pages of other origins send a browser's credentials",
    instead: NO_BROWSERS,
    source: "vllm/entrypoints/launchers/cli_args.py",
  },
  {
    flags: ["allowed-origins"],
    danger: "opens",
    why: "lets every web page call the API from a browser",
    instead: "name the origins, or leave it to a gateway",
    source: "vllm/entrypoints/launchers/cli_args.py",
    harmless: /^[^*]*$/,
  },
  {
    flags: ["enable-log-requests", "enable-log-outputs"],
    danger: "opens",
    why: "writes what users sent and got to the log",
    instead: "leave it out: metrics and traces show requests without their text",
    source: "vllm/entrypoints/serve/utils/request_logger.py",
  },
];
