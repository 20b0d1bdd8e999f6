/** Checks of a cluster to build that need more than its shape. */
import { checkNodeGroup } from "../checks/nodes/nodeGroup.js";
import { joinPath, parse } from "../config/parse.js";
import { entriesOf, from, given, isWrong, itemsOf, type Parts, type Wrong, WRONG } from "../config/parts.js";
import { checkPlainData } from "../config/plainData.js";
import { checkRepeated, error, type Problem, quote, repeated, throwIfErrors, warning } from "../config/problems.js";
import { type GpuTypes, gpuTypesOf } from "../derive/nodes/gpuTypes.js";
import { END_OF_SUPPORT } from "../facts/kubernetes/eks.js";
import { AWS_MACHINES } from "../facts/machines/aws.js";
import { type BuiltClusterConfig, builtClusterSchema, type BuiltNodeGroup, MOST_ZONES } from "./schema.js";
import { checkNetwork } from "./network/subnets.js";
import { countZones, notOfCluster } from "./network/zones.js";
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
  throwIfErrors([...problems, ...checkGivenNetwork(cluster, "cluster"), ...checkCluster(parts, "cluster", today)]);
  return value!;
}

/**
 * Problems of a cluster to build that its schema does not find: version, addresses, instance types, capacity. Parts that are
 * wrong in shape are left out.
 *
 * @param path where the cluster stands in the config, such as `vllm:cluster`; starts each problem's path
 * @param today the day to judge the Kubernetes version by
 * @param gpuTypes those of the table and of the config
 * @returns errors and warnings, in the order of the config; none where all is right
 */
export function checkCluster(
  cluster: Parts<BuiltClusterConfig>,
  path: string,
  today: Date,
  gpuTypes: GpuTypes = gpuTypesOf(),
): Problem[] {
  const { kubernetesVersion, network, systemNodes, publicEndpoint } = cluster;
  const groups = entriesOf(cluster.gpuNodes);
  // Nodes at least: what is wrong can only add to them.
  const maxNodes = itemsOf<number>([systemNodes.max, ...groups.map(([, { max }]) => max)])
    .map(({ item }) => item)
    .reduce((sum, max) => sum + max, 0);
  return [
    ...given([kubernetesVersion], (version) => checkKubernetesVersion(version, `${path}.kubernetesVersion`, today)),
    ...checkNetworkKeys(network, path),
    ...(network.existing === undefined
      ? checkNetwork({ ...network, zones: zoneCount(network), maxNodes }, `${path}.network`)
      : []),
    ...checkEndpoint(publicEndpoint, `${path}.publicEndpoint`),
    ...checkReach(cluster, path),
    ...given([kubernetesVersion, cluster.amiRelease], (version, release) =>
      release === undefined ? [] : checkAmi(version, release, `${path}.amiRelease`),
    ),
    ...given([kubernetesVersion, cluster.amiRelease, cluster.nodes], (version, release, nodes) =>
      release === undefined ? [unpinnedAmi(version, nodes, `${path}.amiRelease`)] : [],
    ),
    ...checkRepetitions(cluster, path),
    ...checkSystemNodes(systemNodes, `${path}.systemNodes`),
    ...(network.existing === undefined
      ? given([systemNodes.min, network.zones], (fewest, zones) =>
          checkSpread(fewest, zones, `${path}.systemNodes.min`),
        )
      : []),
    ...groups.flatMap(([name, group]) =>
      checkGpuNodes(name, group, cluster.nodes, joinPath(`${path}.gpuNodes`, [name]), gpuTypes),
    ),
    ...checkZones(cluster, path),
  ];
}

/** Zones that the stack's own VPC has subnets in. */
function zoneCount({ zones, additionalZones }: Parts<BuiltClusterConfig["network"]>): number | Wrong {
  return from([zones, additionalZones], (first, more) => countZones({ zones: first, additionalZones: more }));
}

/** Names that stand twice in what two lists make up, each said once. */
function namedTwice(names: readonly string[], what: string, path: string): Problem[] {
  const twice = new Set(repeated(names).map((index) => names[index]!));
  return [...twice].map((name) => error(path, `${quote(name)} is named twice: name each ${what} once`));
}

