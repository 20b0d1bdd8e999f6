import assert from "node:assert/strict";

import { serviceNotExposed } from "../../../../policies/rules/access/serviceNotExposed.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";
import { type Json, deployment, IMAGE, messages, plainPod, resource, service } from "../../fixtures.js";

type Fields = { [key: string]: Json };

const object = (type: string, spec: Fields, metadata: Fields = {}): PolicyInput =>
  resource(`kubernetes:${type}`, "r", { metadata: { name: "r", namespace: "models", ...metadata }, spec });
const ingress = (name: string, annotations: Fields = {}, namespace = "models"): PolicyInput =>
  object(
    "networking.k8s.io/v1:Ingress",
    { rules: [{ http: { paths: [{ path: "/", backend: { service: { name, port: { number: 8000 } } } }] } }] },
    { annotations, namespace },
  );
const route = (kind: string, backend: Fields = { name: "chat" }): PolicyInput =>
  object(`gateway.networking.k8s.io/v1:${kind}`, { parentRefs: [{ name: "gw" }], rules: [{ backendRefs: [backend] }] });
const virtualService = (gateways: string[] | undefined, host = "chat.models.svc.cluster.local"): PolicyInput =>
  object("networking.istio.io/v1:VirtualService", { gateways, http: [{ route: [{ destination: { host } }] }] });
const virtualServer = (kind: string, spec: Fields = {}): PolicyInput =>
  object(`k8s.nginx.org/v1:${kind}`, { upstreams: [{ name: "engine", service: "chat", port: 8000 }], ...spec });
const gateway = (group = "gateway.networking.k8s.io"): PolicyInput =>
  resource(`kubernetes:${group}/v1:Gateway`, "gw", { metadata: { name: "gw", namespace: "models" }, spec: {} });
const attached = (type: string, spec: Fields): PolicyInput =>
  resource(`kubernetes:${type}`, "policy", { metadata: { name: "policy", namespace: "models" }, spec });
const runtime = { containers: [{ name: "vllm", image: IMAGE, args: ["Qwen/Qwen3-8B"] }] };
/** Without a command, KubeRay starts Ray alone. */
const onRay = { containers: [{ ...runtime.containers[0]!, command: ["vllm", "serve"] }] };

