import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CacheConfig } from "../contract/cache.js";
import { nodeTaints, runtimeName } from "../derive/objects.js";
import { placementOf } from "../derive/nodes/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { ServedModel } from "../derive/servedModel.js";
import { type HoldingCache, holdingCache } from "../derive/weights/delivery.js";
import { type Fill, fillsOf } from "../derive/weights/fills.js";
import { cacheLabels, cacheName, foldersOf, hashOf, roleAnnotation, writtenClaim } from "../derive/weights/objects.js";
import type { ServingEnvironment, WeightsCache } from "../engine/environment.js";
import { programs } from "../programs/programs.js";
import { ANNOTATIONS, LABELS } from "../vocabulary/labels.js";
import { fillJobName, fillJobSpec, fillRun, fillTimeout } from "./fillJob.js";
import { cachePolicySpec } from "./networkPolicy.js";
import { type NodeContext, nodeFillSpec, prePullSpec } from "./nodePods.js";
import type { ProgramContext } from "./programPod.js";
import { createVolume } from "./createVolume.js";
import type { CacheStorage } from "./volume.js";

/** Inputs of {@link ModelCache}. */
export interface ModelCacheArgs {
  cache: CacheConfig;
  /** Releases that load from it, as `loadModels` with the same cache returns them: those of models, and those of batches. */
  plans: readonly RuntimePlan[];
  /** What models share; its own `cache` is not read. */
  environment: ServingEnvironment;
  /** The file system of a cluster that the stack builds: for the kinds efs and fsx-lustre. @default none */
  storage?: CacheStorage;
}

/** Pods of nodes that are still to come fail no update. */
const NO_WAIT = { "pulumi.com/skipAwait": "true" };
/** A fill that has failed is made again by the next update: the provider's annotation for Jobs. */
const AGAIN = { "pulumi.com/replaceUnready": "true" };

/** Plans of all releases of models. */
export function plansOf(models: readonly ServedModel[]): RuntimePlan[] {
  return models.flatMap(({ releases }) => [...releases.values()]);
}

/**
 * Where weights are kept between starts: the volume, a Job for each revision that fetches it once, and pods that prepare GPU nodes.
 * Give it to the environment of the models: their pods start once what they load is there.
 */
export class ModelCache extends pulumi.ComponentResource implements WeightsCache {
  /** Account of the pods that fill: for permissions in AWS. */
  readonly serviceAccountName: string;
  /** By folder of the cache; none where each node fills its own. */
  readonly fills: ReadonlyMap<string, k8s.batch.v1.Job>;
  private readonly volume: pulumi.Resource[];

  /** @throws Error where the kind needs a file system, and there is none in `storage` */
  constructor(name: string, args: ModelCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cache:ModelCache", name, {}, opts);
    const { cache, plans, environment } = args;
    const { partOf, namespace, access } = environment;
    this.serviceAccountName = cacheName(partOf);
    const metadata = { name: this.serviceAccountName, namespace, labels: cacheLabels(partOf) };
    const child = { parent: this };
    this.volume = createVolume(name, cache, args.storage, metadata, child);

    const annotations = roleAnnotation(cache);
    const account = new k8s.core.v1.ServiceAccount(
      name,
      {
        metadata: { ...metadata, ...(Object.keys(annotations).length > 0 && { annotations }) },
        automountServiceAccountToken: false,
      },
      child,
    );
    const fills = fillsOf(plans, cache);
    const policy = new k8s.networking.v1.NetworkPolicy(
      name,
      { metadata, spec: cachePolicySpec(partOf, cache, fills, access) },
      child,
    );
    const holding = holdingCache(cache);
    const data = programs("fill.py", "prune.py");
    const files = new k8s.core.v1.ConfigMap(
      name,
      { metadata: { ...metadata, name: programsName(partOf) }, immutable: true, data },
      child,
    );
    const context: ProgramContext = {
      serviceAccountName: account.metadata.name,
      programs: files.metadata.name,
      claim: holding && writtenClaim(holding),
      huggingFaceToken: environment.huggingFaceToken,
      extension: environment.pod,
    };
    const after = { ...child, dependsOn: [policy, ...this.volume] };
    const keep = [...new Set(plans.flatMap(foldersOf))];
    this.fills = new Map(
      holding === undefined || holding.kind === "node"
        ? []
        : fills.map((fill) => [fill.folder, createFill(name, fill, holding, metadata, context, partOf, after)]),
    );
    if (holding?.kind === "node") fillNodes(name, args, holding, keep, metadata, context, after);
    else if (cache.prePull) pullImages(name, args, metadata, context, after);
    this.registerOutputs({});
  }

