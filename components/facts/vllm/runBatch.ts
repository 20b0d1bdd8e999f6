/**
 * What `vllm run-batch` takes beside `vllm serve`. Its parser has the engine's arguments and `BaseFrontendArgs`; the server's has
 * `FrontendArgs` and a few of its own besides. Source: vllm/entrypoints/launchers/{run_batch,cli_args}.py of PyPI's vllm 0.29.0 to
 * 0.32.0, vllm/entrypoints/launchers/run_batch.py and vllm/entrypoints/common/cli_args.py of 0.33.0, read 2026-11-26.
 */

/** Flags of `vllm serve` that `vllm run-batch` refuses; `host` and `port`, which it has, are for its metrics. */
export const SERVE_ONLY_FLAGS: ReadonlySet<string> = new Set([
  ...["headless", "api-server-count", "config", "grpc", "grpc-port", "uds", "root-path", "middleware", "api-key"],
  ...["data-parallel-supervisor-port", "dp-supervisor-probe-interval-s", "dp-supervisor-probe-timeout-s"],
  ...["dp-supervisor-probe-failure-threshold", "uvicorn-log-level", "disable-uvicorn-access-log"],
  ...["disable-access-log-for-endpoints", "allow-credentials", "allowed-origins", "allowed-methods", "allowed-headers"],
  ...["ssl-keyfile", "ssl-certfile", "ssl-ca-certs", "enable-ssl-refresh", "ssl-cert-reqs", "ssl-ciphers"],
  ...["enable-request-id-headers", "disable-fastapi-docs", "enable-offline-docs", "enable-flash-late-interaction"],
  ...["h11-max-incomplete-event-size", "h11-max-header-count"],
]);

/** Flags that refuse requests beyond a limit: a batch could only write each of those as an error; 0.33.0 ignores them. */
export const ADMISSION_FLAGS: ReadonlySet<string> = new Set(["max-num-queued-reqs", "max-num-queued-tokens"]);

/**
 * The first version that writes each result as it comes, so that a shard goes on after its last finished line, and that has
 * `--max-inflight`. Before it all lines of the file are submitted at once, and results are written at the end.
 */
export const STREAMS_SINCE = "0.33.0";
