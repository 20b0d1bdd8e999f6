/** Every check of a stack. */
import type { Check } from "../check.js";
import type { Probe } from "../probe.js";
import type { Prometheus } from "../prometheus.js";
import type { Target } from "../target.js";
import { answerCheck, metricsCheck, modelCheck } from "./engine.js";
import { gatewayChecks } from "./gateway.js";
import { gpuCheck } from "./gpu.js";
import { queriesCheck, rulesCheck, targetsCheck } from "./monitoring.js";
import { networkCheck } from "./network.js";
import { leftoversCheck, objectsCheck } from "./objects.js";
import { contractCheck, historyCheck, imageCheck, restartsCheck, rolloutCheck } from "./release.js";
import { routeCheck } from "./route.js";
import { scalerCheck } from "./scaler.js";
import { cacheCheck, dashboardsCheck } from "./stack.js";

/** What checks ask besides the API server. */
export interface Sources {
  prometheus: Prometheus;
  /** Absent where nobody asked for one. */
  probe?: Probe;
}

/** @param only the models to look at, without what is the stack's own @default all, and the stack's own */
export function checksOf(target: Target, { prometheus, probe }: Sources, only?: ReadonlySet<string>): Check[] {
  const { wanted } = target;
  const isAsked = ({ name }: { name: string }): boolean => only === undefined || only.has(name);
  const releases = wanted.releases
    .filter(({ model }) => isAsked(model))
    .flatMap((release) => [
      objectsCheck(target, release.name, release.objects),
      contractCheck(target, release),
      rolloutCheck(target, release),
      imageCheck(target, release),
      restartsCheck(target, release),
      gpuCheck(target, release),
      modelCheck(target, release),
      answerCheck(target, release),
      metricsCheck(target, release),
      targetsCheck(target, release, prometheus),
      queriesCheck(target, release, prometheus),
      ...rulesCheck(target, release.name, release.objects, prometheus),
      scalerCheck(target, release),
      networkCheck(target, release, probe),
      historyCheck(target, release),
    ]);
  const models = wanted.models
    .filter(({ model }) => isAsked(model))
    .flatMap((model) => [
      objectsCheck(target, model.model.name, model.objects),
      routeCheck(target, model),
      ...rulesCheck(target, model.model.name, model.objects, prometheus),
    ]);
  const all = wanted.objects.concat(wanted.models.flatMap(({ objects }) => objects));
  const ofStack = [
    objectsCheck(target, wanted.stack, wanted.objects),
    leftoversCheck(target),
    ...rulesCheck(target, wanted.stack, wanted.objects, prometheus),
    dashboardsCheck(target, all),
    ...gatewayChecks(target, prometheus),
    cacheCheck(target, [...all, ...wanted.releases.flatMap(({ objects }) => objects)]),
  ];
  return [...releases, ...models, ...(only === undefined ? ofStack : [])];
}
