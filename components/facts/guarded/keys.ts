/** Keys of JSON flags that open, redirect or extend the engine; the flags are harmless without them. Read 2026-11-25. */
import { IN_THE_IMAGE, LOAD_FORMATS } from "./flags.js";
import type { GuardedSetting } from "./setting.js";

export interface GuardedKey extends GuardedSetting {
  flag: string;
  /** Name of the key, at any depth of the flag's JSON; vLLM takes `-` for `_`. */
  keys: readonly string[];
}

export const GUARDED_KEYS: readonly GuardedKey[] = [
  {
    flag: "compilation-config",
    keys: ["backend"],
    danger: "injects",
    why: "imports Python where it has a dot",
    instead: "name a backend of PyTorch, such as inductor or eager",
    source: "vllm/config/compilation.py",
    harmless: /^[^.:/]*$/,
  },
  {
    flag: "compilation-config",
    keys: ["inductor_passes"],
    danger: "injects",
    why: "imports Python functions by name",
    instead: IN_THE_IMAGE,
    source: "vllm/config/compilation.py",
  },
  {
    flag: "compilation-config",
    keys: ["cache_dir"],
    danger: "redirects",
    why: "loads compiled code from there",
    instead: "leave it out: the cache volume decides it",
    source: "vllm/config/compilation.py",
  },
  {
    flag: "structured-outputs-config",
    keys: ["reasoning_parser_plugin"],
    danger: "injects",
    why: "imports a Python module or file",
    instead: `use a parser of vLLM's own, or ${IN_THE_IMAGE}`,
    source: "vllm/config/structured_outputs.py",
  },
  {
    flag: "ec-manager-config",
    keys: ["encoder_cache_manager_cls"],
    danger: "injects",
    why: "imports a Python class by name",
    instead: IN_THE_IMAGE,
    source: "vllm/config/ec_manager_config.py",
  },
  {
    flag: "hf-overrides",
    keys: ["auto_map"],
    danger: "injects",
    why: "names Python of a repository to run",
    instead: "leave it out, and use a model that vLLM supports itself",
    source: "transformers/dynamic_module_utils.py",
  },
  {
    flag: "watermark-config",
    keys: ["key"],
    danger: "opens",
    why: "is a secret in plain text: who knows it can forge and remove the watermark",
    instead: "leave the flag out: vLLM takes its key from no Secret",
    source: "vllm/config/watermarking.py",
    since: "0.30.0",
  },
  {
    flag: "logging-config",
    keys: ["pylogging_config_file"],
    danger: "injects",
    why: "reads a logging dictConfig, which may call any Python object and send logs anywhere",
    instead: "leave it out: logs go to the container's output",
    source: "vllm/config/logging.py",
    since: "0.31.0",
  },
  {
    flag: "speculative-config",
    keys: ["load_format"],
    danger: "redirects",
    why: "loads weights from a URI, a server or a plugin, past the draft's revision",
    instead: "use auto or safetensors",
    source: "vllm/config/speculative.py draft_load_config",
    harmless: LOAD_FORMATS,
  },
  ...["model-loader-extra-config", "speculative-config"].map((flag) => ({
    flag,
    keys: ["tensorizer_config", "tensorizer_uri", "tensorizer_dir", "s3_endpoint"],
    danger: "redirects" as const,
    why: "loads weights from another place, past the revision",
    instead: "leave it out: weights come from the hub at their revision",
    source: "vllm/model_executor/model_loader/tensorizer.py",
  })),
];
