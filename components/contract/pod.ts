/** The shape of a `pod` section: what a platform adds to the pods of its models. What the contract decides is not in it. */
import { z } from "zod";
import { envName, labelsSchema, objectName, positiveInt, reason } from "../config/schemas.js";
import { affinitySchema } from "./affinity.js";

const annotations = z.record(
  z
    .string()
    .regex(
      /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/,
      "is not an annotation's name",
    ),
  z.string(),
);

/** A name within a pod, of a volume or a container. */
const partName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "is not a name: use lower-case letters, digits and dashes");

const dataKey = z.string().regex(/^[-\w.]{1,253}$/, "is not a key: use letters, digits, dashes, dots and underscores");

const keyOf = z.strictObject({ name: objectName, key: dataKey });

const path = z.string().regex(/^\/[^\0:]*$/, "is not an absolute path: use a form such as /etc/ssl/corporate");

/** https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/: relative, without `..`. */
const pathWithin = z
  .string()
  .regex(
    /^(?!\/|\.\.)(?!.*\/\.\.(\/|$)).+$/,
    "is not a path within the volume: use one without / at its start and without ..",
  );

/** A variable whose value stands in an object of the models' namespace. */
const variableFrom = z.strictObject({
  secret: keyOf.optional().describe("Key of a Secret"),
  configMap: keyOf.optional().describe("Key of a ConfigMap"),
  reason,
});

const volume = z
  .strictObject({
    configMap: objectName.optional().describe("Name of a ConfigMap"),
    secret: objectName.optional().describe("Name of a Secret"),
    claim: objectName.optional().describe("Name of a PersistentVolumeClaim"),
    csi: z
      .strictObject({
        driver: z.string().min(1),
        volumeAttributes: z.record(z.string(), z.string()).optional(),
        nodePublishSecret: objectName.optional().describe("Secret that the driver is given"),
      })
      .optional()
      .describe("A volume of a CSI driver, made for the pod, such as secrets-store.csi.k8s.io"),
    image: z
      .string()
      .optional()
      .describe("An OCI image or artifact, with version tag and digest; needs Kubernetes 1.33"),
    emptyDir: z
      .strictObject({ sizeGiB: positiveInt })
      .optional()
      .describe("Room on the node's disk; it is added to the storage that the pod asks for"),
    mountPath: path.optional().describe("Where the engine sees it; default: only containers that mount it do"),
    subPath: pathWithin.optional().describe("Path within the volume to mount"),
    items: z
      .record(dataKey, pathWithin)
      .optional()
      .describe("Keys of a ConfigMap or Secret, with their paths; default: all"),
    readOnly: z
      .boolean()
      .default(true)
      .describe("Whether nobody may write to it; an emptyDir can always be written to"),
    reason,
  })
  .describe("One of configMap, secret, claim, csi, image and emptyDir");

const variable = z.strictObject({
  value: z.string().optional(),
  secret: keyOf.optional(),
  configMap: keyOf.optional(),
});

const container = z
  .strictObject({
    image: z.string().describe("Image with version tag and digest: name:tag@sha256:…"),
    command: z.array(z.string()).min(1).optional().describe("Default: the image's entrypoint"),
    args: z.array(z.string()).optional(),
    env: z.record(envName, variable).optional().describe("Variables: a value, or a key of a Secret or ConfigMap"),
    mounts: z.record(partName, path).optional().describe("Volumes of the section by name, with their paths"),
    cpus: z.number().positive().default(0.1).describe("Cores to request"),
    memoryGiB: z.number().positive().default(0.125).describe("Memory, requested and at most"),
    reason,
  })
  .describe(
    "A container beside the engine, under the same restrictions: no root, a read-only root file system, no GPU",
  );

/** Keys that every pod section has, the stack's and a model's. */
export const podSchema = z
  .strictObject({
    imagePullSecrets: z.array(objectName).optional().describe("Secrets of registries, in the models' namespace"),
    runtimeClassName: objectName.optional().describe("RuntimeClass, such as nvidia"),
    schedulerName: z.string().min(1).optional().describe("Scheduler; default: Kubernetes' own"),
    annotations: annotations.optional().describe("Annotations of the pods"),
    labels: labelsSchema.optional().describe("Labels of the pods"),
    serviceAccount: z
      .strictObject({
        name: objectName.optional().describe("An account that exists"),
        annotations: annotations.optional().describe("Annotations of the account that is made for each release"),
      })
      .optional()
      .describe(
        "ServiceAccount of the pods: an existing one, or annotations such as those of a cloud's workload identity",
      ),
    securityContext: z
      .strictObject({
        runAsUser: z.int().min(1).optional().describe("User; default: 2000"),
        runAsGroup: z.int().min(0).optional().describe("Group; default: 2000"),
        fsGroup: z.int().min(0).optional().describe("Group of volumes; default: 2000"),
        supplementalGroups: z.array(z.int().min(0)).optional().describe("Further groups"),
      })
      .optional()
      .describe("User and groups; never root"),
    affinity: affinitySchema.optional(),
    topologySpread: z
      .array(
        z.strictObject({
          topologyKey: z.string().min(1),
          maxSkew: positiveInt.default(1),
          whenUnsatisfiable: z.enum(["ScheduleAnyway", "DoNotSchedule"]).default("ScheduleAnyway"),
        }),
      )
      .optional()
      .describe("How a release's pods are spread; default: over zones, where possible"),
    env: z
      .record(envName, variableFrom)
      .optional()
      .describe("Variables from Secrets and ConfigMaps, each with a reason; plain values are a release's env"),
    volumes: z.record(partName, volume).optional().describe("Volumes, each with a reason"),
    initContainers: z
      .record(partName, container)
      .optional()
      .describe("Containers that end before the engine starts, in this order"),
    sidecars: z
      .record(partName, container)
      .optional()
      .describe("Containers that start before the engine and stop after it; needs Kubernetes 1.29"),
  })
  .describe("What the pods of models have besides what the contract decides");

export type PodConfig = z.infer<typeof podSchema>;
export type PodVolume = z.infer<typeof volume>;
export type PodContainer = z.infer<typeof container>;
