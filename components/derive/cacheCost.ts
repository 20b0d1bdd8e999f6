/** What a cache of weights costs a month on AWS. */
import { FSX_LUSTRE_GIB_MONTH, PRICES } from "../facts/prices/aws.js";

/** Where weights are kept, as far as it decides the price. */
export type PricedStorage =
  | { kind: "none" }
  | { kind: "efs" }
  | { kind: "fsx-lustre"; sizeGiB: number; throughputPerTiB: keyof typeof FSX_LUSTRE_GIB_MONTH }
  | { kind: "s3" }
  | { kind: "node" };

/** What moves in a month. */
export interface CacheTraffic {
  /** Weights that are kept, of all revisions. */
  storedGiB: number;
  /** Weights that starting replicas read; without a cache each start fetches them anew. */
  readGiB: number;
  /** Weights that fills fetch from the hub: once a revision, with `node` once a node. Without a cache there are no fills. */
  filledGiB: number;
  /** Whether what comes from the hub goes through a NAT gateway. */
  throughNat: boolean;
}

/** One line of the bill. */
export interface MonthlyCost {
  item: "NAT" | "storage" | "reads" | "writes" | "requests";
  monthlyUsd: number;
}

/** Parts that Mountpoint reads and writes by default (`--read-part-size` and `--write-part-size`, 8 MiB). */
const PART_GIB = 8 / 1024;

/** NAT is charged by 10^9 bytes. */
const GB_A_GIB = 2 ** 30 / 1e9;

/**
 * The lines of a month's bill, US dollars, us-east-1, on demand; those that are nothing are left out. Not counted: traffic between
 * zones ($0.01 a GB and direction where FSx and its readers are in two), and instances, whose NVMe disks are in their price.
 */
export function cacheCostMonthly(storage: PricedStorage, traffic: CacheTraffic): MonthlyCost[] {
  const { readGiB, filledGiB, throughNat } = traffic;
  const fetchedGiB = storage.kind === "none" ? readGiB : filledGiB;
  const nat = throughNat ? fetchedGiB * GB_A_GIB * PRICES.natGatewayGB : 0;
  const lines: MonthlyCost[] = [{ item: "NAT", monthlyUsd: nat }, ...storageCost(storage, traffic)];
  return lines.filter(({ monthlyUsd }) => monthlyUsd > 0);
}

function storageCost(storage: PricedStorage, { storedGiB, readGiB, filledGiB }: CacheTraffic): MonthlyCost[] {
  switch (storage.kind) {
    case "efs":
      return [
        { item: "storage", monthlyUsd: storedGiB * PRICES.efsGiBMonth },
        { item: "reads", monthlyUsd: readGiB * PRICES.efsReadGiB },
        { item: "writes", monthlyUsd: filledGiB * PRICES.efsWrittenGiB },
      ];
    case "fsx-lustre": {
      // Paid for as it is provisioned, full or empty, read or not.
      const { sizeGiB, throughputPerTiB } = storage;
      return [{ item: "storage", monthlyUsd: sizeGiB * FSX_LUSTRE_GIB_MONTH[throughputPerTiB] }];
    }
    case "s3": {
      const requests = (readGiB * PRICES.s3Get + filledGiB * PRICES.s3Put) / PART_GIB;
      return [
        { item: "storage", monthlyUsd: storedGiB * PRICES.s3GiBMonth },
        { item: "requests", monthlyUsd: requests },
      ];
    }
    case "none":
    case "node":
      return [];
  }
}
