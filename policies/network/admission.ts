/** Routes of this package's gateway, which lead to a model only what its admission has let through. */
import { GATEWAY_HEADERS } from "../../components/vocabulary/gateway.js";
import { nameOf } from "../pods/workloads.js";
import { isSameNamespace, namespaceOf } from "../read/namespaces.js";
import { isKind, type Resource } from "../read/kinds.js";
import { some } from "../read/unknown.js";
import { at, list, text } from "../read/values.js";
import { attachments, gatewaysOf, type Route } from "./routes.js";
import type { ServiceName } from "./services.js";

const ENVOY = "gateway.envoyproxy.io";

/** What stands behind such a gateway, and which routes belong to it. */
export class Admission {
  /** Namespace and name of what has a policy of its own, and of Gateways with an admission program. */
  private readonly secured: ReadonlySet<string>;
  private readonly programs: ReadonlySet<string>;
  /** Namespaces whose models are behind it. */
  private readonly closed: readonly string[];

  constructor(resources: readonly Resource[], routes: readonly Route[]) {
    const attached = (kind: string, has: string): Set<string> =>
      new Set(
        resources
          .filter((one) => isKind(one, ENVOY, kind) && at(one.props, "spec", has) !== undefined)
          .flatMap(attachments),
      );
    const admitting = routes.filter(isByModel);
    this.secured = admitting.length === 0 ? new Set() : attached("SecurityPolicy", "authorization");
    this.programs = admitting.length === 0 ? new Set() : attached("EnvoyExtensionPolicy", "lua");
    this.closed = [...new Set(admitting.filter((route) => this.admits(route)).map(({ namespace }) => namespace))];
  }

  /** Whether a Service is one of those that only admitted requests may reach. */
  isBehind({ namespace }: ServiceName): boolean {
    return some(this.closed, (closed) => isSameNamespace(closed, namespace));
  }

  /** Whether a route takes only what the program of its gateway has let through. */
  admits(route: Route): boolean {
    if (!isByModel(route)) return false;
    const gateways = gatewaysOf(route);
    return (
      this.secured.has(`${namespaceOf(route.resource)}/${nameOf(route.resource)}`) &&
      gateways.length > 0 &&
      gateways.every((gateway) => this.programs.has(gateway))
    );
  }
}

/**
 * Whether all that a route takes has the header that names a model. It is written by admission alone: the listener takes a client's own
 * away.
 */
export function isByModel({ resource, kind }: Route): boolean {
  if (kind.kind !== "HTTPRoute") return false;
  const rules = list(at(resource.props, "spec", "rules"));
  return rules.length > 0 && rules.every((rule) => isAdmittedRule(list(at(rule, "matches"))));
}

/** Matches are alternatives. */
function isAdmittedRule(matches: readonly unknown[]): boolean {
  return (
    matches.length > 0 &&
    matches.every((match) =>
      list(at(match, "headers")).some(
        (header) =>
          text(at(header, "name"))?.toLowerCase() === GATEWAY_HEADERS.model &&
          (text(at(header, "type")) ?? "Exact") === "Exact",
      ),
    )
  );
}
