import assert from "node:assert/strict";

import { networkPolicy as rule } from "../../../../policies/rules/access/networkPolicy.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";
import { type Json, deployment, messages, networkPolicy, plainPod, resource } from "../../fixtures.js";

type Fields = { [key: string]: Json };

const MISSING =
  'no NetworkPolicy of type Ingress in namespace "models" selects the pods of Deployment "chat": add one that admits the gateway and Prometheus';

describe("network-policy", () => {
  it("accepts a policy that selects the pods, types left out and everything selected included", async () => {
    for (const spec of [{}, { policyTypes: undefined }, { podSelector: {} }, { podSelector: undefined }]) {
      assert.deepEqual(await messages(rule, [deployment(), plainPod(), networkPolicy(spec)]), []);
    }
  });

  it("refuses a runtime without policy", async () => {
    assert.deepEqual(await messages(rule, deployment()), [MISSING]);
  });

  it("refuses a policy of another namespace, for other pods or for egress alone", async () => {
    const others = [
      networkPolicy({}, "other"),
      networkPolicy({ podSelector: { matchLabels: { "app.kubernetes.io/name": "web" } } }),
      networkPolicy({ policyTypes: ["Egress"] }),
    ];
    for (const other of others) assert.deepEqual(await messages(rule, [deployment(), other]), [MISSING]);
  });

  it("refuses a policy that admits everyone", async () => {
    assert.deepEqual(await messages(rule, [deployment(), networkPolicy({ ingress: [{}] })]), [
      'NetworkPolicy "chat" has an ingress rule that admits everyone: name the peers',
    ]);
  });

  it("refuses a policy that lets the pods connect to everything, in either family", async () => {
    const everything = 'NetworkPolicy "chat" has an egress rule to every address by every port: name peers and ports';
    for (const cidr of ["0.0.0.0/0", "::/0"]) {
      const egress = [{ to: [{ ipBlock: { cidr } }] }];
      assert.deepEqual(await messages(rule, [deployment(), networkPolicy({ egress })]), [everything]);
    }
    assert.deepEqual(await messages(rule, [deployment(), networkPolicy({ egress: [{}] })]), [everything]);
  });

  it("accepts egress by named ports, to named peers, or to all but some addresses", async () => {
    for (const peers of [
      { ports: [{ port: 443 }] },
      { to: [{ namespaceSelector: {} }] },
      { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }] },
      { to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] },
    ]) {
      assert.deepEqual(await messages(rule, [deployment(), networkPolicy({ egress: [peers] })]), []);
    }
  });

  it("refuses rules whose peers are everyone, whatever their ports", async () => {
    const ports = [{ port: 8000 }];
    for (const ingress of [
      { ports },
      { from: [], ports },
      { from: [{ namespaceSelector: {} }], ports },
      { from: [{ namespaceSelector: {}, podSelector: {} }] },
      { from: [{ podSelector: { matchLabels: { app: "a" } } }, { ipBlock: { cidr: "0.0.0.0/0" } }] },
    ]) {
      assert.deepEqual(await messages(rule, [deployment(), networkPolicy({ ingress: [ingress] })]), [
        'NetworkPolicy "chat" has an ingress rule that admits everyone: name the peers',
      ]);
    }
  });

  it("accepts peers of all namespaces that a label narrows, and pods of the own namespace", async () => {
    for (const peer of [
      { namespaceSelector: {}, podSelector: { matchLabels: { app: "gateway" } } },
      { podSelector: {} },
      { ipBlock: { cidr: "10.0.0.0/8" } },
    ]) {
      assert.deepEqual(await messages(rule, [deployment(), networkPolicy({ ingress: [{ from: [peer] }] })]), []);
    }
  });

  it("accepts a policy of Cilium's that says who may call", async () => {
    const of = (kind: string, namespace: string | undefined, spec: { [key: string]: Json }) =>
      resource(`kubernetes:cilium.io/v2:${kind}`, "c", { metadata: { namespace }, spec });
    const endpointSelector = { matchLabels: { "app.kubernetes.io/name": "vllm" } };
    const ingress = [{ fromEndpoints: [{ matchLabels: { app: "gateway" } }] }];
    for (const [policy, count] of [
      [of("CiliumNetworkPolicy", "models", { endpointSelector, ingress }), 0],
      [of("CiliumClusterwideNetworkPolicy", undefined, { endpointSelector, ingress }), 0],
      [of("CiliumNetworkPolicy", "other", { endpointSelector, ingress }), 1],
      [of("CiliumNetworkPolicy", "models", { endpointSelector, egress: ingress }), 1],
    ] as const) {
      assert.equal((await messages(rule, [deployment(), policy])).length, count);
    }
  });

  describe("by everyone's other names", () => {
    const ADMITS = /has an ingress rule that admits everyone: name the peers$/;
    const kubernetes = (...from: Json[]) => networkPolicy({ ingress: [{ from }] });
    const expressions = (...matchExpressions: Json[]) => ({ matchExpressions });
    const name = "kubernetes.io/metadata.name";
    const of = (type: string, spec: Fields) =>
      resource(`kubernetes:${type}`, "p", { metadata: { name: "p", namespace: "models" }, spec });
    const cilium = (rule: Fields, kind = "CiliumNetworkPolicy", more: Fields = {}) =>
      of(`cilium.io/v2:${kind}`, { endpointSelector: {}, ingress: [rule], ...more });
    const clusterwide = (rule: Fields) => cilium(rule, "CiliumClusterwideNetworkPolicy");
    const calico = (spec: Fields, kind = "NetworkPolicy") =>
      of(`projectcalico.org/v3:${kind}`, { selector: "all()", ...spec });
    const admin = (action: string, peer: Fields) =>
      of("policy.networking.k8s.io/v1alpha1:AdminNetworkPolicy", {
        subject: { namespaces: {} },
        ingress: [{ action, from: [peer] }],
      });

    const open: Array<[string, PolicyInput]> = [
      [
        "both halves of all addresses",
        kubernetes({ ipBlock: { cidr: "0.0.0.0/1" } }, { ipBlock: { cidr: "128.0.0.0/1" } }),
      ],
      [
        "halves in rules of their own",
        networkPolicy({ ingress: ["0.0.0.0/1", "128.0.0.0/1"].map((cidr) => ({ from: [{ ipBlock: { cidr } }] })) }),
      ],
      ["all addresses of IPv6", kubernetes({ ipBlock: { cidr: "::/0" } })],
      ["all public addresses of IPv6", kubernetes({ ipBlock: { cidr: "2000::/3" } })],
      ["all addresses with a hole", kubernetes({ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } })],
      [
        "namespaces that have a name",
        kubernetes({ namespaceSelector: expressions({ key: name, operator: "Exists" }) }),
      ],
      [
        "namespaces but one",
        kubernetes({ namespaceSelector: expressions({ key: name, operator: "NotIn", values: ["a"] }) }),
      ],
      ["empty lists in a selector", kubernetes({ namespaceSelector: { matchLabels: {}, matchExpressions: [] } })],
      [
        "pods without some label",
        kubernetes({ namespaceSelector: {}, podSelector: expressions({ key: "a", operator: "DoesNotExist" }) }),
      ],
      ["a rule of nothing, types left out", networkPolicy({ policyTypes: undefined, ingress: [{}] })],
      ["Cilium's cluster", cilium({ fromEntities: ["cluster"] })],
      ["Cilium's world", cilium({ fromEntities: ["world"], toPorts: [{ ports: [{ port: "8000" }] }] })],
      ["Cilium's world by one family", cilium({ fromEntities: ["world-ipv4"] })],
      ["Cilium's ports alone", cilium({ toPorts: [{ ports: [{ port: "8000" }] }] })],
      ["Cilium's ranges", cilium({ fromCIDRSet: [{ cidr: "0.0.0.0/0", except: ["1.1.1.1/32"] }] })],
      ["Cilium's pods of the cluster", clusterwide({ fromEndpoints: [{}] })],
      [
        "Cilium's pods of any namespace",
        cilium({ fromEndpoints: [expressions({ key: "k8s:io.kubernetes.pod.namespace", operator: "Exists" })] }),
      ],
      ["Calico's rule without source", calico({ ingress: [{ action: "Allow" }] })],
      ["Calico's nets", calico({ ingress: [{ action: "Allow", source: { nets: ["0.0.0.0/0"] } }] })],
      [
        "Calico's pods of the cluster",
        calico({ ingress: [{ action: "Allow", source: { selector: "all()" } }] }, "GlobalNetworkPolicy"),
      ],
    ];
    for (const [what, policy] of open) {
      it(`refuses ${what}`, async () => {
        const found = await messages(rule, [deployment(), policy]);
        assert.equal(found.length, 1);
        assert.match(found[0]!, ADMITS);
      });
    }

    it("refuses an administrators' rule, which comes before every NetworkPolicy", async () => {
      const found = await messages(rule, [deployment(), networkPolicy(), admin("Allow", { namespaces: {} })]);
      assert.deepEqual(found, ['AdminNetworkPolicy "p" has an ingress rule that admits everyone: name the peers']);
    });

    it("accepts one of the baseline, which is asked where no NetworkPolicy is", async () => {
      const spec = { subject: { namespaces: {} }, ingress: [{ action: "Accept", from: [{ namespaces: {} }] }] };
      const tier = (name: string) =>
        of("policy.networking.k8s.io/v1alpha2:ClusterNetworkPolicy", { tier: name, ...spec });
      const found = (policy: PolicyInput) => messages(rule, [deployment(), networkPolicy(), policy]);
      assert.deepEqual(await found(tier("Baseline")), []);
      assert.deepEqual(await found(of("policy.networking.k8s.io/v1alpha1:BaselineAdminNetworkPolicy", spec)), []);
      assert.match((await found(tier("Admin"))).join(), ADMITS);
    });

    const closed: Array<[string, PolicyInput]> = [
      ["no rule, which admits nobody", networkPolicy({ ingress: undefined })],
      ["an empty list of rules", networkPolicy({ ingress: [] })],
      [
        "named namespaces",
        kubernetes({ namespaceSelector: expressions({ key: name, operator: "In", values: ["gateway"] }) }),
      ],
      [
        "a label that namespaces may have",
        kubernetes({ namespaceSelector: expressions({ key: "gateway", operator: "Exists" }) }),
      ],
      [
        "private addresses",
        kubernetes(...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((cidr) => ({ ipBlock: { cidr } }))),
      ],
      [
        "a selector of other form",
        networkPolicy({
          podSelector: expressions({ key: "app.kubernetes.io/name", operator: "In", values: ["a", "vllm"] }),
        }),
      ],
      ["Cilium's empty rule", cilium({})],
      ["Cilium's pods of the namespace", cilium({ fromEndpoints: [{}] })],
      ["Cilium's host", cilium({ fromEntities: ["host", "kube-apiserver"] })],
      [
        "Cilium's labels with a source",
        of("cilium.io/v2:CiliumNetworkPolicy", {
          endpointSelector: { matchLabels: { "k8s:app.kubernetes.io/name": "vllm" } },
          ingress: [{}],
        }),
      ],
      [
        "Cilium's namespace by name",
        of("cilium.io/v2:CiliumClusterwideNetworkPolicy", {
          endpointSelector: { matchLabels: { "k8s:io.kubernetes.pod.namespace": "models" } },
          ingress: [{}],
        }),
      ],
      [
        "Calico by an expression",
        calico({
          selector: "app.kubernetes.io/name == 'vllm'",
          ingress: [{ action: "Allow", source: { selector: "app == 'gateway'" } }],
        }),
      ],
      [
        "Calico's deny before",
        calico({ ingress: [{ action: "Deny", source: { notSelector: "a" } }, { action: "Allow" }] }),
      ],
      ["Calico's rules of both directions", calico({ ingress: [{ action: "Deny" }], egress: [{ action: "Deny" }] })],
      ["Calico's default deny of the cluster", calico({ types: ["Ingress", "Egress"] }, "GlobalNetworkPolicy")],
      ["administrators' deny", admin("Deny", { namespaces: {} })],
    ];
    for (const [what, policy] of closed) {
      it(`accepts ${what}`, async () => assert.deepEqual(await messages(rule, [deployment(), policy]), []));
    }

    const ungoverned: Array<[string, PolicyInput]> = [
      [
        "Cilium's without default deny",
        cilium({ fromEntities: ["host"] }, "CiliumNetworkPolicy", { enableDefaultDeny: { ingress: false } }),
      ],
      ["Calico's for others", calico({ selector: "app == 'web'", ingress: [] })],
      ["Calico's of egress", calico({ types: ["Egress"] })],
      ["Calico's of egress by its rules alone", calico({ egress: [{ action: "Deny" }] })],
      ["administrators' that allows some", admin("Allow", { namespaces: { matchLabels: { [name]: "gateway" } } })],
    ];
    for (const [what, policy] of ungoverned) {
      it(`asks for a policy beside ${what}`, async () => {
        assert.deepEqual(await messages(rule, [deployment(), policy]), [MISSING]);
      });
    }

    it("refuses egress by every port and to every address in other words", async () => {
      const egress = (...rules: Json[]) => networkPolicy({ egress: rules });
      const all = { ipBlock: { cidr: "0.0.0.0/0" } };
      for (const policy of [
        egress({ to: [all], ports: [{ protocol: "TCP" }] }),
        egress({ ports: [{ port: 1, endPort: 65535 }] }),
        egress({ to: [{ ipBlock: { cidr: "0.0.0.0/1" } }] }, { to: [{ ipBlock: { cidr: "128.0.0.0/1" } }] }),
        egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["1.1.1.1/32"] } }] }),
        cilium({ fromEntities: ["host"] }, "CiliumNetworkPolicy", { egress: [{ toEntities: ["world"] }] }),
        cilium({ fromEntities: ["host"] }, "CiliumNetworkPolicy", { egress: [{ toEntities: ["world-ipv6"] }] }),
        calico({ ingress: [], types: ["Ingress", "Egress"], egress: [{ action: "Allow" }] }),
      ]) {
        const found = await messages(rule, [deployment(), policy]);
        assert.equal(found.length, 1);
        assert.match(found[0]!, /has an egress rule to every address by every port/);
      }
      for (const policy of [
        egress({ to: [all], ports: [{ port: 443 }] }),
        cilium({ fromEntities: ["host"] }, "CiliumNetworkPolicy", {
          egress: [{ toFQDNs: [{ matchName: "huggingface.co" }] }],
        }),
        calico({
          ingress: [],
          types: ["Ingress", "Egress"],
          egress: [{ action: "Allow", destination: { ports: [443] } }],
        }),
      ]) {
        assert.deepEqual(await messages(rule, [deployment(), policy]), []);
      }
    });
  });
});
