/** The shape of `vllm:access`. */
import { z } from "zod";
import { withMovedKeys } from "../config/moved.js";
import { isRange, isWithin } from "../config/ranges.js";
import { dnsLabel, givesOne, ipRange, labelsSchema, port, reason } from "../config/schemas.js";

/**
 * Link-local ranges: a node's metadata and the credentials of cloud identities are there. A range that covers one by the way
 * would open them.
 */
export const LINK_LOCAL: readonly string[] = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"];

function coversLinkLocal(range: string): boolean {
  // What is no range has been said to be none.
  return isRange(range) && LINK_LOCAL.some((inner) => range !== inner && isWithin(inner, range));
}

/** A range that pods may reach: all of the internet is said in words, and metadata only by its own range. */
const reachable = ipRange.refine((range) => !coversLinkLocal(range), {
  error:
    "covers link-local addresses, where a node's metadata and credentials are: use everywhere: true for the internet, else narrower ranges",
});

const inNamespace = {
  namespace: dnsLabel.describe("Namespace of the pods; ports are those of the pods, also where a Service has others"),
  podLabels: labelsSchema.optional().describe("Labels of the pods; default: every pod of the namespace"),
};

const dnsPeerSchema = z
  .strictObject({
    namespace: inNamespace.namespace.optional(),
    podLabels: inNamespace.podLabels,
    cidr: ipRange.optional().describe("Addresses of the servers, such as 169.254.20.10/32 of NodeLocal DNSCache"),
    ports: z
      .array(port)
      .min(1)
      .default([53])
      .describe("Ports of the servers, by UDP and TCP; OpenShift's pods have 5353"),
  })
  .refine((peer) => givesOne(peer, ["namespace", "cidr"]), { error: "give either namespace or cidr" })
  .refine((peer) => peer.podLabels === undefined || peer.namespace !== undefined, {
    error: "podLabels choose pods of a namespace: give namespace, too, or leave them out",
  });

export const egressRuleSchema = z
  .strictObject({
    everywhere: z
      .literal(true)
      .optional()
      .describe("All addresses but private and link-local ones, of IPv4 and IPv6 alike"),
    cidr: reachable.optional().describe("Address range of either family, private ones included"),
    namespace: inNamespace.namespace.optional(),
    podLabels: inNamespace.podLabels,
    ports: z.array(port).min(1).describe("TCP ports"),
    reason,
  })
  .refine((rule) => givesOne(rule, ["everywhere", "cidr", "namespace"]), {
    error: "give one of everywhere, cidr and namespace",
  })
  .refine((rule) => rule.podLabels === undefined || rule.namespace !== undefined, {
    error: "podLabels choose pods of a namespace: give namespace, too, or leave them out",
  });

const meshSchema = z
  .strictObject({
    ports: z
      .array(port)
      .min(1)
      .describe(
        "Ports that the mesh's pods tunnel to each other by: 15008 of Istio's ambient mode, 4143 of Linkerd. Opened to and from the peers that " +
          "are allowed already, no others; a tunnel leads to every port of a peer",
      ),
    probeCidrs: z
      .array(ipRange)
      .default([])
      .describe(
        "Addresses that the mesh gives the kubelet's probes: 169.254.7.127/32 and fd16:9254:7127:1337:ffff:ffff:ffff:ffff/128 of Istio's ambient mode",
      ),
    reason,
  })
  .describe("What a service mesh needs of the models' pods; default: no mesh");

export const accessSchema = withMovedKeys(
  z
    .strictObject({
      clientNamespaces: z
        .array(dnsLabel)
        .min(1)
        .optional()
        .describe("Namespaces whose pods may send requests; default: the models' own"),
      dns: z
        .array(dnsPeerSchema)
        .min(1)
        .optional()
        .describe("DNS servers that pods may ask; default: the pods of kube-system, and NodeLocal DNSCache"),
      egress: z
        .array(egressRuleSchema)
        .optional()
        .describe(
          "Where pods may connect to beside DNS, in place of the default: everywhere by port 443, for weights; an empty list: nowhere",
        ),
      mesh: meshSchema.optional(),
    })
    .describe("Who may send requests to the models, and where models may connect to"),
  { egressCidrs: "use egress, with an entry for each range, such as { cidr: 10.0.0.0/8, ports: [443], reason: … }" },
);

/** Who may send requests to the models, and where models may connect to. */
export type Access = z.infer<typeof accessSchema>;
/** A server of names. */
export type DnsPeer = z.infer<typeof dnsPeerSchema>;
/** Where pods may connect to. */
export type EgressRule = z.infer<typeof egressRuleSchema>;
