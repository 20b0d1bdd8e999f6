/**
 * The logging configuration that servers with JSON logs read: where it is mounted, and what it says. Nothing in it comes from the
 * config but one of a few levels, so that a policy can tell it from any other.
 */
import { createHash } from "node:crypto";

/** Where a release's logging configuration is mounted, and the file in it. */
export const LOGGING_FOLDER = "/etc/vllm/logging";
export const LOGGING_FILE = "logging.json";
/** The variable by which vLLM reads the file in every process; the server hands the same file to uvicorn. */
export const LOGGING_VARIABLE = "VLLM_LOGGING_CONFIG_PATH";

/** Levels that the file may have: those of vLLM's variable VLLM_LOGGING_LEVEL. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Paths that probes and scrapes ask for every few seconds. */
export const NOISY_PATHS = ["/health", "/metrics"] as const;

/** What a logging configuration depends on. */
export interface LoggingChoice {
  level: LogLevel;
  /** Whether requests to {@link NOISY_PATHS} are left out. */
  quiet: boolean;
}

/**
 * Python's dictConfig as JSON: one line of JSON for each record of vLLM and of uvicorn. Formatter and filter are in vLLM's image,
 * 0.29.0 to 0.33.0: python-json-logger is a requirement of its wheel, the filter is `vllm/logging_utils`.
 *
 * vLLM before 0.31 puts `(EngineCore pid=86) ` before whatever is written to `sys.stdout` (vllm/utils/system_utils.py `_add_prefix`),
 * which would be before the JSON. So records go to a text file of their own on the same descriptor. A dictConfig can make one where
 * it makes filters, and refer to it with `cfg://`.
 */
export function loggingText({ level, quiet }: LoggingChoice): string {
  const filters = {
    output: {
      "()": "io.open",
      file: 1,
      mode: "w",
      buffering: 1,
      encoding: "utf-8",
      errors: "backslashreplace",
      closefd: false,
    },
    ...(quiet && { quiet: { "()": "vllm.logging_utils.UvicornAccessLogFilter", excluded_paths: NOISY_PATHS } }),
  };
  const handler = { class: "logging.StreamHandler", formatter: "json", stream: "cfg://filters.output" };
  const logger = (handlers: string[]) => ({ handlers, level, propagate: false });
  const config = {
    version: 1,
    disable_existing_loggers: false,
    formatters: {
      json: {
        "()": "pythonjsonlogger.jsonlogger.JsonFormatter",
        fmt: "%(levelname)s %(name)s %(processName)s %(process)d %(message)s",
        rename_fields: { levelname: "level", name: "logger", processName: "process_name", process: "pid" },
        timestamp: "time",
      },
    },
    filters,
    handlers: { default: handler, access: { ...handler, ...(quiet && { filters: ["quiet"] }) } },
    loggers: {
      vllm: logger(["default"]),
      uvicorn: logger(["default"]),
      "uvicorn.error": logger(["default"]),
      "uvicorn.access": logger(["access"]),
    },
  };
  return JSON.stringify(config, null, 2);
}

/** Ending of the name of a ConfigMap with this text: another text has another name, so that pods are replaced. */
export function loggingEnding(text: string): string {
  return `logging-${createHash("sha256").update(text).digest("hex").slice(0, 10)}`;
}

/** Every text that there is, by the ending of its ConfigMap's name. */
export const LOGGING_TEXTS: ReadonlyMap<string, string> = new Map(
  LOG_LEVELS.flatMap((level) =>
    [true, false].map((quiet) => {
      const text = loggingText({ level, quiet });
      return [loggingEnding(text), text] as const;
    }),
  ),
);
