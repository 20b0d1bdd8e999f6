/** How fast one node reads from an FSx for Lustre file system of a size. */

export interface StorageRate {
  gibPerSecond: { expected: number; pessimistic: number };
  /** In a few words, for output and docs. */
  source: string;
}

export interface FsxLustre {
  sizeGiB: number;
  /** `perUnitStorageThroughput`, in MB/s a TiB. */
  throughputPerTiB: number;
}

/** The smallest that AWS makes: 1.2 TiB of PERSISTENT_2 at 125 MB/s a TiB. */
export const SMALLEST_FSX_LUSTRE: FsxLustre = { sizeGiB: 1200, throughputPerTiB: 125 };

const GIB = 2 ** 30;
/** 100 Gbit/s, the most for a client without EFA. */
const CLIENT_GIB_PER_SECOND = 1e11 / 8 / GIB;

/** From its disks: what no server has in memory, as the first read of a fill. */
export function fsxLustreRate({ sizeGiB, throughputPerTiB }: FsxLustre): StorageRate {
  const ofDisks = ((sizeGiB / 1024) * throughputPerTiB * 1e6) / GIB;
  const expected = Math.min(ofDisks, CLIENT_GIB_PER_SECOND);
  return {
    gibPerSecond: { expected, pessimistic: expected / 2 },
    source: `AWS: ${throughputPerTiB} MB/s a TiB of ${sizeGiB} GiB`,
  };
}