/** Subnets and zones that are named twice, and more zones than a VPC is cut for. */
function checkNetworkKeys(network: Parts<BuiltClusterConfig["network"]>, path: string): Problem[] {
  const { existing, zones, additionalZones } = network;
  const subnets =
    existing === undefined
      ? WRONG
      : from([existing.privateSubnetIds, existing.additionalSubnetIds], (first, more) => [...first, ...more]);
  const named = from([zones, additionalZones], (first, more) => [...(typeof first === "number" ? [] : first), ...more]);
  return [
    ...given([subnets], (ids) => namedTwice(ids, "subnet", `${path}.network.existing.privateSubnetIds`)),
    ...given([named], (names) => namedTwice(names, "zone", `${path}.network.zones`)),
    ...given([zoneCount(network)], (all) => {
      if (all <= MOST_ZONES) return [];
      const message = `there are ${all} zones with these, and a VPC is cut for ${MOST_ZONES}`;
      return [error(`${path}.network.additionalZones`, message)];
    }),
  ];
}

/** Keys of `network` that describe a VPC to make. */
const OWN_VPC = ["cidr", "zones", "additionalZones", "natGateways", "interfaceEndpoints"];

/**
 * Keys of a VPC to make beside an existing one: their defaults hide from the other checks who has said them.
 *
 * @param cluster as it is given
 */
export function checkGivenNetwork(cluster: unknown, path: string): Problem[] {
  const network = (cluster as { network?: unknown } | null | undefined)?.network;
  if (typeof network !== "object" || network === null || !("existing" in network) || network.existing === undefined)
    return [];
  const keys = OWN_VPC.filter((key) => (network as Record<string, unknown>)[key] !== undefined);
  if (keys.length === 0) return [];
  const message = `an existing VPC is given, and one to make is described (${keys.join(", ")}): leave out existing, or the others`;
  return [error(`${path}.network`, message)];
}

/** Who reaches the API server: `up` itself has to, for the add-ons and the models. */
function checkReach({ publicEndpoint, network }: Parts<BuiltClusterConfig>, path: string): Problem[] {
  if (publicEndpoint !== undefined || network.existing !== undefined) return [];
  const message =
    "without it the API server answers only inside the VPC that this same `up` makes, so a first `up` stops at the add-ons. Give the " +
    "ranges of whoever runs it, or network.existing with a VPC that it runs in; or false, where whoever runs it reaches the VPC";
  return [warning(`${path}.publicEndpoint`, message)];
}

function unpinnedAmi(version: string, nodes: string, path: string): Problem {
  const newest = `the newest: aws ssm get-parameter --query Parameter.Value --output text --name ${amiParameter(version)}`;
  if (nodes === "karpenter") {
    const message = "Karpenter would replace every node as soon as AWS has a newer AMI: state a release";
    return error(path, `${message}; ${newest}`);
  }
  const message =
    "nodes get the AMI that is AWS' newest when their group is made, and again at each update of the group: state a release, so that " +
    "it moves when you say so";
  return warning(path, `${message}; ${newest}`);
}

function checkAmi(version: string, release: string, path: string): Problem[] {
  // Of a version that EKS does not have, that is the problem.
  if (release.startsWith(`${version}.`) || !(version in END_OF_SUPPORT)) return [];
  const message = `${quote(release)} is of another Kubernetes version than ${version}, which EKS refuses: use one that starts with ${version}.`;
  return [error(path, message)];
}

/** https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html */
function amiParameter(version: string): string {
  return `/aws/service/eks/optimized-ami/${version}/amazon-linux-2023/x86_64/nvidia/recommended/release_version`;
}