  before(plan: Pick<RuntimePlan, "artifacts" | "cache">): pulumi.Resource[] {
    return [...this.volume, ...foldersOf(plan).flatMap((folder) => this.fills.get(folder) ?? [])];
  }
}

/** Name of the ConfigMap with the programs of a stack's cache: another text has another name. */
export function programsName(partOf: string): string {
  return `${cacheName(partOf)}-${hashOf(programs("fill.py", "prune.py"))}`;
}

/** Of all objects. */
interface Metadata {
  name: string;
  namespace: pulumi.Input<string>;
  labels: Record<string, string>;
}

function createFill(
  name: string,
  fill: Fill,
  cache: HoldingCache,
  { namespace, labels: common }: Metadata,
  context: ProgramContext,
  partOf: string,
  opts: pulumi.CustomResourceOptions,
): k8s.batch.v1.Job {
  const labels = { ...common, [LABELS.revision]: fill.artifact.revision };
  const run = fillRun(fill, cache, []);
  const timeout = fillTimeout(cache);
  return new k8s.batch.v1.Job(
    `${name}-${fill.folder.replace(/^[^/]+\//, "").replace("/", "-")}`,
    {
      metadata: {
        name: fillJobName(fill, [run, cache.fill, context.extension, context.claim, labels, programsName(partOf)]),
        namespace,
        labels,
        annotations: { ...AGAIN, [ANNOTATIONS.weights]: fill.folder },
      },
      spec: fillJobSpec(run, cache, labels, context),
    },
    // The provider waits for the Job's end: what depends on it finds the files.
    { ...opts, customTimeouts: { create: timeout, update: timeout } },
  );
}

/** A DaemonSet for each release that loads from the cache, on the nodes that the release may run on. */
function fillNodes(
  name: string,
  { plans, environment }: ModelCacheArgs,
  cache: HoldingCache,
  keep: readonly string[],
  { name: prefix, namespace, labels: common }: Metadata,
  context: ProgramContext,
  opts: pulumi.CustomResourceOptions,
): void {
  for (const plan of plans) {
    const runs = fillsOf([plan], cache).map((fill) => fillRun(fill, cache, keep));
    if (runs.length === 0) continue;
    const labels = { ...common, [LABELS.instance]: plan.name, [LABELS.release]: plan.release };
    const nodes = nodeContext(plan, environment, context, environment.priorityClasses?.[plan.class]);
    new k8s.apps.v1.DaemonSet(
      `${name}-${runtimeName(plan)}`,
      {
        metadata: {
          name: `${prefix}-${runtimeName(plan)}`,
          namespace,
          labels,
          annotations: { ...NO_WAIT, ...nodeTaints(nodes.placement), [ANNOTATIONS.weights]: foldersOf(plan).join(",") },
        },
        spec: nodeFillSpec(runs, labels, nodes),
      },
      opts,
    );
  }
}

/** A DaemonSet for each image and kind of node that it may run on. */
function pullImages(
  name: string,
  { plans, environment }: ModelCacheArgs,
  { name: prefix, namespace, labels: common }: Metadata,
  context: ProgramContext,
  opts: pulumi.CustomResourceOptions,
): void {
  const found = new Map<string, NodeContext & { image: string }>();
  for (const plan of plans) {
    const nodes = nodeContext(plan, environment, context, environment.priorityClasses?.spare);
    const key = hashOf([plan.image, nodes.placement]);
    if (!found.has(key)) found.set(key, { ...nodes, image: plan.image });
  }
  for (const [key, { image, ...nodes }] of found) {
    // Selectors tell them apart by it.
    const labels = { ...common, [LABELS.release]: `pull-${key}` };
    new k8s.apps.v1.DaemonSet(
      `${name}-pull-${key}`,
      {
        metadata: {
          name: `${prefix}-pull-${key}`,
          namespace,
          labels,
          annotations: { ...NO_WAIT, ...nodeTaints(nodes.placement) },
        },
        spec: prePullSpec(image, labels, nodes),
      },
      opts,
    );
  }
}

function nodeContext(
  plan: RuntimePlan,
  { nodeGroups, spareImage }: ServingEnvironment,
  context: ProgramContext,
  priorityClassName: pulumi.Input<string> | undefined,
): NodeContext {
  return { ...context, placement: placementOf(plan, nodeGroups), priorityClassName, spareImage };
}
