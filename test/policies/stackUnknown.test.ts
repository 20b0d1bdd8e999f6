import assert from "node:assert/strict";

import * as proxy from "@pulumi/policy/proxy";

import { rules } from "../../policies/rules/index.js";
import { type NotJudged, type PolicyInput, runPolicies } from "../../tools/policyRunner.js";
import {
  budget,
  deployment,
  goodStack,
  horizontalAutoscaler,
  networkPolicy,
  resource,
  scaledObject,
  service,
} from "./fixtures.js";

/** Exported, but marked internal and so left out of the SDK's types. */
const { unknownCheckingProxy, unknownStringValue } = proxy as unknown as {
  unknownCheckingProxy: (props: PolicyInput["props"]) => PolicyInput["props"];
  unknownStringValue: string;
};

const later = unknownStringValue;

/** Of others, with a value that is not known yet in each place that rules over a stack read. */
const UNRELATED: Array<[string, PolicyInput]> = [
  [
    "image",
    other("apps/v1:Deployment", { spec: { template: { spec: { containers: [{ name: "a", image: later }] } } } }),
  ],
  [
    "labels",
    other("apps/v1:Deployment", {
      spec: { template: { metadata: { labels: { app: later } }, spec: { containers: [] } } },
    }),
  ],
  ["name", other("apps/v1:Deployment", { metadata: { name: later, namespace: "other" } })],
  ["namespace", other("apps/v1:Deployment", { metadata: { name: "other", namespace: later } })],
  ["Service's selector", other("core/v1:Service", { spec: { type: "LoadBalancer", selector: { app: later } } })],
  ["Service's type", other("core/v1:Service", { spec: { type: later } })],
  [
    "policy's selector",
    other("networking.k8s.io/v1:NetworkPolicy", { spec: { podSelector: { matchLabels: { app: later } } } }),
  ],
  [
    "autoscaler's target",
    other("keda.sh/v1alpha1:ScaledObject", { spec: { scaleTargetRef: { name: later }, triggers: [] } }),
  ],
  [
    "budget's selector",
    other("policy/v1:PodDisruptionBudget", { spec: { selector: { matchLabels: { app: later } } } }),
  ],
  [
    "route's Service",
    other("networking.k8s.io/v1:Ingress", { spec: { defaultBackend: { service: { name: later } } } }),
  ],
];

function other(type: string, props: PolicyInput["props"]): PolicyInput {
  const { metadata } = props;
  const all = { ...props, metadata: metadata ?? { name: "other", namespace: "other" } };
  return { ...resource(`kubernetes:${type}`, "other", {}), props: all };
}

/** A runtime that breaks each rule over the stack. */
const BROKEN: PolicyInput[] = [
  deployment(),
  service({ type: "NodePort" }),
  networkPolicy({ ingress: [{}] }),
  scaledObject({ fallback: undefined, cooldownPeriod: 1 }, { metadata: { query: "max(vllm:gpu_cache_usage_perc)" } }),
  horizontalAutoscaler({ metrics: [] }),
];

/** Rules that read pods together with what selects or scales them. */
const NAMES = [
  ...["disruption-budget", "no-cpu-autoscaling", "one-autoscaler", "scale-down-window", "autoscaler-fallback"],
  ...["removed-metrics", "service-not-exposed", "network-policy"],
];

