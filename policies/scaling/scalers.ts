/** Finds autoscalers. */
import { kindOf, type Resource } from "../read/kinds.js";
import { AibrixScaler } from "./aibrix.js";
import { HttpScaler, KedaScaler } from "./keda.js";
import { MultidimScaler } from "./multidim.js";
import { RayServeScaler } from "./rayServe.js";
import { Scaler } from "./scaler.js";
import { KnativeScaler, KserveScaler } from "./serverless.js";
import { VerticalScaler } from "./vertical.js";

type Make = new (resource: Resource) => Scaler;

/** By API group and kind. */
const SCALERS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["autoscaling HorizontalPodAutoscaler", Scaler],
  ["autoscaling.gke.io MultidimPodAutoscaler", MultidimScaler],
  ["autoscaling.k8s.io VerticalPodAutoscaler", VerticalScaler],
  ["keda.sh ScaledObject", KedaScaler],
  ["http.keda.sh HTTPScaledObject", HttpScaler],
  ["autoscaling.aibrix.ai PodAutoscaler", AibrixScaler],
  ["serving.knative.dev Service", KnativeScaler],
  ["serving.kserve.io InferenceService", KserveScaler],
  ["ray.io RayService", RayServeScaler],
]);

export function scalersOf(resources: readonly Resource[]): Scaler[] {
  return resources.flatMap((resource) => {
    const kind = kindOf(resource.type);
    const make = kind && SCALERS.get(`${kind.group} ${kind.kind}`);
    return make === undefined ? [] : [new make(resource)];
  });
}
