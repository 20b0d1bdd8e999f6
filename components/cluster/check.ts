/** Checks of a cluster to build that need more than its shape. */
import { INSTANCE_TYPES } from "../contract/instances.js";
import { checkNodeGroup } from "../contract/nodes.js";
import { error, type Problem, warning } from "../contract/problems.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "./schema.js";
import { checkNetwork } from "./subnets.js";
import { checkKubernetesVersion } from "./versions.js";

/** @param today the day to judge the Kubernetes version by */
export function checkCluster(cluster: BuiltClusterConfig, path: string, today: Date): Problem[] {
  const { network, systemNodes, gpuNodes } = cluster;
  const groups = Object.entries(gpuNodes);
  const maxNodes = groups.reduce((sum, [, { max }]) => sum + max, systemNodes.max);
  return [
    ...checkKubernetesVersion(cluster.kubernetesVersion, `${path}.kubernetesVersion`, today),
    ...checkNetwork({ ...network, maxNodes }, `${path}.network`),
    ...checkEndpoint(cluster, `${path}.publicEndpoint`),
    ...checkSystemNodes(systemNodes, `${path}.systemNodes`),
    ...groups.flatMap(([name, group]) => checkGpuNodes(name, group, `${path}.gpuNodes.${name}`)),
  ];
}

function checkEndpoint({ publicEndpoint }: BuiltClusterConfig, path: string): Problem[] {
  return (publicEndpoint?.cidrs ?? []).flatMap((cidr, index) =>
    cidr.endsWith("/0")
      ? [
          error(
            `${path}.cidrs[${index}]`,
            `"${cidr}" opens the API server to everybody: give the ranges of your offices and runners`,
          ),
        ]
      : [],
  );
}

function checkSystemNodes({ instanceTypes, min, max }: BuiltClusterConfig["systemNodes"], path: string): Problem[] {
  const problems = instanceTypes.flatMap((type, index) =>
    INSTANCE_TYPES.has(type)
      ? [
          error(
            `${path}.instanceTypes[${index}]`,
            `"${type}" has GPUs, which system pods do not use: take a type such as m7i.large`,
          ),
        ]
      : [],
  );
  return min > max ? [...problems, error(`${path}.min`, `${min} is more than max ${max}: use 1 to ${max}`)] : problems;
}

function checkGpuNodes(name: string, group: BuiltNodeGroup, path: string): Problem[] {
  const problems = checkNodeGroup(group, path);
  if (name === "system") problems.push(error(path, '"system" is the name of the group without GPUs: use another'));
  if (group.purpose === "inference" && group.capacity === "spot") {
    problems.push(
      error(
        `${path}.capacity`,
        '"spot" nodes go at two minutes\' notice, and people wait for inference: use on-demand, or purpose batch',
      ),
    );
  }
  if (group.nodeSelector !== undefined || group.tolerations !== undefined) {
    problems.push(
      error(
        path,
        "nodeSelector and tolerations are for nodes of an existing cluster: those built here carry this project's own labels",
      ),
    );
  }
  const { reservation } = group;
  if (reservation !== undefined && group.capacity === "spot") {
    problems.push(
      error(
        `${path}.reservation`,
        "a reservation is of on-demand capacity: set capacity to on-demand, or leave it out",
      ),
    );
  }
  if (reservation !== undefined && group.instanceTypes.length > 1) {
    problems.push(error(`${path}.instanceTypes`, "a reservation is of one instance type: name just that one"));
  }
  if (group.capacity === "spot" && group.instanceTypes.length === 1) {
    problems.push(
      warning(
        `${path}.instanceTypes`,
        "spot capacity of one type runs out: name several of one GPU and number of GPUs",
      ),
    );
  }
  return problems;
}