describe("rules over a stack", () => {
  const stackRules = rules.filter(({ name }) => NAMES.includes(name));

  it("are all broken by the stack of this test", async () => {
    const found = new Set((await runPolicies(BROKEN, stackRules)).map(({ rule }) => rule));
    assert.deepEqual([...found], NAMES);
  });

  for (const [what, unrelated] of UNRELATED) {
    it(`judge a runtime beside another's ${what} that is not known yet`, async () => {
      const expected = await runPolicies(BROKEN, stackRules);
      const guarded = [unrelated, ...BROKEN].map((item) => ({ ...item, props: unknownCheckingProxy(item.props) }));
      const notJudged: NotJudged[] = [];
      const found = await runPolicies(guarded, stackRules, {}, notJudged);
      const messagesOf = (violations: typeof found) => violations.map(({ rule, message }) => `${rule}: ${message}`);
      assert.deepEqual(messagesOf(found), messagesOf(expected));
    });
  }

  it("take namespaces that are not known yet for the same", async () => {
    const expected = await runPolicies(BROKEN, stackRules);
    const notJudged: NotJudged[] = [];
    const found = await runPolicies(BROKEN.map(inLaterNamespace), stackRules, {}, notJudged);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      expected.map(({ rule }) => rule),
    );
    const good = await runPolicies(goodStack().map(inLaterNamespace), stackRules, {}, notJudged);
    assert.deepEqual([good, notJudged], [[], []]);
  });

  it("say that they cannot judge what is in a namespace that is not known yet beside what is in a known one", async () => {
    for (const isLater of [true, false]) {
      const stack = [deployment(), budget(), networkPolicy(), service({ type: "NodePort" })].map((item, index) =>
        (index === 0) === isLater ? inLaterNamespace(item) : item,
      );
      const notJudged: NotJudged[] = [];
      const found = await runPolicies(stack, stackRules, {}, notJudged);
      assert.deepEqual(found, []);
      assert.deepEqual(
        notJudged.map(({ rule }) => rule),
        ["disruption-budget", "service-not-exposed", "network-policy"],
      );
    }
  });

  it("name by Pulumi's name what has a name that is not known yet", async () => {
    const stack = [deployment(), networkPolicy({ ingress: [{}] }), service({ type: "NodePort" })].map((item) => {
      const metadata = { ...(item.props["metadata"] as object), name: later };
      return { ...item, props: unknownCheckingProxy({ ...item.props, metadata }) };
    });
    const found = await runPolicies(
      stack,
      stackRules.filter(({ name }) => ["network-policy", "service-not-exposed"].includes(name)),
      {},
      [],
    );
    assert.deepEqual(
      found.map(({ message }) => message.split(" ").slice(0, 2).join(" ")),
      ['Service "chat-service"', 'NetworkPolicy "chat-network"'],
    );
  });

  it("need only the labels that selectors name", async () => {
    const versioned = deployment({ labels: { "app.kubernetes.io/version": later } });
    const stack = [{ ...versioned, props: unknownCheckingProxy(versioned.props) }, ...BROKEN.slice(1)];
    const found = await runPolicies(stack, stackRules, {}, []);
    assert.deepEqual(new Set(found.map(({ rule }) => rule)), new Set(NAMES));
  });

  const ingress = (...names: string[]) =>
    resource("kubernetes:networking.k8s.io/v1:Ingress", "ingress", {
      metadata: { name: "chat", namespace: "models" },
      spec: { rules: [{ http: { paths: names.map((name) => ({ backend: { service: { name } } })) } }] },
    });
  const pods = { type: "Pods", pods: { metric: { name: later } } };
  const cpu = { type: "Resource", resource: { name: "cpu" } };
  const query = { type: "prometheus", metadata: { query: later } };
  const peer = { ipBlock: { cidr: later } };
  for (const [what, rule, inputs] of [
    ["an Ingress' backends", "service-not-exposed", [service(), ingress(later, "chat")]],
    ["an autoscaler's metrics", "no-cpu-autoscaling", [horizontalAutoscaler({ metrics: [pods, cpu] })]],
    ["an autoscaler's triggers", "no-cpu-autoscaling", [scaledObject({ triggers: [query, { type: "cpu" }] })]],
    ["a policy's rules", "network-policy", [networkPolicy({ ingress: [{ from: [peer] }, {}] })]],
    ["a rule's peers", "network-policy", [networkPolicy({ ingress: [{ from: [peer, { namespaceSelector: {} }] }] })]],
  ] as const) {
    it(`judge the others of ${what} where one is not known yet`, async () => {
      const guarded = [deployment(), ...inputs].map((item) => ({ ...item, props: unknownCheckingProxy(item.props) }));
      const found = await runPolicies(
        guarded,
        rules.filter(({ name }) => name === rule),
        {},
        [],
      );
      assert.equal(found.length, 1);
    });
  }
});

function inLaterNamespace(item: PolicyInput): PolicyInput {
  const metadata = { ...(item.props["metadata"] as object), namespace: later };
  return { ...item, props: unknownCheckingProxy({ ...item.props, metadata }) };
}
