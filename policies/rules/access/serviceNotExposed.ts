import { quote } from "../../../components/config/problems.js";
import { isKind } from "../../read/kinds.js";
import { each } from "../../read/unknown.js";
import { at, list, text, textEntries } from "../../read/values.js";
import { stackRule } from "../../rule.js";
import { areRuntimeLabels, isRuntime } from "../../engine/runtimes.js";
import { selectsExactly } from "../../read/selectors.js";
import { nameOf, namespaceOf } from "../../pods/workloads.js";

const EXPOSED = new Set(["LoadBalancer", "NodePort"]);

export const serviceNotExposed = stackRule(
  {
    name: "service-not-exposed",
    description: "A vLLM runtime is reached through the gateway, not by a Service of its own.",
    why: "vLLM's API key protects /v1, /v2, /inference and /cohere (0.29.0 to 0.33.0); /invocations, /tokenize, /metrics and others answer anyone, without quota.",
    remediationSteps: "Use type ClusterIP and route to it from the gateway.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const services = resources.filter((resource) => isKind(resource, "core", "Service"));
    each(services, (service) => {
      const type = text(at(service.props, "spec", "type")) ?? "ClusterIP";
      const externalIps = list(at(service.props, "spec", "externalIPs"));
      if (!EXPOSED.has(type) && externalIps.length === 0) return;
      const selector = textEntries(at(service.props, "spec", "selector"));
      const isNamed =
        areRuntimeLabels(textEntries(at(service.props, "metadata", "labels"))) || areRuntimeLabels(selector);
      // A Service without selector selects nothing.
      const selected = workloads.filter(
        (workload) =>
          selector.size > 0 &&
          workload.namespace === namespaceOf(service) &&
          selectsExactly(selector, workload.podLabels),
      );
      if (!isNamed && !selected.some(isRuntime)) return;
      report(
        service.urn,
        `Service ${quote(nameOf(service))} of a runtime has ${EXPOSED.has(type) ? `type ${type}` : "externalIPs"}: use ClusterIP behind the gateway`,
      );
    });
  },
);