describe("service-not-exposed", () => {
  it("accepts ClusterIP, and exposed Services of other pods", async () => {
    const gateway = service({ type: "LoadBalancer", selector: { app: "gateway" } });
    const withoutSelector = service({ type: "LoadBalancer", selector: undefined });
    const untyped = service({ type: undefined });
    const found = await messages(serviceNotExposed, [deployment(), service(), gateway, withoutSelector, untyped]);
    assert.deepEqual(found, []);
  });

  for (const type of ["LoadBalancer", "NodePort"]) {
    it(`refuses ${type} in front of a runtime`, async () => {
      assert.deepEqual(await messages(serviceNotExposed, [deployment(), service({ type })]), [
        `Service "chat" of a runtime has type ${type}: use ClusterIP behind the gateway`,
      ]);
    });
  }

  it("knows a runtime's Service by its labels when the pods are elsewhere", async () => {
    const labels = { "app.kubernetes.io/name": "vllm", "app.kubernetes.io/component": "runtime" };
    const bySelector = service({ type: "NodePort", selector: labels });
    const byLabels = service({ type: "NodePort" }, labels);
    for (const found of [bySelector, byLabels]) assert.equal((await messages(serviceNotExposed, found)).length, 1);
  });

  it("refuses external addresses", async () => {
    assert.deepEqual(await messages(serviceNotExposed, [deployment(), service({ externalIPs: ["203.0.113.5"] })]), [
      'Service "chat" of a runtime has externalIPs: use ClusterIP behind the gateway',
    ]);
  });

  describe("of pods that a controller makes", () => {
    const ray = object("ray.io/v1:RayService", {
      rayClusterConfig: { headGroupSpec: { template: { spec: onRay } } },
    });
    const lws = object("leaderworkerset.x-k8s.io/v1:LeaderWorkerSet", {
      leaderWorkerTemplate: { workerTemplate: { metadata: { labels: { app: "big" } }, spec: runtime } },
    });
    const stateful = object("apps/v1:StatefulSet", { template: { metadata: { labels: { app: "x" } }, spec: runtime } });
    const kserve = object("serving.kserve.io/v1beta1:InferenceService", { predictor: runtime });
    for (const [what, workload, selector] of [
      [
        "a LeaderWorkerSet",
        lws,
        { "leaderworkerset.sigs.k8s.io/name": "r", "leaderworkerset.sigs.k8s.io/worker-index": "0" },
      ],
      ["a Ray cluster", ray, { "ray.io/node-type": "head", "ray.io/cluster": "r-raycluster-x7k2p" }],
      ["a StatefulSet, one of them", stateful, { "statefulset.kubernetes.io/pod-name": "r-0" }],
      ["KServe", kserve, { "serving.kserve.io/inferenceservice": "r" }],
    ] as const) {
      it(`refuses LoadBalancer in front of ${what}`, async () => {
        const found = await messages(serviceNotExposed, [workload, service({ type: "LoadBalancer", selector })]);
        assert.equal(found.length, 1);
      });
    }

    it("knows the Services that KubeRay and KServe make", async () => {
      for (const [workload, name] of [
        [ray, "r-serve-svc"],
        [kserve, "r-predictor"],
      ] as const) {
        assert.equal((await messages(serviceNotExposed, [workload, ingress(name)])).length, 1);
      }
    });
  });

  describe("of routes", () => {
    it("says what leads to the runtime", async () => {
      assert.deepEqual(await messages(serviceNotExposed, [deployment(), service(), ingress("chat")]), [
        'Ingress "r" leads to a runtime\'s Service and nothing on the way asks for keys: route from a gateway that does',
      ]);
      assert.deepEqual(await messages(serviceNotExposed, [deployment(), service(), route("TLSRoute")]), [
        'TLSRoute "r" leads to a runtime\'s Service and passes connections on: route by HTTP from a gateway that asks for keys',
      ]);
    });

    const alias = resource("kubernetes:core/v1:Service", "alias", {
      metadata: { name: "alias", namespace: "web" },
      spec: { type: "ExternalName", externalName: "chat.models.svc.cluster.local" },
    });
    const refused: Array<[string, PolicyInput[]]> = [
      [
        "an Ingress by its default",
        [object("networking.k8s.io/v1:Ingress", { defaultBackend: { service: { name: "chat" } } })],
      ],
      ["an Ingress of v1beta1", [object("extensions/v1beta1:Ingress", { backend: { serviceName: "chat" } })]],
      [
        "an Ingress with authentication switched off",
        [ingress("chat", { "alb.ingress.kubernetes.io/auth-type": "none" })],
      ],
      ["an Ingress by another name of the Service", [alias, ingress("alias", {}, "web")]],
      ["OpenShift's Route", [object("route.openshift.io/v1:Route", { to: { kind: "Service", name: "chat" } })]],
      [
        "a TargetGroupBinding",
        [object("elbv2.k8s.aws/v1beta1:TargetGroupBinding", { serviceRef: { name: "chat", port: 8000 } })],
      ],
      [
        "Traefik's IngressRoute",
        [object("traefik.io/v1alpha1:IngressRoute", { routes: [{ services: [{ name: "chat" }] }] })],
      ],
      [
        "Contour's HTTPProxy",
        [object("projectcontour.io/v1:HTTPProxy", { routes: [{ services: [{ name: "chat" }] }] })],
      ],
      [
        "an Ingress with annotations that no controller knows",
        [ingress("chat", { "nginx.org/auth-url": "http://a", "haproxy.org/auth-realm": "models" })],
      ],
      [
        "an HTTPRoute beside the AI Gateway's route and its keys for what is behind it",
        [
          gateway(),
          route("HTTPRoute"),
          attached("aigateway.envoyproxy.io/v1beta1:AIGatewayRoute", { parentRefs: [{ name: "gw" }] }),
          attached("aigateway.envoyproxy.io/v1beta1:BackendSecurityPolicy", { type: "APIKey" }),
        ],
      ],
      ["NGINX's VirtualServer", [virtualServer("VirtualServer")]],
      ["NGINX's TransportServer", [virtualServer("TransportServer")]],
      ["a TCPRoute", [route("TCPRoute")]],
      ["an HTTPRoute of a Gateway without keys", [gateway(), route("HTTPRoute")]],
      ["a GRPCRoute of a Gateway without keys", [gateway(), route("GRPCRoute")]],
      [
        "an HTTPRoute of a Gateway with CORS and timeouts alone",
        [
          gateway(),
          route("HTTPRoute"),
          attached("gateway.envoyproxy.io/v1alpha1:SecurityPolicy", { cors: {} }),
          attached("gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy", { timeout: {} }),
        ],
      ],
      ["a VirtualService of a Gateway without keys", [gateway("networking.istio.io"), virtualService(["models/gw"])]],
    ];
    for (const [what, routes] of refused) {
      it(`refuses ${what}`, async () => {
        assert.equal((await messages(serviceNotExposed, [deployment(), service(), ...routes])).length, 1);
      });
    }

    const toGateway = { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "gw" }] };
    const accepted: Array<[string, PolicyInput[]]> = [
      ["an Ingress to another Service", [ingress("web")]],
      ["an Ingress of another namespace", [ingress("chat", {}, "other")]],
      [
        "an Ingress that asks another for keys",
        [ingress("chat", { "nginx.ingress.kubernetes.io/auth-url": "http://a" })],
      ],
      ...[
        ["nginx.org/basic-auth-secret", "users"],
        ["nginx.org/limit-req-rate", "10r/s"],
        ["nginx.com/jwt-key", "keys"],
        ["haproxy-ingress.github.io/auth-secret", "users"],
        ["haproxy-ingress.github.io/limit-rps", "10"],
        ["haproxy.org/auth-type", "basic-auth"],
        ["haproxy.org/rate-limit-requests", "10"],
      ].map(([key = "", value = ""]): [string, PolicyInput[]] => [
        `an Ingress with ${key}`,
        [ingress("chat", { [key]: value })],
      ]),
      ...[
        { virtualhost: { tls: { clientValidation: { caSecret: "ca" } } }, routes: [{ services: [{ name: "chat" }] }] },
        { routes: [{ services: [{ name: "chat" }], rateLimitPolicy: { local: { requests: 1, unit: "second" } } }] },
      ].map((spec: Fields): [string, PolicyInput[]] => [
        `Contour's HTTPProxy with ${Object.keys(spec).join(" and ")}`,
        [object("projectcontour.io/v1:HTTPProxy", spec)],
      ]),
      ["a VirtualServer with a policy", [virtualServer("VirtualServer", { policies: [{ name: "api-key" }] })]],
      [
        "an IngressRoute with a middleware",
        [
          object("traefik.io/v1alpha1:IngressRoute", {
            routes: [{ middlewares: [{ name: "keys" }], services: [{ name: "chat" }] }],
          }),
        ],
      ],
      ["an HTTPRoute of a Gateway that is elsewhere", [route("HTTPRoute")]],
      [
        "an HTTPRoute of a Gateway with keys",
        [
          gateway(),
          route("HTTPRoute"),
          attached("gateway.envoyproxy.io/v1alpha1:SecurityPolicy", { ...toGateway, apiKeyAuth: {} }),
        ],
      ],
      [
        "an HTTPRoute with quotas",
        [
          gateway(),
          route("HTTPRoute"),
          attached("kuadrant.io/v1:RateLimitPolicy", { targetRef: { kind: "HTTPRoute", name: "r" } }),
        ],
      ],
      [
        "an HTTPRoute to a pool",
        [gateway(), route("HTTPRoute", { group: "inference.networking.k8s.io", kind: "InferencePool", name: "chat" })],
      ],
      [
        "a VirtualService within the mesh",
        [gateway("networking.istio.io"), virtualService(undefined), virtualService(["mesh"])],
      ],
      [
        "a VirtualService whose Gateway asks who calls",
        [
          gateway("networking.istio.io"),
          virtualService(["gw"]),
          attached("security.istio.io/v1:AuthorizationPolicy", {}),
        ],
      ],
      ["another name alone", [alias]],
    ];
    for (const [what, routes] of accepted) {
      it(`accepts ${what}`, async () => {
        assert.deepEqual(await messages(serviceNotExposed, [deployment(), service(), ...routes]), []);
      });
    }
  });

  describe("beside this package's own gateway", () => {
    const named = (type: string, name: string, spec: Fields, namespace = "models"): PolicyInput =>
      resource(`kubernetes:${type}`, `${type} ${name}`, { metadata: { name, namespace }, spec });
    const to = (kind: string, name: string): Fields => ({
      targetRefs: [{ group: "gateway.networking.k8s.io", kind, name }],
    });
    const byModel = (parent: string, changes: Fields = {}): Fields => ({
      parentRefs: [{ name: parent }],
      rules: [
        {
          matches: [{ headers: [{ type: "Exact", name: "x-vllm-model", value: "chat" }] }],
          backendRefs: [{ name: "chat" }],
          ...changes,
        },
      ],
    });
    const HTTP_ROUTE = "gateway.networking.k8s.io/v1:HTTPRoute";
    const secured = (name: string): PolicyInput =>
      named("gateway.envoyproxy.io/v1alpha1:SecurityPolicy", name, { ...to("HTTPRoute", name), authorization: {} });
    const door = [
      named("gateway.networking.k8s.io/v1:Gateway", "door", {}),
      named("gateway.envoyproxy.io/v1alpha1:EnvoyExtensionPolicy", "door.admission", {
        ...to("Gateway", "door"),
        lua: [{}],
      }),
      named(HTTP_ROUTE, "chat", byModel("door")),
      secured("chat"),
    ];
    const said = async (...more: PolicyInput[]): Promise<string[]> =>
      messages(serviceNotExposed, [deployment(), service(), ...door, ...more]);

    it("accepts its routes", async () => assert.deepEqual(await said(), []));

    it("says what leads past it", async () => {
      assert.deepEqual(await said(route("HTTPRoute")), [
        "HTTPRoute \"r\" leads to a runtime's Service past the gateway's admission, its tenants and limits: " +
          "remove it, and make its clients a tenant of vllm:gateway",
      ]);
    });

    const past: Array<[string, PolicyInput[]]> = [
      ["a GRPCRoute", [route("GRPCRoute")]],
      ["a TLSRoute", [route("TLSRoute")]],
      ["an Ingress that asks for keys of its own", [ingress("chat", { "nginx.org/basic-auth-secret": "users" })]],
      ["a VirtualService within the mesh", [virtualService(["mesh"])]],
      [
        "another route of its Gateway",
        [
          named(HTTP_ROUTE, "chat2", { parentRefs: [{ name: "door" }], rules: [{ backendRefs: [{ name: "chat" }] }] }),
          secured("chat2"),
        ],
      ],
      ["a route that matches the header and has no policy", [named(HTTP_ROUTE, "chat2", byModel("door"))]],
      [
        "a route that matches the header at a Gateway without the program",
        [named(HTTP_ROUTE, "chat2", byModel("other")), secured("chat2")],
      ],
      [
        "a route of which one match lacks the header",
        [
          named(
            HTTP_ROUTE,
            "chat2",
            byModel("door", { matches: [{ headers: [{ name: "x-vllm-model", value: "chat" }] }, { path: {} }] }),
          ),
          secured("chat2"),
        ],
      ],
      [
        "a route that matches any value of the header",
        [
          named(
            HTTP_ROUTE,
            "chat2",
            byModel("door", {
              matches: [{ headers: [{ type: "RegularExpression", name: "x-vllm-model", value: ".*" }] }],
            }),
          ),
          secured("chat2"),
        ],
      ],
      [
        "copies of requests",
        [
          named(HTTP_ROUTE, "web", {
            parentRefs: [{ name: "other" }],
            rules: [
              {
                filters: [{ type: "RequestMirror", requestMirror: { backendRef: { name: "chat" } } }],
                backendRefs: [{ name: "web" }],
              },
            ],
          }),
        ],
      ],
    ];
    for (const [what, more] of past) {
      it(`refuses ${what}`, async () => assert.equal((await said(...more)).length, 1));
    }

    it("says nothing of routes to Services that are no runtime's, and of runtimes in other namespaces", async () => {
      assert.deepEqual(await said(route("HTTPRoute", { name: "web" })), []);
      const elsewhere = [
        resource("kubernetes:core/v1:Service", "own", {
          metadata: { name: "own", namespace: "other" },
          spec: { selector: { "app.kubernetes.io/name": "vllm", "app.kubernetes.io/component": "runtime" } },
        }),
        named(HTTP_ROUTE, "own", { parentRefs: [{ name: "x" }], rules: [{ backendRefs: [{ name: "own" }] }] }, "other"),
      ];
      assert.deepEqual(await said(...elsewhere), []);
    });
  });

  describe("of Services that operators and charts make", () => {
    const head = (service: Fields, containers: Json = onRay.containers) =>
      object("ray.io/v1:RayCluster", { headGroupSpec: { ...service, template: { spec: { containers } } } });
    const chart = (values: Fields) => resource("kubernetes:helm.sh/v3:Release", "r", { chart: "vllm", values });
    const engine = { image: IMAGE, args: ["Qwen/Qwen3-8B", "--max-model-len=8192"] };

    const refused: Array<[string, string, PolicyInput]> = [
      ["Ray's head", "spec.headGroupSpec.serviceType", head({ serviceType: "LoadBalancer" })],
      [
        "Ray's head, by its spec",
        "spec.headGroupSpec.headService.spec.type",
        head({ headService: { spec: { type: "NodePort" } } }),
      ],
      ["a chart", "values.service.type", chart({ ...engine, service: { type: "LoadBalancer" } })],
      [
        "a chart, for one engine",
        "values.engine.service.type",
        chart({ engine: { ...engine, service: { type: "NodePort" } } }),
      ],
    ];
    for (const [what, path, input] of refused) {
      it(`refuses the type that ${what} states`, async () => {
        const found = await messages(serviceNotExposed, input);
        assert.equal(found.length, 1);
        assert.ok(found[0]!.includes(`: ${path} of a runtime is `), found[0]);
      });
    }

    const accepted: Array<[string, PolicyInput]> = [
      ["ClusterIP", chart({ ...engine, service: { type: "ClusterIP" } })],
      ["a router's", chart({ ...engine, router: { service: { type: "LoadBalancer" } } })],
      ["what stands beside other pods", chart({ engine, docs: { service: { type: "LoadBalancer" } } })],
      [
        "that of pods without an engine",
        head({ serviceType: "LoadBalancer" }, [{ name: "a", image: "rayproject/ray:2.50.0" }]),
      ],
    ];
    for (const [what, input] of accepted) {
      it(`accepts ${what}`, async () => assert.deepEqual(await messages(serviceNotExposed, input), []));
    }
  });

  it("accepts a Service of a proxy beside the engine, by its port", async () => {
    const proxied = deployment({
      pod: {
        containers: [
          { ...runtime.containers[0]!, ports: [{ containerPort: 8000, name: "http" }] },
          {
            name: "proxy",
            image: "quay.io/oauth2-proxy/oauth2-proxy:v7",
            ports: [{ containerPort: 4180, name: "auth" }],
          },
        ],
      },
    });
    for (const [targetPort, count] of [
      ["auth", 0],
      [4180, 0],
      ["http", 1],
      [8000, 1],
      [9999, 1],
    ] as const) {
      const exposed = service({ type: "LoadBalancer", ports: [{ port: 443, targetPort }] });
      assert.equal((await messages(serviceNotExposed, [proxied, exposed])).length, count, String(targetPort));
    }
  });

  it("says nothing of a headless Service, one of nothing and one of other pods", async () => {
    const others = [
      service({ clusterIP: "None" }),
      service({ type: "LoadBalancer", selector: {} }),
      service({ type: "LoadBalancer", selector: { app: "web" } }),
    ];
    assert.deepEqual(await messages(serviceNotExposed, [deployment(), plainPod(), ...others]), []);
  });
});
