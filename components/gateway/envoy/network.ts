/** Whom the proxies talk to, and who talks to them. */
import type { types } from "@pulumi/kubernetes";
import type { Access } from "../../contract/access.js";
import type { GatewayConfig } from "../../contract/gateway/schema.js";
import { dnsRules, egressRule, fromNamespaces, tcp } from "../../engine/networkRules.js";
import { CONTROL_PORTS, LISTENER_PORT_SHIFT } from "../../vocabulary/envoyGateway.js";
import { GATEWAY_PORTS } from "../../vocabulary/gateway.js";
import { APP_NAME, COMPONENTS, LABELS } from "../../vocabulary/labels.js";
import { PORT_NAME } from "../../vocabulary/ports.js";

type Spec = types.input.networking.v1.NetworkPolicySpec;

/** What is decided outside. */
export interface ProxyNetwork {
  /** Labels of the proxies' pods. */
  selector: Record<string, string>;
  /** Namespace of the models. */
  models: string;
  /** Namespace of Prometheus. */
  monitoring: string;
  access?: Access | undefined;
}

/** Egress is to the models, to Envoy Gateway and its rate limits, and to the issuer of tokens, nowhere else. */
export function proxyPolicy(
  { namespace, sourceRanges, oidc }: GatewayConfig,
  { selector, models, monitoring, access }: ProxyNetwork,
): Spec {
  const tunnels = access?.mesh?.ports ?? [];
  const runtimes = {
    ...fromNamespaces([models]),
    podSelector: { matchLabels: { [LABELS.name]: APP_NAME, [LABELS.component]: COMPONENTS.runtime } },
  };
  const { xds, wasm, rateLimit } = CONTROL_PORTS;
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        // Without ranges everybody may: it is the door.
        ...(sourceRanges !== undefined && { from: sourceRanges.map((cidr) => ({ ipBlock: { cidr } })) }),
        ports: tcp([GATEWAY_PORTS.https + LISTENER_PORT_SHIFT]),
      },
      { from: [fromNamespaces([monitoring])], ports: tcp([GATEWAY_PORTS.metrics]) },
    ],
    egress: [
      ...dnsRules(access),
      { to: [runtimes], ports: tcp([PORT_NAME, ...tunnels]) },
      { to: [fromNamespaces([namespace])], ports: tcp([xds, wasm, rateLimit]) },
      ...(oidc === undefined ? [] : [issuerRule(oidc.jwksUri, access)].flat()),
    ],
  };
}

/** Of the address of the issuer's keys; where the access section names ranges for its port, by those. */
function issuerRule(jwksUri: string, access: Access | undefined) {
  const port = Number(new URL(jwksUri).port || 443);
  const rules = access?.egress?.filter(({ ports }) => ports.includes(port)) ?? [];
  if (rules.length > 0) return rules.map((rule) => egressRule({ ...rule, ports: [port] }, []));
  return [egressRule({ everywhere: true, ports: [port] }, [])];
}
