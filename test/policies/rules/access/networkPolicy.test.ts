import assert from "node:assert/strict";

import { networkPolicy as rule } from "../../../../policies/rules/access/networkPolicy.js";
import { type Json, deployment, messages, networkPolicy, plainPod, resource } from "../../fixtures.js";

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
});
