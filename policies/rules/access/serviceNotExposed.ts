import { quote } from "../../../components/config/problems.js";
import { Admission, isByModel } from "../../network/admission.js";
import { Guards, type Route, routesOf, servicesOf } from "../../network/routes.js";
import { Services } from "../../network/services.js";
import { EXPOSED_TYPES, statedServices } from "../../network/statedServices.js";
import { isRuntime } from "../../engine/runtimes.js";
import { isOfOthers, shownNameOf, type Workload } from "../../pods/workloads.js";
import type { Resource } from "../../read/kinds.js";
import { all, each, some } from "../../read/unknown.js";
import { at, list, text } from "../../read/values.js";
import { stackRule } from "../../rule.js";

export const serviceNotExposed = stackRule(
  {
    name: "service-not-exposed",
    description: "A vLLM runtime is reached through the gateway, not by a Service of its own.",
    why: "vLLM's API key protects /v1, /v2, /inference and /cohere (0.29.0 to 0.33.0); /invocations, /tokenize, /metrics and others answer anyone, without quota.",
    remediationSteps: "Use type ClusterIP and route to it from the gateway.",
    equalForms:
      "Services of type LoadBalancer or NodePort, internal ones too, or with `externalIPs`, in front of pods of any kind, by labels that controllers add, too; " +
      "and what leads straight to a runtime's Service: Ingress, OpenShift's Route, TargetGroupBinding, IngressRoute, HTTPProxy, Mapping, and Gateway API " +
      "routes of TLS, TCP and UDP, unless an annotation or field of it asks for keys or sets quotas. HTTPRoute, GRPCRoute and Istio's VirtualService are " +
      "the right way; they are refused only where their Gateway is in the program and no policy of keys or quotas is attached to it or to the route (of " +
      "Envoy Gateway's, by its fields: one of CORS or timeouts alone is none). " +
      "Where this package's own gateway is in the program, every other route to a runtime's Service in its namespace is refused, guarded or not, " +
      "copies of requests (RequestMirror) included: its own are HTTPRoutes that match the header `x-vllm-model`, with a SecurityPolicy of their own, " +
      "of a Gateway with the admission program. " +
      "Routes to an InferencePool, Services without selector, and Services whose ports are those of a proxy beside the engine are accepted. Of Services " +
      "that operators and charts make, the type is read where it is stated beside the engine.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const routes = routesOf(resources);
    const services = new Services(resources, workloads, (one) => routes.length > 0 || exposureOf(one) !== undefined);
    const guards = new Guards(resources);
    const admission = new Admission(resources, routes);
    all(
      () => each(services.ofRuntimes, (service) => judgeService(service, report)),
      () =>
        each(routes, (route) => {
          const leads = some(servicesOf(route), (name) => services.leadsToRuntime(name));
          if (!leads || admission.admits(route)) return;
          if (!guards.isGuarded(route)) return report(route.resource.urn, routeMessage(route));
          const isPast = some(
            servicesOf(route),
            (name) => services.leadsToRuntime(name) && services.meantBy(name).some((one) => admission.isBehind(one)),
          );
          if (isPast || (isByModel(route) && guards.knowsGatewayOf(route)))
            report(route.resource.urn, pastMessage(route));
        }),
      () => each(workloads, (workload) => judgeStated(workload, report)),
      () => services.throwUnknown(),
    );
  },
);

function judgeService(service: Resource, report: (urn: string, message: string) => void): void {
  const exposure = exposureOf(service);
  if (exposure === undefined) return;
  report(
    service.urn,
    `Service ${quote(shownNameOf(service))} of a runtime has ${exposure}: use ClusterIP behind the gateway`,
  );
}

/** Of Services that an operator or a chart makes as the workload's object says. */
function judgeStated(workload: Workload, report: (urn: string, message: string) => void): void {
  const stated = isOfOthers(workload.object) ? statedServices(workload) : [];
  if (stated.length === 0 || !isRuntime(workload)) return;
  for (const { path, type } of stated) {
    report(
      workload.urn,
      `${workload.kind} "${workload.shownName}": ${path} of a runtime is ${type}: use ClusterIP behind the gateway`,
    );
  }
}

/** What makes a Service reachable from outside of the cluster. */
function exposureOf({ props }: Resource): string | undefined {
  const type = text(at(props, "spec", "type"));
  if (type !== undefined && EXPOSED_TYPES.has(type)) return `type ${type}`;
  return list(at(props, "spec", "externalIPs")).length > 0 ? "externalIPs" : undefined;
}

function pastMessage({ resource, kind }: Route): string {
  return (
    `${kind.kind} ${quote(shownNameOf(resource))} leads to a runtime's Service past the gateway's admission, ` +
    "its tenants and limits: remove it, and make its clients a tenant of vllm:gateway"
  );
}

function routeMessage({ resource, kind }: Route): string {
  const where = `${kind.kind} ${quote(shownNameOf(resource))} leads to a runtime's Service`;
  if (kind.passesOn === true)
    return `${where} and passes connections on: route by HTTP from a gateway that asks for keys`;
  return `${where} and nothing on the way asks for keys: route from a gateway that does`;
}
