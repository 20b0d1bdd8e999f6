/**
 * How fast one node reads weights from a place that keeps them. `expected` is a published measurement near a usual GPU machine,
 * `pessimistic` the slowest credible one: budgets take it.
 *
 * Sources, read 2026-11-26; a figure marked [inferred] follows from its source and was not read there:
 * - hub: expected and its writes to EFS, modelplaneai/modelplane#204 (960 GB in 31 min to EFS: 0.48 GiB/s); Hugging Face's own benchmark
 *   from an EC2 machine in us-east-1 has 0.64 GiB/s for 5 GB (https://h-m-t-hf-buckets-benchmark.static.hf.space). Pessimistic: 100 MiB/s
 *   [inferred], behind a NAT gateway that others share.
 * - efs: 500 MiB/s a client, 1,500 with amazon-efs-utils 2 or the CSI driver that has it, under Elastic throughput
 *   (https://docs.aws.amazon.com/efs/latest/ug/limits.html). Pessimistic: vLLM took 43 min for 894 GiB on two nodes, so for 447 GiB each [inferred] (modelplane#204).
 * - fsx-lustre: https://docs.aws.amazon.com/fsx/latest/LustreGuide/ssd-storage.html, disk throughput a TiB of PERSISTENT_2; 100 Gbit/s
 *   a client without EFA. Pessimistic: two nodes that start at once share it [inferred].
 * - s3-mountpoint: awslabs/mountpoint-s3#833 (g5.12xlarge, 40 Gbit/s: 6 Gbit/s by a plain read, 22 Gbit/s by parallel ones of 4 MiB) and
 *   #795 (0.18 GiB/s where reads skip parts of a file, as tensor parallelism does).
 * - s3-stream: Run:ai's benchmark, https://run.ai/blog/run-ai-model-streamer-performance-benchmarks: 15 GB in 4.9 s on g5.12xlarge, 61 %
 *   of its 40 Gbit/s. Expected: the same share of 20 Gbit/s; pessimistic: of the 5 Gbit/s of a g5.2xlarge [inferred].
 * - node: anyscale/ai-infra-cookbook#57: 1.5 GB/s by vLLM's usual loader from NVMe disks that give 4 GB/s; 4.3 GB/s by runai_streamer.
 *   AWS states about 30 GB/s for a p5's disks together. Pessimistic: one small disk [inferred]; AWS publishes no figure.
 * - claim: the storage is unknown here. Run:ai's benchmark: 15 GB in 48 s by the usual loader from a gp3 volume. Pessimistic [inferred].
 */
import { fsxLustreRate, SMALLEST_FSX_LUSTRE, type StorageRate } from "./fsxLustreRate.js";

export type { StorageRate };

export const STORAGES = ["hub", "efs", "fsx-lustre", "s3-mountpoint", "s3-stream", "node", "claim"] as const;
export type Storage = (typeof STORAGES)[number];

/** `fsx-lustre`: of the smallest file system; {@link fsxLustreRate} has others. */
export const STORAGE_RATES: Readonly<Record<Storage, StorageRate>> = {
  hub: { gibPerSecond: { expected: 0.48, pessimistic: 0.1 }, source: "modelplane#204: 960 GB in 31 min" },
  efs: { gibPerSecond: { expected: 0.49, pessimistic: 0.17 }, source: "AWS: 500 MiB/s a client; modelplane#204" },
  "fsx-lustre": fsxLustreRate(SMALLEST_FSX_LUSTRE),
  "s3-mountpoint": { gibPerSecond: { expected: 0.7, pessimistic: 0.18 }, source: "mountpoint-s3#833, #795" },
  "s3-stream": { gibPerSecond: { expected: 1.4, pessimistic: 0.36 }, source: "Run:ai, 2024: 15 GB in 4.9 s" },
  node: { gibPerSecond: { expected: 1.4, pessimistic: 0.5 }, source: "ai-infra-cookbook#57: 1.5 GB/s" },
  claim: { gibPerSecond: { expected: 0.29, pessimistic: 0.1 }, source: "Run:ai, 2024: 15 GB in 48 s from gp3" },
};
