/** Names of the gateway's objects. A dot keeps those of the gateway and of tenants apart from those of models, which have none. */
import { proxiesName } from "../vocabulary/gateway.js";
import { stackObject } from "../vocabulary/metrics/rules.js";

/** Names of what a stack's gateway consists of. */
export interface GatewayNames {
  /** Of the Gateway, its EnvoyProxy, and the proxies' Deployment and Service. */
  gateway: string;
  /** Of the GatewayClass, which belongs to the whole cluster. */
  gatewayClass: string;
  /** Of the admission program's policy. */
  admission: string;
  /** Of the route of requests with a key, and of its policy. */
  keys: string;
  /** Of the route of requests with a token, and of its policy. */
  tokens: string;
  /** Of the filter that answers what no route takes. */
  closed: string;
  /** Of the policy of all tenants' quotas. */
  quotas: string;
  /** Of the Secret with the tenants' keys of the config and those that are made. */
  keysSecret: string;
  /** Of the certificate's Secret, where cert-manager makes it. */
  certificate: string;
  /** Of the network policies in the gateway's namespace. */
  network: string;
  /** Of the listener. */
  listener: string;
}

/** @param namespace of the models */
export function gatewayNames(stack: string, namespace: string): GatewayNames {
  const gateway = stackObject(stack);
  return {
    gateway,
    gatewayClass: proxiesName(namespace, stack),
    admission: `${gateway}.admission`,
    keys: `${gateway}.keys`,
    tokens: `${gateway}.tokens`,
    closed: `${gateway}.closed`,
    quotas: `${gateway}.quotas`,
    keysSecret: `${gateway}.keys`,
    certificate: `${gateway}.certificate`,
    network: proxiesName(namespace, stack),
    listener: "https",
  };
}

/** Name of the route to a model, and of its policies. */
export function modelRouteName(model: string): string {
  return model;
}

/** Name of the route to a model or to another in its place. Two dots: no tenant's route has them. */
export function fallbackRouteName(model: string, fallback: string): string {
  return `${model}.or.${fallback}`;
}

/** Name of the route that a tenant with a limit on concurrency has to a model. */
export function tenantRouteName(model: string, tenant: string): string {
  return `${model}.${tenant}`;
}
