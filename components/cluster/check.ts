/** Checks of a cluster to build that need more than its shape. */
import { checkNodeGroup } from "../checks/nodeGroup.js";
import { joinPath, parse } from "../config/parse.js";
import { entriesOf, given, isWrong, itemsOf, type Parts } from "../config/parts.js";
import { checkPlainData } from "../config/plainData.js";
import { checkRepeated, error, type Problem, quote, repeated, throwIfErrors, warning } from "../config/problems.js";
import { AWS_MACHINES } from "../facts/machines/aws.js";
import { type BuiltClusterConfig, builtClusterSchema, type BuiltNodeGroup } from "./schema.js";
import { checkNetwork } from "./subnets.js";
import { checkKubernetesVersion } from "./versions.js";

/**
 * A cluster to build, for programs of their own: in the shape of `vllm:cluster` in a stack config, with defaults filled in and
 * everything checked.
 *
 * @param today the day to judge the Kubernetes version by
 * @throws ContractError with every problem
 */
export function loadCluster(cluster: unknown, today = new Date()): BuiltClusterConfig {
  throwIfErrors(checkPlainData(cluster, "cluster"));
  const { value, parts, problems } = parse(builtClusterSchema, cluster, "cluster");
  throwIfErrors([...problems, ...checkCluster(parts, "cluster", today)]);
  return value!;
}

/**
 * Problems of a cluster to build that its schema does not find: version, addresses, instance types, capacity. Parts that are
 * wrong in shape are left out.
 *
 * @param path where the cluster stands in the config, such as `vllm:cluster`; starts each problem's path
 * @param today the day to judge the Kubernetes version by
 * @returns errors and warnings, in the order of the config; none where all is right
 */
export function checkCluster(cluster: Parts<BuiltClusterConfig>, path: string, today: Date): Problem[] {
  const { kubernetesVersion, network, systemNodes, publicEndpoint } = cluster;
  const groups = entriesOf(cluster.gpuNodes);
  // Nodes at least: what is wrong can only add to them.
  const maxNodes = itemsOf<number>([systemNodes.max, ...groups.map(([, { max }]) => max)])
    .map(({ item }) => item)
    .reduce((sum, max) => sum + max, 0);
  return [
    ...given([kubernetesVersion], (version) => checkKubernetesVersion(version, `${path}.kubernetesVersion`, today)),
    ...checkNetwork({ ...network, maxNodes }, `${path}.network`),
    ...checkEndpoint(publicEndpoint?.cidrs, `${path}.publicEndpoint`),
    ...checkRepetitions(cluster, path),
    ...checkSystemNodes(systemNodes, `${path}.systemNodes`),
    ...groups.flatMap(([name, group]) => checkGpuNodes(name, group, joinPath(`${path}.gpuNodes`, [name]))),
  ];
}

function checkRepetitions({ network, access }: Parts<BuiltClusterConfig>, path: string): Problem[] {
  const principals = entriesOf(access).flatMap(([name, { principalArn }]) =>
    isWrong(principalArn) ? [] : [{ name, principalArn }],
  );
  return [
    ...checkRepeated(network.interfaceEndpoints, `${path}.network.interfaceEndpoints`),
    ...repeated(principals.map(({ principalArn }) => principalArn)).map((index) =>
      error(
        `${joinPath(`${path}.access`, [principals[index]!.name])}.principalArn`,
        `${quote(principals[index]!.principalArn)} has an entry already, and EKS takes one: leave one out`,
      ),
    ),
  ];
}

/** No organisation has more than a /8; two /1 are everybody. */
const WIDEST_PREFIX = 8;

function checkEndpoint(cidrs: Parts<string[]> | undefined, path: string): Problem[] {
  if (cidrs === undefined || isWrong(cidrs)) return [];
  return cidrs.flatMap((range, index) =>
    given([range], (cidr) => {
      if (Number(cidr.split("/")[1]) >= WIDEST_PREFIX) return [];
      const message = `${quote(cidr)} opens the API server to the world: give the ranges of your offices and runners, /${WIDEST_PREFIX} at the widest`;
      return [error(`${path}.cidrs[${index}]`, message)];
    }),
  );
}

/** Graviton families: a `g` behind the generation, as in m7g and c8gd. */
const ARM = /^(a1|[a-z]+\d+g[a-z]*)\./;

function checkSystemNodes(nodes: Parts<BuiltClusterConfig["systemNodes"]>, path: string): Problem[] {
  const { instanceTypes, min, max } = nodes;
  const types = isWrong(instanceTypes) ? [] : instanceTypes;
  return [
    ...types.flatMap((type, index) =>
      given([type], (name) => checkSystemMachine(name, `${path}.instanceTypes[${index}]`)),
    ),
    ...given([min, max], (fewest, most) =>
      fewest > most ? [error(`${path}.min`, `${fewest} is more than max ${most}: use 1 to ${most}`)] : [],
    ),
  ];
}

function checkSystemMachine(type: string, path: string): Problem[] {
  if (ARM.test(type)) {
    const message = "is an ARM type, and the system's image is for x86: take a type such as m7i.large";
    return [error(path, `${quote(type)} ${message}`)];
  }
  if (!AWS_MACHINES.has(type)) return [];
  return [error(path, `${quote(type)} has GPUs, which system pods do not use: take a type such as m7i.large`)];
}

function checkGpuNodes(name: string, group: Parts<BuiltNodeGroup>, path: string): Problem[] {
  const { purpose, capacity, nodeSelector, tolerations, instanceTypes } = group;
  const isReserved = Object.values(group.reservation ?? {}).some((part) => !isWrong(part));
  const problems = checkNodeGroup(group, path);
  if (name === "system") problems.push(error(path, '"system" is the name of the group without GPUs: use another'));
  if ([nodeSelector, tolerations].some((own) => own !== undefined && !isWrong(own))) {
    problems.push(
      error(
        path,
        "nodeSelector and tolerations are for nodes of an existing cluster: those built here carry this project's own labels",
      ),
    );
  }
  return [
    ...problems,
    ...given([purpose, capacity], (use, of) => {
      if (use !== "inference" || of !== "spot") return [];
      const message =
        '"spot" nodes go at two minutes\' notice, and people wait for inference: use on-demand, or purpose batch';
      return [error(`${path}.capacity`, message)];
    }),
    ...checkRepeated(instanceTypes, `${path}.instanceTypes`),
    ...given([capacity], (of) => {
      if (of !== "spot" || !isReserved) return [];
      const message = "a reservation is of on-demand capacity: set capacity to on-demand, or leave it out";
      return [error(`${path}.reservation`, message)];
    }),
    ...given([instanceTypes], (types) => {
      if (!isReserved || types.length <= 1) return [];
      return [error(`${path}.instanceTypes`, "a reservation is of one instance type: name just that one")];
    }),
    ...given([instanceTypes, capacity], (types, of) => {
      if (of !== "spot" || types.length > 1) return [];
      const message = "spot capacity of one type runs out: name several of one GPU and number of GPUs";
      return [warning(`${path}.instanceTypes`, message)];
    }),
  ];
}