/** Zones of groups among those of the cluster, as far as both are named. */
function checkZones({ network, gpuNodes }: Parts<BuiltClusterConfig>, path: string): Problem[] {
  const { zones, additionalZones, existing } = network;
  if (existing !== undefined || typeof zones === "number") return [];
  return given([zones, additionalZones], (first, more) => {
    const known = [...first, ...more];
    return entriesOf(gpuNodes).flatMap(([name, { zones: own, reservation }]) => {
      const at = joinPath(`${path}.gpuNodes`, [name]);
      const stranger = (zone: string, where: string): Problem[] =>
        known.includes(zone) ? [] : [error(where, notOfCluster([zone], known))];
      return [
        ...(own === undefined || isWrong(own)
          ? []
          : own.flatMap((zone, index) => given([zone], (value) => stranger(value, `${at}.zones[${index}]`)))),
        ...given([reservation?.zone], (zone) => (zone === undefined ? [] : stranger(zone, `${at}.reservation.zone`))),
      ];
    });
  });
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

/** Karpenter makes a successor first, for which a full reservation has no room (pkg/controllers/disruption/drift.go, 1.15). */
function fullReservation(path: string): Problem {
  const message =
    "Karpenter replaces a node for another AMI only where the reservation has room for its successor: keep one instance of it free, or end " +
    "nodes by `kubectl delete nodeclaim`";
  return warning(`${path}.reservation`, message);
}

/** No organisation has more than a /8; two /1 are everybody. */
const WIDEST_PREFIX = 8;

function checkEndpoint(endpoint: Parts<BuiltClusterConfig["publicEndpoint"]>, path: string): Problem[] {
  if (endpoint === undefined || isWrong(endpoint) || endpoint === false) return [];
  return endpoint.cidrs.flatMap((cidr, index) => {
    if (Number(cidr.split("/")[1]) >= WIDEST_PREFIX) return [];
    const message = `${quote(cidr)} opens the API server to the world: give the ranges of your offices and runners, /${WIDEST_PREFIX} at the widest`;
    return [error(`${path}.cidrs[${index}]`, message)];
  });
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

/** A volume is in one zone, and the pod that has it waits for a node there. */
function checkSpread(fewest: number, zones: number | string[], path: string): Problem[] {
  const count = typeof zones === "number" ? zones : zones.length;
  if (fewest >= count) return [];
  const message =
    `${fewest} nodes are in ${fewest} of ${count} zones: when one is replaced by a node of another zone, the pods whose volumes are in its zone, ` +
    `such as Prometheus', wait: use ${count}`;
  return [warning(path, message)];
}

function checkSystemMachine(type: string, path: string): Problem[] {
  if (ARM.test(type)) {
    const message = "is an ARM type, and the system's image is for x86: take a type such as m7i.large";
    return [error(path, `${quote(type)} ${message}`)];
  }
  if (!AWS_MACHINES.has(type)) return [];
  return [error(path, `${quote(type)} has GPUs, which system pods do not use: take a type such as m7i.large`)];
}

/** Karpenter goes by what EC2 says of a type, and makes no node for GPUs that EC2 does not count. */
function checkCounted(types: Parts<string[]>, path: string): Problem[] {
  return itemsOf<string>(types).flatMap(({ item, index }) => {
    if (AWS_MACHINES.get(item)?.isCounted !== false) return [];
    const message =
      "has a slice of a GPU, of which Karpenter does not know, so that it would make no node: use a type with whole GPUs, or nodes: managed";
    return [error(`${path}[${index}]`, `${quote(item)} ${message}`)];
  });
}

function checkGpuNodes(
  name: string,
  group: Parts<BuiltNodeGroup>,
  nodes: Parts<BuiltClusterConfig["nodes"]>,
  path: string,
  gpuTypes: GpuTypes,
): Problem[] {
  const { purpose, capacity, nodeSelector, tolerations, instanceTypes } = group;
  const isReserved = Object.values(group.reservation ?? {}).some((part) => !isWrong(part));
  const problems = checkNodeGroup(group, path, { gpuTypes, cloud: "aws" });
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
    ...(group.zones === undefined ? [] : checkRepeated(group.zones, `${path}.zones`)),
    ...(isReserved && group.zones !== undefined
      ? [error(`${path}.zones`, "the reservation's zone is where its nodes are: leave zones out")]
      : []),
    ...given([nodes, group.min], (by, fewest) => {
      if (by !== "karpenter" || fewest === 0) return [];
      const message =
        "Karpenter makes nodes when pods need them, and keeps none: leave min out, and use a model's warmSpares or autoscaling.min";
      return [error(`${path}.min`, message)];
    }),
    ...given([nodes], (by) => (by === "karpenter" && isReserved ? [fullReservation(path)] : [])),
    ...given([nodes], (by) => (by === "karpenter" ? checkCounted(instanceTypes, `${path}.instanceTypes`) : [])),
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
