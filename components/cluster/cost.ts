/** What a cluster to build costs an hour, at its fewest and at its most nodes. */
import { AWS_MACHINES } from "../facts/machines/aws.js";
import type { CostRange } from "../derive/nodes/cost.js";
import { countZones } from "./network/zones.js";
import { rootVolumeSpeed, SYSTEM_DISK_GIB } from "./nodes/disks.js";
import {
  CAPACITY_BLOCK_HOUR,
  GP3_INCLUDED,
  HOURS_A_MONTH,
  PRICES,
  SHARE_OF_ON_DEMAND,
  SYSTEM_INSTANCE_HOUR,
} from "../facts/prices/aws.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "./schema.js";

/** One line of the bill. */
export interface CostItem extends CostRange {
  /** What it is for, such as `NAT gateways`. */
  item: string;
  /** How many, where it is counted; one number where it does not vary. */
  count: string;
  /** How it is paid for, where that is not on demand. */
  basis?: string;
}

/** An hour of a node's root volume. */
function rootVolumeHour(diskGiB: number, instanceTypes: readonly string[]): number {
  const { iops, throughputMiBps } = rootVolumeSpeed(instanceTypes);
  const month =
    diskGiB * PRICES.gp3GiBMonth +
    (iops - GP3_INCLUDED.iops) * PRICES.gp3IopsMonth +
    (throughputMiBps - GP3_INCLUDED.throughputMiBps) * PRICES.gp3ThroughputMonth;
  return month / HOURS_A_MONTH;
}

function fixed(item: string, count: number, eachUsd: number): CostItem {
  return { item, count: String(count), minUsd: count * eachUsd, maxUsd: count * eachUsd };
}

function nodes(
  item: string,
  { min, max, instanceTypes }: { min: number; max: number; instanceTypes: readonly string[] },
  prices: readonly number[],
  diskGiB: number,
): CostItem {
  const disk = rootVolumeHour(diskGiB, instanceTypes);
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
  const { existing } = network;
  const zones = countZones(network);
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
      const { prices, basis } = pricesOf(group);
      if (prices.length === 0) return [];
      return [{ ...nodes(`nodes ${name}`, group, prices, group.diskGiB), ...(basis !== undefined && { basis }) }];
    }),
  ];
}

/** Instance types, and Capacity Blocks, that the price tables do not have. */
export function unpricedTypes({ systemNodes, gpuNodes }: BuiltClusterConfig): string[] {
  return [
    ...systemNodes.instanceTypes.filter((type) => !(type in SYSTEM_INSTANCE_HOUR)),
    ...Object.values(gpuNodes).flatMap((group) =>
      group.instanceTypes
        .filter((type) => priceOf(group, type) === undefined)
        .map((type) => (isBlock(group) ? `${type} in a Capacity Block` : type)),
    ),
  ];
}

const isBlock = ({ reservation }: BuiltNodeGroup): boolean => reservation?.type === "capacity-block";

const percent = (share: number): string => String(Math.round(share * 1000) / 10);

/** An hour of one of a group's types. */
function priceOf(group: BuiltNodeGroup, type: string): number | undefined {
  return isBlock(group) ? CAPACITY_BLOCK_HOUR[type] : AWS_MACHINES.get(type)?.hourlyUsd;
}

/** Prices of a group's types an hour, and by what they are paid. */
function pricesOf(group: BuiltNodeGroup): { prices: number[]; basis?: string } {
  const { instanceTypes, capacity, reservation } = group;
  const prices = instanceTypes.flatMap((type) => priceOf(group, type) ?? []);
  if (isBlock(group)) return { prices, basis: "Capacity Block, January 2026; charged when bought, used or not" };
  if (reservation !== undefined) {
    const { least, most } = SHARE_OF_ON_DEMAND.reservedOneYear;
    return {
      prices,
      basis: `charged while reserved, used or not; with a one-year commitment about ${percent(least)}–${percent(most)} % of it`,
    };
  }
  if (capacity !== "spot") return { prices };
  const { least } = SHARE_OF_ON_DEMAND.spot;
  return { prices, basis: `spot: at most this, by AWS down to ${percent(least)} % of it` };
}
