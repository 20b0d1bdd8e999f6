/** Runs the real program under Pulumi's own test runtime and collects what it registers. */
import { dirname } from "node:path";
import type { BuiltClusterConfig } from "../components/cluster/schema.js";
import { ContractError } from "../components/config/problems.js";
import { parseStackConfig, type StackConfig } from "../stacks/config.js";
import { deployStack } from "../stacks/main.js";
import { NAMESPACE } from "../stacks/namespace.js";
import { batchesOf, mergeBatches, type ModelBatch } from "./collect/batches.js";
import type { CollectedResource } from "./collect/resource.js";
import { run, type StackValues } from "./collect/run.js";
import type { StackFile } from "./stackFile.js";

export type { CollectedResource } from "./collect/resource.js";

/** What the config tells of AWS. */
function cloudFacts({ cluster: { built } }: StackConfig): { namedZones?: string[]; subnetIds?: string[] } {
  if (built === undefined) return {};
  const namedZones = Object.values(built.gpuNodes).flatMap(({ reservation, zones = [] }) => [
    ...(reservation === undefined ? [] : [reservation.zone]),
    ...zones,
  ]);
  return { namedZones, subnetIds: subnetsOf(built) };
}

function subnetsOf({ network: { existing } }: BuiltClusterConfig): string[] {
  return existing === undefined ? [] : [...existing.privateSubnetIds, ...existing.additionalSubnetIds];
}

/** The values without this project's own, which the program gets parsed: the SDK serialises all values at each run. */
function ofProviders({ stack, engineConfig, engineSecretKeys }: StackValues): StackValues {
  const isOther = (key: string): boolean => !key.startsWith(`${NAMESPACE}:`);
  return {
    stack,
    engineConfig: Object.fromEntries(Object.entries(engineConfig).filter(([key]) => isOther(key))),
    engineSecretKeys: engineSecretKeys.filter(isOther),
  };
}

/** Runs this project's program for the models of a batch. */
export function collectBatch(values: StackValues, { config, watched }: ModelBatch): Promise<CollectedResource[]> {
  return run(ofProviders(values), () => deployStack(config, undefined, watched), cloudFacts(config));
}

/** Runs this project's program for a stack whose config is parsed. @param batchModels models to run it for at once */
export async function collectStack(
  values: StackValues,
  config: StackConfig,
  batchModels?: number,
): Promise<CollectedResource[]> {
  const batches: CollectedResource[][] = [];
  for (const batch of batchesOf(config, batchModels)) batches.push(await collectBatch(values, batch));
  return mergeBatches(batches, (resource) => resource);
}

/** Runs this project's program for a stack. @throws ContractError when its config is wrong */
export async function collect(file: StackFile): Promise<CollectedResource[]> {
  const { config, problems } = parseStackConfig(file.values, file.secretPaths, new Date(), dirname(file.file));
  if (config === undefined) throw new ContractError(problems);
  return collectStack(file, config);
}

/** Runs any program and collects what it registers. */
export function collectFrom(values: StackValues, program: () => object): Promise<CollectedResource[]> {
  return run(values, program);
}
