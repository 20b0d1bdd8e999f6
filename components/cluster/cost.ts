/** What a cluster to build costs an hour, at its fewest and at its most nodes. */
import { AWS_MACHINES } from "../facts/machines/aws.js";
import type { CostRange } from "../derive/cost.js";
import { ROOT_IOPS, ROOT_THROUGHPUT_MIBPS, SYSTEM_DISK_GIB } from "./disks.js";
import { GP3_INCLUDED, HOURS_A_MONTH, PRICES, SYSTEM_INSTANCE_HOUR } from "../facts/prices/aws.js";
import type { BuiltClusterConfig } from "./schema.js";

/** One line of the bill. */
export interface CostItem extends CostRange {
  /** What it is for, such as `NAT gateways`. */
  item: string;
  /** How many, where it is counted; one number where it does not vary. */
  count: string;
}

/** An hour of a node's root volume. */
function rootVolumeHour(diskGiB: number): number {
  const month =
    diskGiB * PRICES.gp3GiBMonth +
    (ROOT_IOPS - GP3_INCLUDED.iops) * PRICES.gp3IopsMonth +
    (ROOT_THROUGHPUT_MIBPS - GP3_INCLUDED.throughputMiBps) * PRICES.gp3ThroughputMonth;
  return month / HOURS_A_MONTH;
}

function fixed(item: string, count: number, eachUsd: number): CostItem {
  return { item, count: String(count), minUsd: count * eachUsd, maxUsd: count * eachUsd };
}

function nodes(
  item: string,
  { min, max }: { min: number; max: number },
  prices: readonly number[],
  diskGiB: number,
): CostItem {
  const disk = rootVolumeHour(diskGiB);
  return {
    item,
    count: min === max ? String(min) : `${min}–${max}`,
    minUsd: min * (Math.min(...prices) + disk),
    maxUsd: max * (Math.max(...prices) + disk),
  };
}

/**
 * The items of a cluster's hourly cost. Node groups whose instance types have no known price are left out; see
 * {@link unpricedTypes}.
 */
export function clusterCost(cluster: BuiltClusterConfig): CostItem[] {
  const { network, systemNodes, gpuNodes } = cluster;
  const { zones: first, additionalZones, existing } = network;
  const zones = (typeof first === "number" ? first : first.length) + additionalZones.length;
  const gateways = network.natGateways === "single" ? 1 : zones;
  const systemPrices = systemNodes.instanceTypes.flatMap((type) => SYSTEM_INSTANCE_HOUR[type] ?? []);
  return [
    fixed("control plane", 1, PRICES.controlPlaneHour),
    // Those of an existing VPC are its owner's.
    ...(existing === undefined
      ? [fixed("NAT gateways", gateways, PRICES.natGatewayHour + PRICES.publicAddressHour)]
      : []),
    ...(network.interfaceEndpoints.length === 0
      ? []
      : [fixed("interface endpoints", network.interfaceEndpoints.length * zones, PRICES.interfaceEndpointHour)]),
    ...(systemPrices.length === 0 ? [] : [nodes("nodes system", systemNodes, systemPrices, SYSTEM_DISK_GIB)]),
    ...Object.entries(gpuNodes).flatMap(([name, group]) => {
      const prices = group.instanceTypes.flatMap((type) => AWS_MACHINES.get(type)?.hourlyUsd ?? []);
      return prices.length === 0 ? [] : [nodes(`nodes ${name}`, group, prices, group.diskGiB)];
    }),
  ];
}

/** Instance types of system nodes that the price table does not have. */
export function unpricedTypes({ systemNodes }: BuiltClusterConfig): string[] {
  return systemNodes.instanceTypes.filter((type) => !(type in SYSTEM_INSTANCE_HOUR));
}
