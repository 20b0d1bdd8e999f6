/**
 * What a cluster costs beside its GPUs, as data: US dollars, us-east-1, on demand.
 *
 * Source: AWS' price pages for EKS, VPC and EBS, and its EC2 on-demand list, as public price tables quoted them in November
 * 2026. Prices of other regions differ.
 */
export const PRICES = {
  /** EKS control plane in standard support, an hour. */
  controlPlaneHour: 0.1,
  /** NAT gateway, an hour. */
  natGatewayHour: 0.045,
  /** Data through a NAT gateway, a GB (10^9 bytes): as third parties quote it, read 2026-11-26. */
  natGatewayGB: 0.045,
  /** Public IPv4 address, an hour. */
  publicAddressHour: 0.005,
  /** Interface endpoint in one zone, an hour; traffic costs extra. */
  interfaceEndpointHour: 0.01,
  /** gp3 volumes: a GiB, an operation a second above 3,000, a MiB/s above 125; each a month. */
  gp3GiBMonth: 0.08,
  gp3IopsMonth: 0.005,
  gp3ThroughputMonth: 0.04,
  /**
   * EFS in the storage class Standard: a GiB a month; with elastic throughput a GiB read and a GiB written. As third parties quote
   * them: factualminds.com of 2026-06-13, cloudburn.io of 2026-03-03, both read 2026-11-26.
   */
  efsGiBMonth: 0.3,
  efsReadGiB: 0.03,
  efsWrittenGiB: 0.06,
  /** S3 in the storage class Standard: a GiB a month, a GET, a PUT. As usage.ai quotes them in June 2026, read 2026-11-26. */
  s3GiBMonth: 0.023,
  s3Get: 0.0004 / 1000,
  s3Put: 0.005 / 1000,
} as const;

/**
 * FSx for Lustre, PERSISTENT_2 on SSD: a provisioned GiB a month, by MB/s a TiB. Third parties quote the lowest ($0.145, c3x.dev) and
 * the highest price ($0.600), read 2026-11-26. Those between were in no source that could be read: they lie on a line with the two,
 * as all four do in the list of ap-northeast-1 of 2022-09-03 (dev.classmethod.jp).
 */
export const FSX_LUSTRE_GIB_MONTH = { 125: 0.145, 250: 0.21, 500: 0.34, 1000: 0.6 } as const;

/** What gp3 includes. */
export const GP3_INCLUDED = { iops: 3000, throughputMiBps: 125 } as const;

/** AWS' own month: 365 × 24 / 12. */
export const HOURS_A_MONTH = 730;

/** Instance types without GPUs that system nodes usually are, an hour. */
export const SYSTEM_INSTANCE_HOUR: Readonly<Record<string, number>> = {
  "m6i.large": 0.096,
  "m6i.xlarge": 0.192,
  "m6i.2xlarge": 0.384,
  "m7i.large": 0.1008,
  "m7i.xlarge": 0.2016,
  "m7i.2xlarge": 0.4032,
  "t3.large": 0.0832,
  "t3.xlarge": 0.1664,
};

/**
 * Prices of Capacity Blocks, an hour of an instance. AWS sets them anew from time to time, and charges the whole block when it is
 * bought; types without a price here had none in a source that could be read.
 *
 * Source: January 2026, as administraciondesistemas.com quoted AWS' price page ("AWS encarece un 15% sus Capacity Blocks"), read
 * 2026-11-26.
 */
export const CAPACITY_BLOCK_HOUR: Readonly<Record<string, number>> = {
  "p5e.48xlarge": 39.8,
  "p5en.48xlarge": 41.61,
};

/**
 * What a node may cost by other ways to pay than on demand, as shares of that price.
 *
 * - spot: at most the price on demand, unless a group says more; AWS speaks of up to 90 % less
 *   (https://aws.amazon.com/ec2/spot/). One dated witness: p5en.48xlarge at 57 % less, 2026-08-06 (dstackai/dstack, PR 4110).
 * - reserved: 34.9 to 37.1 % less for one year without payment in advance, of g4dn, g5, g6, gr6, g6e, p4d and p4de
 *   (instances.vantage.sh as stored in tsaol/aws-gpu, 2026-01-21). For others no source was found.
 */
export const SHARE_OF_ON_DEMAND = {
  spot: { least: 0.1, most: 1 },
  reservedOneYear: { least: 0.629, most: 0.651 },
} as const;
