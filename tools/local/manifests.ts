/** A stack's Kubernetes objects, changed for the simulated cluster. */
import { randomBytes } from "node:crypto";
import { LABELS } from "../../components/vocabulary/labels.js";
import type { CollectedResource } from "../collect.js";
import { isManifest, type Manifest, withoutPulumiAnnotations } from "../render/manifests.js";
import { simulatedVolumes } from "./claims.js";
import type { KubernetesObject } from "./client.js";
import { withMark } from "./ownership.js";
import { isRuntime, type LoadTimes, onSimulatedNodes, withLoadTime } from "./simulation.js";

/** An object, and those that must exist before it. */
export interface Step {
  object: KubernetesObject;
  /** Objects that this one depends on, as the program states it. */
  after: KubernetesObject[];
  /** Created once and then left alone: its content is random. */
  once: boolean;
}

/** How a local cluster differs from a real one. */
export interface LocalSettings {
  /** Prometheus as KEDA reaches it. */
  prometheusUrl?: string;
  load: LoadTimes;
  /** The run that everything belongs to. */
  run: string;
}

/** Bytes of a made-up secret. */
const SECRET_BYTES = 20;

/** Secrets are masked offline: here each gets a random value. */
function withMadeUpSecrets(object: KubernetesObject): KubernetesObject {
  const values = (object["stringData"] ?? {}) as Record<string, string>;
  const made = Object.keys(values).map((key) => [key, randomBytes(SECRET_BYTES).toString("hex")]);
  return { ...object, stringData: Object.fromEntries(made) as Record<string, string> };
}

interface Scaler extends KubernetesObject {
  spec: { triggers: { type: string; metadata: Record<string, string> }[] };
}

/** KEDA runs beside the cluster, where a Service's name leads nowhere. */
function withPrometheus(object: KubernetesObject, prometheusUrl: string): KubernetesObject {
  const { spec } = object as Scaler;
  const triggers = spec.triggers.map((trigger) =>
    trigger.type === "prometheus"
      ? { ...trigger, metadata: { ...trigger.metadata, serverAddress: prometheusUrl } }
      : trigger,
  );
  return { ...object, spec: { ...spec, triggers } };
}

function objectOf(resource: CollectedResource, settings: LocalSettings): KubernetesObject {
  const { run } = settings;
  return withMark(onSimulatedNodes(noDefault(simulated(resource, settings)), run), run);
}

/** A default StorageClass would also apply to foreign volume claims, even to those that wait already. */
function noDefault(object: KubernetesObject): KubernetesObject {
  const { annotations, ...metadata } = object.metadata;
  if (annotations === undefined) return object;
  const kept = Object.entries(annotations).filter(([key]) => !key.endsWith("/is-default-class"));
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(kept) } };
}

function simulated(resource: CollectedResource, { prometheusUrl, load }: LocalSettings): KubernetesObject {
  const object = withoutPulumiAnnotations(resource.inputs as unknown as Manifest) as unknown as KubernetesObject;
  if (resource.secret) return withMadeUpSecrets(object);
  if (object.kind === "ScaledObject" && prometheusUrl !== undefined) return withPrometheus(object, prometheusUrl);
  return withLoadTime(object, load);
}

/** Of a gateway: no proxy runs here, nor are there its CRDs. `tools/local/gateway` has a real one, for the end-to-end tests. */
function isGateways({ inputs }: CollectedResource): boolean {
  return /^(gateway\.networking\.k8s\.io|gateway\.envoyproxy\.io|cert-manager\.io)\//.test(
    String(inputs["apiVersion"]),
  );
}

/** Karpenter's own: no Karpenter runs here, and the nodes that it would make are simulated as those of every group. */
function isKarpenters({ inputs }: CollectedResource): boolean {
  return /^karpenter\./.test(String(inputs["apiVersion"]));
}

/**
 * The stack's Kubernetes objects with what each waits for; cloud resources, Helm releases, Karpenter's pools and classes, and a
 * gateway's routes and policies are left out.
 */
export function stackSteps(resources: readonly CollectedResource[], settings: LocalSettings): Step[] {
  const manifests = resources.filter(
    (resource) => isManifest(resource) && !isKarpenters(resource) && !isGateways(resource),
  );
  const plain = manifests.map((resource) => [resource.urn, objectOf(resource, settings)] as const);
  const { changed, added } = simulatedVolumes(plain.map(([, object]) => object));
  const objects = new Map(plain.map(([urn, object]) => [urn, changed(object)]));
  const namespaces = [...objects.values()].filter(({ kind }) => kind === "Namespace");
  return [
    ...manifests.map(({ urn, dependencies = [], secret }) => ({
      object: objects.get(urn)!,
      once: secret,
      after: dependencies.flatMap((dependency) => objects.get(dependency) ?? []),
    })),
    ...added.map((object) => ({ object: withMark(object, settings.run), once: false, after: namespaces })),
  ];
}

/** Names that can have a load time: models, and the Deployments of their releases. */
export function loadNames(resources: readonly CollectedResource[]): string[] {
  const runtimes = resources
    .filter(isManifest)
    .map(({ inputs }) => inputs as unknown as KubernetesObject)
    .filter(isRuntime);
  return [...new Set(runtimes.flatMap(({ metadata }) => [metadata.labels![LABELS.instance]!, metadata.name]))];
}
