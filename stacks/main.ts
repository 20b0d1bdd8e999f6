import * as pulumi from "@pulumi/pulumi";
import { formatProblem } from "../components/contract/problems.js";
import type { LiveRelease } from "../components/serving/modelServing.js";
import { parseStackConfig } from "./config.js";
import { readEngineConfig } from "./engineConfig.js";
import { deploy } from "./program.js";

/**
 * Reads the stack's config from the engine and deploys it.
 *
 * @returns what is live, by model
 * @throws pulumi.RunError, which the engine shows without a stack trace, with every problem of the config
 */
export function main(): Record<string, pulumi.Output<LiveRelease>> {
  const { config, problems } = parseStackConfig(readEngineConfig(pulumi.runtime.allConfig()));
  for (const problem of problems.filter(({ severity }) => severity === "warning")) {
    void pulumi.log.warn(formatProblem(problem));
  }
  if (config === undefined) {
    const errors = problems.filter(({ severity }) => severity === "error");
    throw new pulumi.RunError(
      [`the config has ${errors.length} problem(s):`, ...errors.map(formatProblem)].join("\n  "),
    );
  }
  return deploy(config, pulumi.getStack());
}
