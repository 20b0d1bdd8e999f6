/** The admission program's table, from the config and the models. */
import type { GatewayConfig } from "../contract/gateway/schema.js";
import type { TenantConfig } from "../contract/gateway/tenants.js";
import { adaptersOf, lackedBy, pathsOf, usesPriority } from "../derive/gateway/abilities.js";
import { boundsOf, contextOf, routedPlans } from "../derive/gateway/bounds.js";
import { fromZeroOf } from "../derive/gateway/fromZero.js";
import type { ServedModel } from "../derive/servedModel.js";
import { NO_LIMIT, QUOTAS } from "../vocabulary/quotas.js";
import type {
  AdmissionTable,
  AdmittedModel,
  AdmittedName,
  AdmittedTenant,
  AdmittedWay,
  MetadataLimit,
} from "./admission/table.js";

/** @throws nothing: what the config's checks refuse does not come here */
export function admissionTable(config: GatewayConfig, models: readonly ServedModel[]): AdmissionTable {
  return {
    tenants: mapped(config.tenants, tenantOf),
    ...(config.oidc !== undefined && { subjects: subjectsOf(config.tenants) }),
    names: Object.fromEntries(models.flatMap(namesOf)),
    aliases: mapped(config.aliases, waysOf),
    models: Object.fromEntries(models.map((model) => [model.name, modelOf(model, config)])),
  };
}

function mapped<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** A limit for each quota: where one were missing, the rule's own would hold, which lets nobody through. */
export function limitsOf(limits: TenantConfig["limits"]): Record<string, MetadataLimit> {
  return Object.fromEntries(
    QUOTAS.map(({ limit, key, unit, factor }) => {
      const given = limits[limit];
      const most = given === undefined ? NO_LIMIT : Math.min(Math.round(given * factor), NO_LIMIT);
      return [key, { requests_per_unit: most, unit: unit === "Minute" ? "MINUTE" : "DAY" } as const];
    }),
  );
}

function tenantOf({ models, tier, tiers, priority, mayChooseRelease, limits }: TenantConfig): AdmittedTenant {
  return {
    models,
    ...(tier !== undefined && { tier }),
    ...(tiers !== undefined && { tiers }),
    priority,
    ...(mayChooseRelease && { mayChooseRelease }),
    ...(limits.concurrency !== undefined && { concurrency: true }),
    limits: limitsOf(limits),
  };
}

function subjectsOf(tenants: GatewayConfig["tenants"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tenants).flatMap(([tenant, { subjects = [tenant] }]) =>
      subjects.map((subject) => [subject, tenant] as const),
    ),
  );
}

function namesOf(model: ServedModel): [string, AdmittedName][] {
  const adapters = adaptersOf(routedPlans(model)).map((name): [string, AdmittedName] => [
    name,
    { model: model.name, keep: true },
  ]);
  return [...model.servedNames.map((name): [string, AdmittedName] => [name, { model: model.name }]), ...adapters];
}

function waysOf(alias: GatewayConfig["aliases"][string]): AdmittedWay[] {
  if (typeof alias === "string") return [{ model: alias }];
  return alias.map(({ model, tier, needs, overBytes }) => ({
    model,
    ...(tier !== undefined && { tier }),
    ...(needs !== undefined && { needs }),
    ...(overBytes !== undefined && { overBytes }),
  }));
}

function modelOf(model: ServedModel, { protection }: GatewayConfig): AdmittedModel {
  const plans = routedPlans(model);
  const bounds = boundsOf(model, protection);
  const lacks = lackedBy(plans);
  const price = model.gateway?.price;
  const fromZero = fromZeroOf(model.gateway, model.releases.get(model.route.stable)!);
  return {
    class: model.class,
    paths: pathsOf(plans),
    rewrite: model.gateway?.fallback === undefined ? model.servedNames[0]! : "",
    context: contextOf(model),
    promptBytes: bounds.promptBytes,
    maxTokens: bounds.maxTokens,
    ...(bounds.defaultMaxTokens !== undefined && { defaultMaxTokens: bounds.defaultMaxTokens }),
    choices: bounds.choices,
    stopSequences: bounds.stopSequences,
    unsupported: [...bounds.unsupported],
    ...(lacks.length > 0 && { lacks }),
    ...(usesPriority(plans) && { usesPriority: true }),
    ...(price !== undefined && {
      price: { input: Math.round(price.inputUsd * 1_000_000), output: Math.round(price.outputUsd * 1_000_000) },
    }),
    retryAfterSeconds: fromZero?.answer === "retry" ? fromZero.retryAfterSeconds : bounds.retryAfterSeconds,
    releases: [...model.releases.keys()],
  };
}
