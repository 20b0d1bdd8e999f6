import * as pulumi from "@pulumi/pulumi";
import type { BuiltClusterConfig } from "../components/cluster/schema.js";
import { type PresentCluster, readPresentCluster } from "../components/cluster/present.js";
import { checkPresentCluster } from "../components/cluster/presentChecks.js";
import { checkPresentStorage } from "../components/cluster/storage/presentStorage.js";
import { ContractError, counted, formatProblem, type Problem, problemLines } from "../components/config/problems.js";
import { labelValue } from "../components/vocabulary/labels.js";
import { parseStackConfig, type StackConfig } from "./config.js";
import { readEngineConfig, withEncryptedPaths } from "./engineConfig.js";
import { CLUSTER } from "./infrastructure.js";
import { misspeltKeys, NAMESPACE } from "./namespace.js";
import { deploy, type Deployed } from "./program.js";
import { readConfig } from "./stackFile.js";

/** Keys of ours, without `vllm:`, that the engine says are secret, in whole or in part. */
function secretKeysOf(all: Readonly<Record<string, string>>): string[] {
  // Marked internal in the SDK's types, and the only way to ask; the SDK's version is pinned.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(this: void, key: string): boolean };
  return Object.keys(all)
    .filter((key) => key.startsWith(`${NAMESPACE}:`) && isConfigSecret(key))
    .map((key) => key.slice(NAMESPACE.length + 1));
}

/** The stack's file; `undefined` where its config comes from elsewhere (`--config-file`, an environment). */
function writtenConfig(): Record<string, unknown> | undefined {
  // Without an engine there is no project either, and the caller has read the file.
  if (!pulumi.runtime.hasEngine()) return undefined;
  try {
    return readConfig(pulumi.getRootDirectory(), pulumi.getStack());
  } catch (thrown) {
    if (thrown instanceof ContractError) return undefined;
    throw thrown;
  }
}

/** Where the stack's file is: the engine starts the program in the folder of its own file. Without an engine this is the project's. */
function projectFolder(): string {
  return pulumi.runtime.hasEngine() ? pulumi.getRootDirectory() : ".";
}

/** Shows warnings, and stops at errors. Without an engine the caller shows them. */
function review(problems: readonly Problem[]): void {
  if (pulumi.runtime.hasEngine()) {
    for (const problem of problems.filter(({ severity }) => severity === "warning")) {
      void pulumi.log.warn(formatProblem(problem));
    }
  }
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  throw new pulumi.RunError(
    [`the config has ${counted(errors.length, "problem")}:`, ...problemLines(errors)].join("\n  "),
  );
}

/**
 * Reads the stack's config from the engine and deploys it. Of a cluster of the stack's own AWS is asked first what there is, so
 * that what it would refuse comes out before anything is made.
 *
 * @returns the stack's outputs
 * @throws pulumi.RunError, which the engine shows without a stack trace, with every problem of the config
 */
export async function main(): Promise<Deployed> {
  const all = pulumi.runtime.allConfig();
  const { values, encrypted } = withEncryptedPaths(readEngineConfig(all), secretKeysOf(all), writtenConfig);
  const { config, problems } = parseStackConfig(values, encrypted, new Date(), projectFolder());
  review([...misspeltKeys(Object.keys(all), "config"), ...problems]);
  const { cache, cluster } = config!;
  const { built } = cluster;
  // Without an engine there is nobody to ask.
  if (built === undefined || !pulumi.runtime.hasEngine()) return deployStack(config!);
  const present = await presentOf(built);
  if (present !== undefined) {
    review([
      ...checkPresentCluster(built, present, `${NAMESPACE}:cluster`),
      ...(cache === undefined ? [] : checkPresentStorage(cache, present, `${NAMESPACE}:cache`)),
    ]);
  }
  return deployStack(config!, present);
}

/** AWS' words for a missing right, of whatever service. */
const DENIED = /AccessDenied|UnauthorizedOperation|not authorized/i;

/** What there is; `undefined`, with a warning, where whoever runs this may not ask. @throws pulumi.RunError with AWS' answer otherwise */
async function presentOf(built: BuiltClusterConfig): Promise<PresentCluster | undefined> {
  try {
    return await readPresentCluster(built, CLUSTER);
  } catch (thrown) {
    const answer = (thrown as Error).message;
    const where = `${NAMESPACE}:cluster`;
    if (!DENIED.test(answer)) throw new pulumi.RunError(`${where}: AWS was asked what there is, and said: ${answer}`);
    void pulumi.log.warn(
      `${where}: AWS did not let us see what there is, so what it would refuse comes out only as it is made, and a change of a group's min or max ` +
        `is sent with the size last known. Allow eks:List*, eks:Describe*, autoscaling:Describe*, ec2:Describe* and logs:Describe*. AWS said: ${answer}`,
    );
    return undefined;
  }
}

/**
 * Deploys a config that is right, to the stack that the SDK runs for.
 *
 * @param present a cluster of the stack's own, as it runs
 * @param watched as `deploy` takes it
 * @returns the stack's outputs
 */
export function deployStack(
  config: StackConfig,
  present?: PresentCluster,
  watched?: Parameters<typeof deploy>[3],
): Deployed {
  return deploy(config, labelValue(pulumi.getStack()), present, watched);
}
