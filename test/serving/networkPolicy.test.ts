import assert from "node:assert/strict";

import { networkPolicySpec } from "../../components/serving/networkPolicy.js";
import { ENVIRONMENT, SELECTOR } from "./fixtures.js";

const MONITORING = ENVIRONMENT.monitoring;

const fromNamespaces = (...values: string[]) => ({
  namespaceSelector: { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "In", values }] },
});

describe("networkPolicySpec", () => {
  it("lets in the own namespace and Prometheus, and out to the cluster's DNS and the public internet", () => {
    assert.deepEqual(networkPolicySpec(SELECTOR, { monitoring: MONITORING }), {
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
          to: [
            {
              ipBlock: {
                cidr: "0.0.0.0/0",
                except: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
              },
            },
          ],
          ports: [{ port: 443, protocol: "TCP" }],
        },
      ],
    });
  });

  it("lets in the client namespaces instead of the own one", () => {
    const { ingress } = networkPolicySpec(SELECTOR, {
      monitoring: { ...MONITORING, namespace: "observability" },
      access: { clientNamespaces: ["assistant", "search"] },
    });
    assert.deepEqual(ingress, [
      {
        from: [fromNamespaces("assistant", "search"), fromNamespaces("observability")],
        ports: [{ port: "http", protocol: "TCP" }],
      },
    ]);
  });

  it("lets out to the given ranges only", () => {
    const egressCidrs = ["10.1.0.0/16", "10.2.0.0/16"];
    const { egress } = networkPolicySpec(SELECTOR, { monitoring: MONITORING, access: { egressCidrs } });
    assert.deepEqual((egress as unknown[])[1], {
      to: [{ ipBlock: { cidr: "10.1.0.0/16" } }, { ipBlock: { cidr: "10.2.0.0/16" } }],
      ports: [{ port: 443, protocol: "TCP" }],
    });
  });

  it("lets in nobody but Prometheus when the list of clients is empty", () => {
    const { ingress } = networkPolicySpec(SELECTOR, { monitoring: MONITORING, access: { clientNamespaces: [] } });
    assert.deepEqual(ingress, [{ from: [fromNamespaces("monitoring")], ports: [{ port: "http", protocol: "TCP" }] }]);
  });

  it("lets out to nobody for weights when no range is given: an empty list of peers would mean everybody", () => {
    const { egress } = networkPolicySpec(SELECTOR, { monitoring: MONITORING, access: { egressCidrs: [] } });
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
