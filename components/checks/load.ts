import { parse } from "../config/parse.js";
import { z } from "zod";
import { nodeGroupSchema, checkNodeGroup } from "../contract/nodeGroup.js";
import { checkCapacity, checkPlacement, type NodeGroups } from "../derive/placement.js";
import { checkPlainData } from "../config/plainData.js";
import { type Problem, throwIfErrors } from "../config/problems.js";
import { resolveModels, type ServedModel } from "./resolve.js";

/** Every contract against the node groups, and all of them together. */
export function checkPlacements(
  models: readonly ServedModel[],
  groups: NodeGroups,
  modelsPath: string,
  groupsPath: string,
): Problem[] {
  const replicas = models.flatMap(({ route, warmSpares, releases }) =>
    [...releases.values()].map((contract) => ({
      contract,
      warmSpares: contract.release === route.stable ? warmSpares : 0,
    })),
  );
  return [
    ...checkCapacity(replicas, groups, groupsPath),
    ...replicas.flatMap(({ contract }) =>
      checkPlacement(contract, groups, `${modelsPath}.${contract.name}.releases.${contract.release}`),
    ),
  ];
}

/** Models and node groups, checked. */
export interface LoadedModels {
  models: ServedModel[];
  nodeGroups: NodeGroups;
}

/**
 * Models for programs of their own: in the shape of `vllm:models` in a stack config, with defaults filled in and everything
 * checked.
 *
 * @param nodeGroups GPU node groups in the shape of `gpuNodes`; without them placement and capacity are not checked
 * @throws ContractError with every problem
 */
export function loadModels(models: unknown, nodeGroups?: unknown): LoadedModels {
  throwIfErrors([...checkPlainData(models, "models"), ...checkPlainData(nodeGroups, "gpuNodes")]);
  const groups =
    nodeGroups === undefined ? undefined : parse(z.record(z.string(), nodeGroupSchema), nodeGroups, "gpuNodes");
  const resolved = resolveModels(models, "models");
  throwIfErrors([
    ...(groups?.problems ?? []),
    ...Object.entries(groups?.value ?? {}).flatMap(([name, group]) => checkNodeGroup(group, `gpuNodes.${name}`)),
    ...resolved.problems,
    ...checkPlacements(resolved.models, groups?.value, "models", "gpuNodes"),
  ]);
  return { models: resolved.models, nodeGroups: groups?.value };
}
