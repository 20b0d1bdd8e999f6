import assert from "node:assert/strict";

import { helmValuesSafe } from "../../../../policies/rules/release/helmValuesSafe.js";
import { type Json, messages, resource } from "../../fixtures.js";

const of = (values: Json, chart = "own") =>
  messages(helmValuesSafe, resource("kubernetes:helm.sh/v3:Release", "r", { chart, version: "1.2.3", values }));

const weak: Array<[values: Json, message: string, chart?: string]> = [
  [{ securityContext: { privileged: true } }, "values.securityContext.privileged is true: remove it"],
  [{ server: { hostNetwork: "true" } }, "values.server.hostNetwork is true: remove it"],
  [{ hostNetwork: { enabled: true } }, "values.hostNetwork.enabled is true: remove it"],
  [{ podSecurityContext: { runAsUser: 0 } }, "values.podSecurityContext.runAsUser is 0, which is root: use another"],
  [
    { extraVolumes: [{ name: "m", hostPath: { path: "/models" } }] },
    'values.extraVolumes[0].hostPath is the node\'s "/models": use a claim or an emptyDir',
  ],
  [{ ports: [{ hostPort: 8000 }] }, "values.ports[0].hostPort opens the container on its node's address: remove it"],
  [
    { securityContext: { capabilities: { add: ["SYS_ADMIN"] } } },
    'values.securityContext.capabilities.add is ["SYS_ADMIN"]: remove it',
  ],
  [
    { grafana: { "grafana.ini": { "auth.anonymous": { enabled: true } } } },
    "values.grafana.grafana.ini.auth.anonymous.enabled lets everybody into Grafana: remove it, and sign in",
  ],
  [
    { env: { GF_AUTH_ANONYMOUS_ENABLED: "true" } },
    "values.env.GF_AUTH_ANONYMOUS_ENABLED lets everybody into Grafana: remove it, and sign in",
  ],
  [
    { grafana: { service: { type: "LoadBalancer" } } },
    "values.grafana.service.type is LoadBalancer: use ClusterIP, and a gateway that asks who calls",
  ],
  [
    { service: { type: "NodePort" } },
    "values.service.type is NodePort: use ClusterIP, and a gateway that asks who calls",
    "oci://ghcr.io/acme/vllm",
  ],
  [
    { servingEngineSpec: { serviceType: "LoadBalancer" } },
    "values.servingEngineSpec.serviceType is LoadBalancer: use ClusterIP, and a gateway that asks who calls",
  ],
];

describe("helm-values-safe", () => {
  for (const [values, message, chart] of weak) {
    it(`refuses ${JSON.stringify(values)}`, async () => assert.deepEqual(await of(values, chart), [message]));
  }

  const good: Array<[values: Json, chart?: string]> = [
    [{ securityContext: { privileged: false, runAsUser: 1000, capabilities: { drop: ["ALL"] } }, hostNetwork: false }],
    [{ hostNetwork: true, hostPID: true }, "prometheus-node-exporter"],
    [{ "prometheus-node-exporter": { hostNetwork: true } }, "kube-prometheus-stack"],
    [{ driver: { securityContext: { privileged: true } } }, "nvidia/operators"],
    [{ securityContext: { privileged: true } }, "oci://nvcr.io/nvidia/gpu-operator"],
    [{ volumes: [{ name: "tmp", emptyDir: {} }], hostPath: "", hostPort: 0 }],
    [{ securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } }],
    [{ "grafana.ini": { "auth.anonymous": { enabled: false } } }],
    [{ controller: { service: { type: "LoadBalancer" } } }, "ingress-nginx"],
    [{ service: { type: "LoadBalancer" } }, "envoy-gateway"],
    [{ routerSpec: { serviceType: "LoadBalancer" } }, "vllm-stack"],
    [{ service: { type: "ClusterIP" } }, "grafana"],
    [
      {
        service: {
          type: "LoadBalancer",
          annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" },
        },
      },
      "grafana",
    ],
    [{ service: { type: "LoadBalancer", loadBalancerSourceRanges: ["10.0.0.0/8"] } }, "grafana"],
  ];
  for (const [values, chart] of good) {
    it(`accepts ${JSON.stringify(values).slice(0, 80)}${chart === undefined ? "" : ` of ${chart}`}`, async () => {
      assert.deepEqual(await of(values, chart), []);
    });
  }

  it("reads values that are written as text", async () => {
    const spec = { chart: "own", version: "1.2.3", valuesContent: "pod:\n  hostIPC: true\n" };
    assert.deepEqual(
      await messages(helmValuesSafe, resource("kubernetes:helm.cattle.io/v1:HelmChart", "r", { spec })),
      ["spec.valuesContent.pod.hostIPC is true: remove it"],
    );
  });
});
