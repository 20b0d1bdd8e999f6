import { quote } from "../../../components/config/problems.js";
import { isKind } from "../../read/kinds.js";
import { at, text, textEntries } from "../../read/values.js";
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
    const runtimes = workloads.filter(isRuntime);
    for (const service of resources.filter((resource) => isKind(resource, "core", "Service"))) {
      const type = text(at(service.props, "spec", "type")) ?? "ClusterIP";
      if (!EXPOSED.has(type)) continue;
      const selector = textEntries(at(service.props, "spec", "selector"));
      const isOfRuntime =
        areRuntimeLabels(textEntries(at(service.props, "metadata", "labels"))) ||
        areRuntimeLabels(selector) ||
        runtimes.some(
          (runtime) =>
            // A Service without selector selects nothing.
            selector.size > 0 &&
            runtime.namespace === namespaceOf(service) &&
            selectsExactly(at(service.props, "spec", "selector"), runtime.podLabels),
        );
      if (!isOfRuntime) continue;
      report(
        service.urn,
        `Service ${quote(nameOf(service))} of a runtime has type ${type}: use ClusterIP behind the gateway`,
      );
    }
  },
);
