/** Root volumes of nodes. */

/** Reads a 10 GB image in a minute; gp3's own 125 MiB/s take three. */
export const ROOT_THROUGHPUT_MIBPS = 500;
export const ROOT_IOPS = 4000;

/** Room for the system's images and logs. */
export const SYSTEM_DISK_GIB = 50;
