/** Checks of a cluster to build that need more than its shape. */
import { INSTANCE_TYPES } from "../facts/machines/aws.js";
import { checkNodeGroup } from "../contract/nodeGroup.js";
import { checkRepeated, error, type Problem, repeated, warning, quote } from "../config/problems.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "./schema.js";
import { checkNetwork } from "./subnets.js";
import { checkKubernetesVersion } from "./versions.js";

/**
 * Problems of a cluster to build that its schema does not find: version, addresses, instance types, capacity.
 *
 * @param path where the cluster stands in the config, such as `vllm:cluster`; starts each problem's path
 * @param today the day to judge the Kubernetes version by
 * @returns errors and warnings, in the order of the config; none where all is right
 */
export function checkCluster(cluster: BuiltClusterConfig, path: string, today: Date): Problem[] {
  const { network, systemNodes, gpuNodes } = cluster;
  const groups = Object.entries(gpuNodes);
  const maxNodes = groups.reduce((sum, [, { max }]) => sum + max, systemNodes.max);
  return [
    ...checkKubernetesVersion(cluster.kubernetesVersion, `${path}.kubernetesVersion`, today),
    ...checkNetwork({ ...network, maxNodes }, `${path}.network`),
    ...checkEndpoint(cluster, `${path}.publicEndpoint`),
    ...checkRepetitions(cluster, path),
    ...checkSystemNodes(systemNodes, `${path}.systemNodes`),
    ...groups.flatMap(([name, group]) => checkGpuNodes(name, group, `${path}.gpuNodes.${name}`)),
  ];
}

/** No organisation has more than a /8; two /1 are everybody. */
const WIDEST_PREFIX = 8;

function checkRepetitions({ network, access }: BuiltClusterConfig, path: string): Problem[] {
  const principals = Object.entries(access);
  return [
    ...checkRepeated(network.interfaceEndpoints, `${path}.network.interfaceEndpoints`),
    ...repeated(principals.map(([, { principalArn }]) => principalArn)).map((index) =>
      error(
        `${path}.access.${principals[index]![0]}.principalArn`,
        `${quote(principals[index]![1].principalArn)} has an entry already, and EKS takes one: leave one out`,
      ),
    ),
  ];
}

function checkEndpoint({ publicEndpoint }: BuiltClusterConfig, path: string): Problem[] {
  return (publicEndpoint?.cidrs ?? []).flatMap((cidr, index) =>
    Number(cidr.split("/")[1]) < WIDEST_PREFIX
      ? [
          error(
            `${path}.cidrs[${index}]`,
            `${quote(cidr)} opens the API server to the world: give the ranges of your offices and runners, /${WIDEST_PREFIX} at the widest`,
          ),
        ]
      : [],
  );
}

/** Graviton families: a `g` behind the generation, as in m7g and c8gd. */
const ARM = /^(a1|[a-z]+\d+g[a-z]*)\./;

function checkSystemNodes({ instanceTypes, min, max }: BuiltClusterConfig["systemNodes"], path: string): Problem[] {
  const problems = instanceTypes.flatMap((type, index) => {
    if (ARM.test(type)) {
      return [
        error(
          `${path}.instanceTypes[${index}]`,
          `${quote(type)} is an ARM type, and the system's image is for x86: take a type such as m7i.large`,
        ),
      ];
    }
    return INSTANCE_TYPES.has(type)
      ? [
          error(
            `${path}.instanceTypes[${index}]`,
            `${quote(type)} has GPUs, which system pods do not use: take a type such as m7i.large`,
          ),
        ]
      : [];
  });
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
  problems.push(...checkRepeated(group.instanceTypes, `${path}.instanceTypes`));
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
