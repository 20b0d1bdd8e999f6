/**
 * Flags that cannot start without another one, or beside it. Source: `validate_parsed_serve_args`, which lies in
 * vllm/entrypoints/launchers/cli_args.py from 0.29.0 and in vllm/entrypoints/common/cli_args.py of 0.33.0.
 */
import { joinPath } from "../../config/parse.js";
import { error, type Problem } from "../../config/problems.js";
import type { KnownFlags } from "./knownFlags.js";

/** @param path of the release's flags */
export function checkNeededFlags(flags: KnownFlags, path: string): Problem[] {
  const isOn = (name: string): boolean => flags[name]?.value === true;
  const at = (name: string): string => joinPath(path, [name]);
  const problems: Problem[] = [];
  if (isOn("enable-log-outputs") && !isOn("enable-log-requests")) {
    problems.push(error(at("enable-log-outputs"), "needs enable-log-requests: set it to true, or leave this out"));
  }
  if (isOn("enable-per-request-metrics") && isOn("disable-log-stats")) {
    problems.push(error(at("enable-per-request-metrics"), "needs statistics: leave disable-log-stats out"));
  }
  const interval = flags["sse-keep-alive-interval"]?.value;
  if (typeof interval === "number" && interval < 0) {
    problems.push(error(`${at("sse-keep-alive-interval")}.value`, `${interval} is negative: use 0 or more seconds`));
  }
  const template = flags["chat-template"]?.value;
  if (typeof template === "string" && !isTemplateText(template)) {
    problems.push(
      error(`${at("chat-template")}.value`, "names a file, and none is mounted: set chatTemplate of the release"),
    );
  }
  return problems;
}

/** `validate_chat_template` takes what has none of these for a path (vllm/entrypoints/chat_utils.py). */
function isTemplateText(value: string): boolean {
  return /[{}\n]/.test(value);
}
