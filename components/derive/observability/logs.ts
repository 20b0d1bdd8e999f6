/** What a server is told of its log. */
import type { LogsConfig } from "../../contract/observability/logs.js";
import {
  LOG_LEVELS,
  LOGGING_FILE,
  LOGGING_FOLDER,
  LOGGING_VARIABLE,
  loggingEnding,
  loggingText,
  type LogLevel,
  NOISY_PATHS,
} from "../../vocabulary/logging.js";
import { runtimeName } from "../objects.js";
import type { RuntimePlan } from "../plan.js";

/** The variable by which a release says how much it logs. */
export const LEVEL_VARIABLE = "VLLM_LOGGING_LEVEL";

/** Flag that writes requests' ids and parameters (vllm/entrypoints/serve/utils/request_logger.py, the same in 0.29.0 to 0.33.0). */
export const LOG_REQUESTS = "enable-log-requests";
/** Flag that leaves paths out of the text log. A file of its own takes its place (`get_uvicorn_log_config`). */
export const QUIET = "disable-access-log-for-endpoints";

/** Flags of `vllm serve`, by name. */
export function logArguments({ format, quiet, requests }: LogsConfig): string[] {
  return [
    ...(quiet && format === "text" ? [`--${QUIET}=${NOISY_PATHS.join(",")}`] : []),
    ...(requests ? [`--${LOG_REQUESTS}`] : []),
  ];
}

/** A release's file for Python's logging, in a ConfigMap of its own. */
export interface LoggingFile {
  /** Of the ConfigMap. */
  name: string;
  text: string;
}

/** `undefined` where logs are text: vLLM needs no file. */
export function loggingFile(
  plan: Pick<RuntimePlan, "name" | "release" | "env">,
  logs: LogsConfig | undefined,
): LoggingFile | undefined {
  if (logs?.format !== "json") return undefined;
  const text = loggingText({ level: levelOf(plan), quiet: logs.quiet });
  return { name: `${runtimeName(plan)}-${loggingEnding(text)}`, text };
}

/** A file's level counts, and no variable's: so the file has the release's own. */
function levelOf({ env }: Pick<RuntimePlan, "env">): LogLevel {
  const stated = env[LEVEL_VARIABLE]?.value.toUpperCase();
  return LOG_LEVELS.find((level) => level === stated) ?? "INFO";
}

/** Plain variables by name. vLLM leaves this one out of the compile cache's key (vllm/envs.py, 0.29.0 to 0.33.0). */
export function logVariables(logs: LogsConfig): Record<string, string> {
  return logs.format === "json" ? { [LOGGING_VARIABLE]: `${LOGGING_FOLDER}/${LOGGING_FILE}` } : {};
}
