import assert from "node:assert/strict";

import { networkPolicySpec } from "../../components/serving/networkPolicy.js";
import { contractOf, ENVIRONMENT, SELECTOR } from "./fixtures.js";

const MONITORING = ENVIRONMENT.monitoring;

const fromNamespaces = (...values: string[]) => ({
  namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] },
});

const EVERYWHERE = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
    },
  },
  { ipBlock: { cidr: "::/0", except: ["fc00::/7", "fe80::/10"] } },
];

describe("networkPolicySpec", () => {
  it("lets in the own namespace and Prometheus, and out to the cluster's DNS and the public internet", () => {
    assert.deepEqual(networkPolicySpec(SELECTOR, { monitoring: MONITORING }, contractOf()), {
      podSelector: { matchLabels: SELECTOR },
      policyTypes: ["Ingress", "Egress"],
      ingress: [
        { from: [{ podSelector: {} }, fromNamespaces("monitoring")], ports: [{ port: "http", protocol: "TCP" }] },
      ],
      egress: [
        {
          to: [fromNamespaces("kube-system"), { ipBlock: { cidr: "169.254.20.10/32" } }],
          ports: [
            { port: 53, protocol: "UDP" },
            { port: 53, protocol: "TCP" },
          ],
        },
        {
          to: EVERYWHERE,
          ports: [{ port: 443, protocol: "TCP" }],
        },
      ],
    });
  });

  it("lets in the client namespaces instead of the own one", () => {
    const { ingress } = networkPolicySpec(
      SELECTOR,
      {
        monitoring: { ...MONITORING, namespace: "observability" },
        access: { clientNamespaces: ["assistant", "search"] },
      },
      contractOf(),
    );
    assert.deepEqual(ingress, [
      {
        from: [fromNamespaces("assistant", "search"), fromNamespaces("observability")],
        ports: [{ port: "http", protocol: "TCP" }],
      },
    ]);
  });

  it("lets out to what is given, in place of the internet: ranges, namespaces and everywhere", () => {
    const { egress } = networkPolicySpec(
      SELECTOR,
      {
        monitoring: MONITORING,
        access: {
          egress: [
            { cidr: "10.1.0.0/16", ports: [3128], reason: "the proxy" },
            { cidr: "2001:db8::/32", ports: [443, 8443], reason: "a mirror" },
            { namespace: "tracing", podLabels: { app: "otel" }, ports: [4317], reason: "traces" },
            { everywhere: true, ports: [443], reason: "weights" },
          ],
        },
      },
      contractOf(),
    );
    assert.deepEqual((egress as unknown[]).slice(1), [
      { to: [{ ipBlock: { cidr: "10.1.0.0/16" } }], ports: [{ port: 3128, protocol: "TCP" }] },
      {
        to: [{ ipBlock: { cidr: "2001:db8::/32" } }],
        ports: [
          { port: 443, protocol: "TCP" },
          { port: 8443, protocol: "TCP" },
        ],
      },
      {
        to: [{ ...fromNamespaces("tracing"), podSelector: { matchLabels: { app: "otel" } } }],
        ports: [{ port: 4317, protocol: "TCP" }],
      },
      { to: EVERYWHERE, ports: [{ port: 443, protocol: "TCP" }] },
    ]);
  });

  it("lets out to the DNS servers that are given, by their own ports, and to no others", () => {
    const { egress } = networkPolicySpec(
      SELECTOR,
      {
        monitoring: MONITORING,
        access: {
          dns: [
            {
              namespace: "openshift-dns",
              podLabels: { "dns.operator.openshift.io/daemonset-dns": "default" },
              ports: [5353],
            },
            { cidr: "169.254.20.10/32", ports: [53] },
            { cidr: "fd00::a/128", ports: [53] },
          ],
          egress: [],
        },
      },
      contractOf(),
    );
    const both = (port: number) => [
      { port, protocol: "UDP" },
      { port, protocol: "TCP" },
    ];
    assert.deepEqual(egress, [
      {
        to: [
          {
            ...fromNamespaces("openshift-dns"),
            podSelector: { matchLabels: { "dns.operator.openshift.io/daemonset-dns": "default" } },
          },
        ],
        ports: both(5353),
      },
      { to: [{ ipBlock: { cidr: "169.254.20.10/32" } }, { ipBlock: { cidr: "fd00::a/128" } }], ports: both(53) },
    ]);
  });

  it("opens a mesh's tunnels to and from the peers that are allowed anyway, and lets its probes in by the port of requests", () => {
    const { ingress, egress } = networkPolicySpec(
      SELECTOR,
      {
        monitoring: MONITORING,
        access: {
          mesh: { ports: [15008], probeCidrs: ["169.254.7.127/32"], reason: "ambient" },
          egress: [
            { namespace: "tracing", ports: [4317], reason: "traces" },
            { cidr: "10.0.0.0/8", ports: [443], reason: "a mirror" },
          ],
        },
      },
      contractOf(),
    );
    const tcp = (...ports: (number | string)[]) => ports.map((port) => ({ port, protocol: "TCP" }));
    assert.deepEqual(ingress, [
      { from: [{ podSelector: {} }, fromNamespaces("monitoring")], ports: tcp("http", 15008) },
      { from: [{ ipBlock: { cidr: "169.254.7.127/32" } }], ports: tcp("http") },
    ]);
    assert.deepEqual((egress as unknown[]).slice(1), [
      { to: [fromNamespaces("tracing")], ports: tcp(4317, 15008) },
      { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }], ports: tcp(443) },
    ]);
  });

  it("lets in nobody but Prometheus when the list of clients is empty", () => {
    const { ingress } = networkPolicySpec(
      SELECTOR,
      { monitoring: MONITORING, access: { clientNamespaces: [] } },
      contractOf(),
    );
    assert.deepEqual(ingress, [{ from: [fromNamespaces("monitoring")], ports: [{ port: "http", protocol: "TCP" }] }]);
  });

  it("lets out to nobody when no rule is given: an empty list of peers would mean everybody", () => {
    const { egress } = networkPolicySpec(SELECTOR, { monitoring: MONITORING, access: { egress: [] } }, contractOf());
    assert.deepEqual(egress, [
      {
        to: [fromNamespaces("kube-system"), { ipBlock: { cidr: "169.254.20.10/32" } }],
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
      },
    ]);
  });
});
