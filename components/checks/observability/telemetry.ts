/** Logs and traces of servers, against what releases state themselves and what the network lets through. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given, isWrong, type Parts } from "../../config/parts.js";
import { error, type Problem, quote, warning } from "../../config/problems.js";
import type { Access } from "../../contract/access.js";
import type { LogsConfig } from "../../contract/observability/logs.js";
import type { TracingConfig } from "../../contract/observability/tracing.js";
import { isReachable } from "../../derive/access.js";
import { LEVEL_VARIABLE, QUIET } from "../../derive/observability/logs.js";
import { targetOf, TRACING_FLAGS, TRACING_VARIABLES, tracingEgress } from "../../derive/observability/tracing.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { textsOf } from "../../facts/vllm/jsonValues.js";

/** A release of a model, and where it stands in the config. */
interface Release {
  plan: Pick<Parts<RuntimePlan>, "env" | "flags">;
  path: string;
}

/** What logs and traces are judged with. */
export interface TelemetrySurroundings {
  releases: readonly Release[];
  /** @default the policy's own defaults */
  access?: Access | undefined;
  /** Where that stands, such as `vllm:access`. */
  accessPath: string;
  /** Namespace of the models. */
  namespace: string;
  /** Whether the stack installs a collector, whose address is then the default. */
  hasCollector: boolean;
}

/** Flags that say what the section decides, and would be said twice or undo it. */
const TEXT_FLAGS = [QUIET] as const;
/** A file for Python's logging takes the place of these (vllm/config/logging.py: it "is authoritative"). */
const JSON_FLAGS = [QUIET, "logging-config", "log-level", "uvicorn-log-level", "disable-uvicorn-access-log"] as const;

/** @param path of the section, such as `vllm:observability` */
export function checkTelemetry(
  { logs, tracing }: { logs?: Parts<LogsConfig | undefined>; tracing?: Parts<TracingConfig | undefined> },
  surroundings: TelemetrySurroundings,
  path: string,
): Problem[] {
  return [
    ...given([logs], (stated) =>
      stated === undefined ? [] : checkLogs(stated, surroundings.releases, joinPath(path, ["logs"])),
    ),
    ...given([tracing], (stated) =>
      stated === undefined ? [] : checkTracing(stated, surroundings, joinPath(path, ["tracing"])),
    ),
  ];
}

function checkLogs(logs: LogsConfig, releases: readonly Release[], path: string): Problem[] {
  const decided = logs.format === "json" ? JSON_FLAGS : logs.quiet ? TEXT_FLAGS : [];
  return [
    ...releases.flatMap((release) => [
      ...statedFlags(release, decided, path),
      ...(logs.requests ? checkDebug(release, `${path}.requests`) : []),
    ]),
    ...(logs.requests
      ? [
          warning(
            `${path}.requests`,
            "writes id and parameters of every request to the log, which the policy engine-closed refuses: name enable-log-requests in its " +
              "allow, or leave it out",
          ),
        ]
      : []),
  ];
}

/** At DEBUG vLLM adds the prompt, from 0.33 on the whole body (vllm/entrypoints/serve/utils/request_logger.py). */
function checkDebug({ plan, path }: Release, requestsPath: string): Problem[] {
  const message = `at DEBUG the log of requests holds prompts: use INFO, or leave out ${requestsPath}`;
  return [
    ...entriesOf(plan.env).flatMap(([name, { value }]) =>
      name === LEVEL_VARIABLE && !isWrong(value) && /^(debug|notset)$/i.test(value)
        ? [error(joinPath(`${path}.env`, [name]), message)]
        : [],
    ),
    ...entriesOf(plan.flags).flatMap(([name, flag]) =>
      ["log-level", "logging-config"].includes(name)
        ? given([flag.value], (value) =>
            textsOf(value).some((text) => /\b(DEBUG|NOTSET)\b/i.test(text))
              ? [error(joinPath(`${path}.flags`, [name]), message)]
              : [],
          )
        : [],
    ),
  ];
}

function checkTracing(tracing: TracingConfig, surroundings: TelemetrySurroundings, path: string): Problem[] {
  const { releases, hasCollector } = surroundings;
  const { endpoint, protocol } = tracing;
  return [
    ...releases.flatMap((release) => [
      ...statedFlags(release, TRACING_FLAGS, path),
      ...entriesOf(release.plan.env).flatMap(([name]) =>
        TRACING_VARIABLES.includes(name) ? [decidedBy(path, joinPath(`${release.path}.env`, [name]), name)] : [],
      ),
    ]),
    ...(endpoint === undefined && !hasCollector
      ? [
          error(
            `${path}.endpoint`,
            "is not given, and the stack installs no collector: give the address of one, such as http://collector.tracing.svc:4317, or set " +
              "vllm:platform.addons.openTelemetryCollector.install",
          ),
        ]
      : []),
    ...(endpoint === undefined ? [] : checkEndpoint({ ...tracing, endpoint }, surroundings, `${path}.endpoint`)),
    ...(endpoint !== undefined && protocol === "grpc" && !/^\/*$/.test(new URL(endpoint).pathname)
      ? [
          error(
            `${path}.endpoint`,
            `${quote(endpoint)} has a path, and gRPC has none: leave the path out, or set protocol: http`,
          ),
        ]
      : []),
  ];
}

/** A name that says no namespace: only `access` can open the way. */
function checkEndpoint(
  tracing: TracingConfig & { endpoint: string },
  { access, accessPath, namespace }: TelemetrySurroundings,
  path: string,
): Problem[] {
  const target = targetOf(tracing.endpoint);
  if (tracingEgress(tracing).length > 0 || /^(localhost|127\.[\d.]+|::1)$/i.test(target.host)) return [];
  // Pods that get their weights from a cache have no way out by default.
  if (access?.egress !== undefined && isReachable(access, target, namespace)) return [];
  return [
    warning(
      path,
      `${quote(`${target.host}:${target.port}`)} names no namespace, so the network policy cannot tell its address: add a rule with ` +
        `that port to ${accessPath}.egress, or send spans to a collector in the cluster`,
    ),
  ];
}

function statedFlags({ plan, path }: Release, decided: readonly string[], by: string): Problem[] {
  return entriesOf(plan.flags).flatMap(([name]) =>
    decided.includes(name) ? [decidedBy(by, joinPath(`${path}.flags`, [name]), `--${name}`)] : [],
  );
}

function decidedBy(section: string, at: string, name: string): Problem {
  return error(at, `${section} decides ${name} for every release: leave it out here, or leave out ${section}`);
}
