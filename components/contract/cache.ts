/** The shape of `vllm:cache`: where weights are kept between the starts of replicas. */
import { z } from "zod";
import { objectName, positiveInt, reason, subnetId, zoneName } from "../config/schemas.js";
import { egressRuleSchema } from "./access.js";
import { bucketShape, keyPrefix } from "./places.js";

/** What every kind of cache may say. */
const common = {
  fill: z
    .strictObject({
      image: z
        .string()
        .optional()
        .describe(
          "Image that fills the cache, with version tag and digest; it needs python3 and, for the hub, huggingface_hub. Default: the release's own",
        ),
      memoryGiB: positiveInt.default(4).describe("Memory of the pod that fills"),
      timeoutSeconds: positiveInt.default(21_600).describe("Time that a fill may take before it fails"),
      egress: z
        .array(egressRuleSchema)
        .optional()
        .describe(
          "Where fills alone may connect to beside DNS, such as a proxy or an S3 service of your own; default: as access.egress says, else " +
            "everywhere by port 443",
        ),
    })
    .prefault({})
    .describe("The Job that fetches a revision, once"),
  prePull: z
    .boolean()
    .default(false)
    .describe("Pulls the images of all releases to the GPU nodes that they may run on, before a replica does"),
} as const;

/** What caches may say that pods can write to. */
const writable = {
  ...common,
  compile: z
    .boolean()
    .default(false)
    .describe(
      "Keeps compiled code beside the weights, a folder for each image digest, GPU and release: later starts do not compile",
    ),
  startupPlan: z
    .boolean()
    .default(false)
    .describe("Keeps the result of vLLM's memory profiling, too (VLLM_ENABLE_STARTUP_PLAN); needs compile"),
} as const;

const noneSchema = z.strictObject({
  kind: z.literal("none").describe("Each start of a replica downloads its weights"),
  reason,
  prePull: common.prePull,
});

const claimSchema = z.strictObject({
  kind: z.literal("claim").describe("A volume that many nodes can mount"),
  name: objectName.describe("Name of the PersistentVolumeClaim, in the models' namespace"),
  create: z
    .strictObject({
      storageClass: objectName.describe(
        "StorageClass of a file system that many nodes can mount, such as NFS or CephFS",
      ),
      sizeGiB: positiveInt.describe("Size to ask for"),
    })
    .optional()
    .describe("Makes the claim; default: it exists, and allows ReadWriteMany"),
  ...writable,
});

const efsSchema = z.strictObject({
  kind: z.literal("efs").describe("An Amazon EFS file system, which the stack makes on a cluster that it builds"),
  subnetIds: z
    .array(subnetId)
    .min(1)
    .optional()
    .describe(
      "In an existing VPC: subnets of its mount targets, one in each zone. Default: every private subnet, where no two are in one zone",
    ),
  ...writable,
});

/** Capacities of PERSISTENT_2 SSD file systems: 1200 GiB, or a multiple of 2400. */
const fsxSize = z
  .int()
  .min(1200)
  .refine((gib) => gib === 1200 || gib % 2400 === 0, "is no size of FSx for Lustre: use 1200 or a multiple of 2400");

const fsxLustreSchema = z.strictObject({
  kind: z
    .literal("fsx-lustre")
    .describe("An Amazon FSx for Lustre file system, which the stack makes on a cluster that it builds"),
  sizeGiB: fsxSize.default(1200).describe("Capacity: 1200 GiB, or a multiple of 2400"),
  mbPerSecondPerTiB: z.literal([125, 250, 500, 1000]).default(250).describe("Throughput that is paid for"),
  zone: zoneName.optional().describe("Availability zone of the file system; default: the cluster's first"),
  ...writable,
});

const s3Schema = z.strictObject({
  kind: z.literal("s3").describe("A bucket that exists"),
  ...bucketShape,
  prefix: keyPrefix.default("pulumi-vllm").describe("Prefix of all keys of the cache"),
  read: z
    .enum(["mountpoint", "stream"])
    .default("mountpoint")
    .describe(
      "mountpoint: as a volume of the Mountpoint for Amazon S3 CSI driver; stream: straight into GPU memory by the Run:ai streamer",
    ),
  roleArn: z
    .string()
    .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, "is not the ARN of an IAM role")
    .optional()
    .describe("On an existing cluster: role that the pods take by annotation (IRSA); default: EKS Pod Identity"),
  scratchGiB: positiveInt.optional().describe("Disk of the fill for one file at a time; default: the largest file's"),
  ...common,
});

const nodeSchema = z.strictObject({
  kind: z.literal("node").describe("A folder on each GPU node's own disks, filled before replicas come"),
  path: z
    .string()
    .regex(/^\/mnt\/[^\0\s:]+[^/]$/, "is not a folder of a node: use a form such as /mnt/k8s-disks/0/pulumi-vllm")
    .default("/mnt/k8s-disks/0/pulumi-vllm")
    .describe("Folder on the node's NVMe disks; it has to be there, and belong to group 2000"),
  budgetGiB: positiveInt.describe(
    "What weights may take of each node's disk; the revisions used least recently go first",
  ),
  ...writable,
});

export const cacheSchema = z
  .discriminatedUnion("kind", [noneSchema, claimSchema, efsSchema, fsxLustreSchema, s3Schema, nodeSchema])
  .describe("Where weights are kept between starts; default: nowhere, and each start of a replica downloads them");

export type CacheConfig = z.infer<typeof cacheSchema>;
export type CacheKind = CacheConfig["kind"];
