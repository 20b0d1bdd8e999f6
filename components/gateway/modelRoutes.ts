/** Ways to the models, from the config: one for all tenants of a model, and one for each that has a limit on concurrency. */
import type { GatewayConfig } from "../contract/gateway/schema.js";
import { boundsOf } from "../derive/gateway/bounds.js";
import { fromZeroOf, holdPolicy } from "../derive/gateway/fromZero.js";
import { runtimeName } from "../derive/objects.js";
import { releaseShares } from "../derive/route.js";
import type { ServedModel } from "../derive/servedModel.js";
import { HTTP_PORT } from "../vocabulary/ports.js";
import { gatewaySecret } from "../vocabulary/secrets.js";
import type { FallbackRoute, ModelRoute, RouteBackend } from "./implementation.js";
import { fallbackRouteName, modelRouteName, tenantRouteName } from "./names.js";

/** Ways to a model; none where no tenant may use it, and no other model falls back to it. */
export function modelRoutes(
  model: ServedModel,
  config: GatewayConfig,
  models: readonly ServedModel[] = [],
): ModelRoute[] {
  const allowed = allowedTenants(model, config);
  if (allowed.length === 0 && !models.some(({ gateway }) => gateway?.fallback === model.name)) return [];
  const shares = releaseShares(model);
  const { stable, canary, shadow } = model.route;
  const backend = ({ release, weight }: { release: string; weight: number }): RouteBackend => ({
    ...{ release, service: runtimeName({ name: model.name, release }), port: HTTP_PORT, weight },
  });
  const mirrored = shares.find(({ release }) => release === shadow?.release);
  const common = {
    model: model.name,
    // One of no weight keeps its connections, so that its first requests find them.
    backends: shares.filter(({ release }) => release === stable || release === canary?.release).map(backend),
    choices: allowed.some(([, { mayChooseRelease }]) => mayChooseRelease) ? shares.map(backend) : [],
    ...(mirrored !== undefined && { shadow: { backend: backend(mirrored), percent: mirrored.mirrorPercent } }),
    credentialSecret: model.gateway?.credential?.existingSecret ?? gatewaySecret(model.name),
    bounds: boundsOf(model, config.protection),
    capacity: capacityOf(model),
    isBehind: model.gateway?.fallback !== undefined,
    isSticky: model.gateway?.sticky === "session",
    ...holdOf(model),
  };
  return [
    { ...common, name: modelRouteName(model.name), tenants: allowed.map(([tenant]) => tenant) },
    ...allowed.flatMap(([tenant, { limits, mayChooseRelease }]): ModelRoute[] =>
      // With a fallback, a tenant's requests at once are counted before it is told which model answers.
      limits.concurrency === undefined || common.isBehind
        ? []
        : [
            {
              ...common,
              name: tenantRouteName(model.name, tenant),
              tenants: [tenant],
              only: { tenant, concurrency: limits.concurrency },
              choices: mayChooseRelease ? common.choices : [],
            },
          ],
    ),
  ];
}

/** Ways to a model that has a fallback; none where it has none. */
export function fallbackRoutes(
  model: ServedModel,
  config: GatewayConfig,
  models: readonly ServedModel[],
): FallbackRoute[] {
  const allowed = allowedTenants(model, config);
  const fallback = models.find(({ name }) => name === model.gateway?.fallback);
  if (fallback === undefined) return [];
  const both = [model, fallback].map((one) => boundsOf(one, config.protection));
  const common = {
    ...{ model: model.name, fallback: fallback.name, capacity: capacityOf(model) + capacityOf(fallback) },
    requestSeconds: both.reduce((sum, { requestSeconds }) => sum + requestSeconds, 0),
    streamIdleSeconds: Math.max(...both.map(({ streamIdleSeconds }) => streamIdleSeconds)),
  };
  return [
    { ...common, name: fallbackRouteName(model.name, fallback.name), tenants: allowed.map(([tenant]) => tenant) },
    ...allowed.flatMap(
      ([
        tenant,
        {
          limits: { concurrency },
        },
      ]): FallbackRoute[] =>
        concurrency === undefined
          ? []
          : [
              {
                ...{ ...common, name: tenantRouteName(model.name, tenant), tenants: [tenant] },
                only: { tenant, concurrency },
              },
            ],
    ),
  ];
}

function allowedTenants({ name }: ServedModel, { tenants }: GatewayConfig) {
  return Object.entries(tenants).filter(([, { models }]) => models.includes(name));
}

function holdOf({ gateway, releases, route }: ServedModel): Pick<ModelRoute, "hold"> {
  const fromZero = fromZeroOf(gateway, releases.get(route.stable)!);
  const hold = fromZero && holdPolicy(fromZero);
  return hold === undefined ? {} : { hold };
}

/** Requests that all replicas of a release take, and as many again, so that the engine refuses and not the proxy. */
function capacityOf({ releases, autoscaling }: ServedModel): number {
  const most = Math.max(...[...releases.values()].map(({ concurrency }) => concurrency.inFlight));
  return 2 * most * autoscaling.max;
}
