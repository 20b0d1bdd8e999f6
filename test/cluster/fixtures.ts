/** A cluster to build that is right, for tests to change. */
import { type BuiltClusterConfig, type BuiltNodeGroup, builtClusterSchema } from "../../components/cluster/schema.js";
import { formatProblem, type Problem } from "../../components/config/problems.js";
import { type Config, merged } from "../serving/fixtures.js";

/** A day on which the support of 1.36 lasts, 1.34 has 11 days left, and 1.33 is past its end. */
export const TODAY = new Date("2026-11-21T12:00:00Z");

const BASE: Config = {
  name: "llm-test",
  kubernetesVersion: "1.36",
  amiRelease: "1.36.2-20260714",
  network: { cidr: "10.40.0.0/16" },
  publicEndpoint: { cidrs: ["203.0.113.0/24"] },
  gpuNodes: {
    "inference-l4": { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4 },
    "batch-l4": {
      purpose: "batch",
      gpu: "l4",
      instanceTypes: ["g6.2xlarge", "g6.4xlarge"],
      capacity: "spot",
      max: 6,
    },
  },
};

/** The value of `vllm:cluster`, with changes. */
export function clusterValues(changes: Config = {}): Config {
  return merged(BASE, changes);
}

/** The parsed cluster, with changes. */
export function builtCluster(changes: Config = {}): BuiltClusterConfig {
  return builtClusterSchema.parse(clusterValues(changes));
}

/** The on-demand group for inference, with changes; `undefined` removes a key. */
export function group(changes: Config = {}): BuiltNodeGroup {
  return builtCluster({ gpuNodes: { "inference-l4": changes } }).gpuNodes["inference-l4"]!;
}

/** The spot group, with changes. */
export function spotGroup(changes: Config = {}): BuiltNodeGroup {
  return builtCluster({ gpuNodes: { "batch-l4": changes } }).gpuNodes["batch-l4"]!;
}

/** A line a problem; warnings are marked. */
export function lines(problems: readonly Problem[]): string[] {
  return problems.map((problem) => (problem.severity === "warning" ? "warning: " : "") + formatProblem(problem));
}

/** Runs a program that asks the clock as if it were `day`: one day no version of these fixtures will be supported. */
export async function onDay<T>(day: Date, program: () => Promise<T>): Promise<T> {
  const { Date: real } = globalThis;
  globalThis.Date = new Proxy(real, {
    construct: (target, args: []) => Reflect.construct(target, args.length === 0 ? [day] : args) as Date,
  });
  try {
    return await program();
  } finally {
    globalThis.Date = real;
  }
}
