/** What a stack's config wants: its objects as the program registers them, by release, model and stack. */
import { runtimeName } from "../../components/derive/objects.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { LABELS } from "../../components/vocabulary/labels.js";
import { isRuntimeWorkload } from "../../components/vocabulary/workloads.js";
import type { StackConfig } from "../../stacks/config.js";
import { namespaceName } from "../../stacks/schema.js";
import { collectStack } from "../collect.js";
import type { CollectedResource } from "../collect/resource.js";
import type { KubernetesObject } from "../local/client.js";
import type { LoadedStack } from "../loadStack.js";
import { isManifest } from "../render/manifests.js";
import type { Deployment } from "./objects.js";

/** An object that has to be there. */
export interface WantedObject {
  manifest: KubernetesObject;
  /** What is in it is no one's business here. */
  isSecret: boolean;
}

export interface WantedRelease {
  /** `chat-r1` */
  name: string;
  model: ServedModel;
  plan: RuntimePlan;
  /** The model's route leads to it. */
  isRouted: boolean;
  deployment: Deployment;
  objects: WantedObject[];
}

export interface WantedModel {
  model: ServedModel;
  /** Of all its releases together, such as its Service. */
  objects: WantedObject[];
}

export interface Wanted {
  stack: string;
  config: StackConfig;
  /** Of the models. */
  namespace: string;
  /** Value of the label app.kubernetes.io/part-of. */
  partOf: string;
  releases: WantedRelease[];
  models: WantedModel[];
  /** Of no model. */
  objects: WantedObject[];
}

/** Runs the program offline. */
export async function wantedOf({ file, config }: LoadedStack): Promise<Wanted> {
  const resources = await collectStack(file, config);
  return sorted(file.stack, config, resources);
}

/** Objects by whom they belong to. */
export function sorted(stack: string, config: StackConfig, resources: readonly CollectedResource[]): Wanted {
  const all = resources
    .filter(isManifest)
    .map(({ inputs, secret }) => ({ manifest: inputs as unknown as KubernetesObject, isSecret: secret }))
    // The API server names it: nobody can tell which it is.
    .filter(({ manifest }) => typeof manifest.metadata?.name === "string")
    .map((wanted) => (wanted.manifest.kind === "Secret" ? { ...wanted, isSecret: true } : wanted));
  const owners = new Map<string, WantedObject[]>();
  const names = new Set(
    config.models.flatMap(({ name, releases }) => [name, ...[...releases.values()].map(runtimeName)]),
  );
  for (const object of all) {
    const owner = ownerOf(object.manifest, names);
    owners.set(owner, [...(owners.get(owner) ?? []), object]);
  }
  const of = (owner: string): WantedObject[] => owners.get(owner) ?? [];
  const releases = config.models.flatMap((model) =>
    [...model.releases.values()].map((plan) => {
      const name = runtimeName(plan);
      const workload = of(name).find(({ manifest }) => isRuntimeWorkload(manifest.kind))!;
      return {
        name,
        model,
        plan,
        isRouted: model.route.stable === plan.release,
        deployment: workload.manifest as Deployment,
        objects: of(name),
      };
    }),
  );
  return {
    stack,
    config,
    namespace: namespaceName(config.namespace),
    partOf: releases[0]?.deployment.metadata.labels?.[LABELS.partOf] ?? stack,
    releases,
    models: config.models.map((model) => ({ model, objects: of(model.name) })),
    objects: of(OF_STACK),
  };
}

const OF_STACK = "";

function ownerOf({ metadata: { labels = {} } }: KubernetesObject, names: ReadonlySet<string>): string {
  const { [LABELS.instance]: model, [LABELS.release]: release } = labels;
  if (model === undefined) return OF_STACK;
  const owner = release === undefined ? model : `${model}-${release}`;
  return names.has(owner) ? owner : OF_STACK;
}
