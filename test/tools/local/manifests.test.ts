import assert from "node:assert/strict";

import { collect } from "../../../tools/collect.js";
import { loadStack } from "../../../tools/loadStack.js";
import { describe as named, type KubernetesObject } from "../../../tools/local/client.js";
import { loadNames, type Step, stackSteps } from "../../../tools/local/manifests.js";
import { isManifest, type Manifest, withoutPulumiAnnotations } from "../../../tools/render/manifests.js";
import { builtCluster } from "../../stacks/fixtures.js";
import { releaseConfig } from "../../serving/fixtures.js";
import { PROJECT } from "../folders.js";
import { resourcesOf, WITH_SECRETS } from "../reports.js";

const LOAD = { others: "1s", named: {} };
const RUN = "0123456789abcdef";
const HERE = { load: LOAD, run: RUN };
const URL = "http://127.0.0.1:9090";
const SCALED = { models: { chat: { autoscaling: { max: 2 }, warmSpares: 1 } } };

interface Template {
  metadata: { labels: Record<string, string> };
  spec: { nodeSelector?: Record<string, string>; tolerations?: object[] };
}

function stepOf(steps: readonly Step[], name: string): Step {
  const found = steps.find(({ object }) => named(object) === name);
  assert.ok(found, `${name} is not among ${steps.map(({ object }) => named(object)).join(", ")}`);
  return found;
}

function afterOf(steps: readonly Step[], name: string): string[] {
  return stepOf(steps, name).after.map(named).sort();
}

function secretsOf(steps: readonly Step[]): [name: string, values: Record<string, string>][] {
  return steps
    .filter(({ object }) => object.kind === "Secret")
    .map(({ object }) => [object.metadata.name, object["stringData"] as Record<string, string>]);
}

describe("stackSteps", () => {
  it("has every manifest of the stack once, as the program has made it and without Pulumi's annotations", async () => {
    const resources = await resourcesOf(SCALED);
    const steps = stackSteps(resources, HERE);
    const manifests = resources.filter(isManifest);
    assert.equal(steps.length, manifests.length);
    assert.ok(!JSON.stringify(steps.map(({ object }) => object)).includes("pulumi.com/"));
    steps.forEach(({ object }, index) => {
      const expected = withoutPulumiAnnotations(manifests[index]!.inputs as unknown as Manifest);
      if (object.kind === "Secret" || object.kind === "Deployment") return;
      const { metadata } = expected as unknown as KubernetesObject;
      const labels = { ...metadata.labels, "pulumi-vllm.dev/local-run": RUN };
      assert.deepEqual(object, { ...expected, metadata: { ...metadata, labels } });
    });
  });

  it("leaves out AWS resources, Helm releases, providers and components", async () => {
    const resources = await resourcesOf(builtCluster());
    assert.ok(
      resources.some(({ type }) => type.endsWith(":Release")) && resources.some(({ type }) => type.startsWith("aws:")),
    );
    const steps = stackSteps(resources, HERE);
    const expected = resources
      .filter(({ type }) => /^kubernetes:(?!helm)/.test(type))
      .map(({ inputs }) => (inputs as { kind: string }).kind);
    assert.deepEqual([...new Set(steps.map(({ object }) => object.kind))].sort(), [...new Set(expected)].sort());
    const objects = new Set(steps.map(({ object }) => object));
    for (const { after } of steps) for (const object of after) assert.ok(objects.has(object));
  });

  it("leaves out what only Karpenter reads", async () => {
    const resources = await resourcesOf(builtCluster({ nodes: "karpenter", amiRelease: "1.36.2-20260714" }));
    const karpenters = resources.filter(({ inputs }) => String(inputs["apiVersion"]).startsWith("karpenter."));
    assert.deepEqual(karpenters.map(({ inputs }) => inputs["kind"]).sort(), ["EC2NodeClass", "NodePool"]);
    const kinds = stackSteps(resources, HERE).map(({ object }) => object.kind);
    assert.ok(kinds.includes("Deployment") && !kinds.includes("NodePool") && !kinds.includes("EC2NodeClass"));
  });

  it("makes no class the default one of a cluster that others may use", async () => {
    const resources = await resourcesOf(builtCluster());
    const isDefault = /is-default-class/;
    assert.match(JSON.stringify(resources.map(({ inputs }) => inputs)), isDefault);
    assert.doesNotMatch(JSON.stringify(stackSteps(resources, HERE).map(({ object }) => object)), isDefault);
  });

  it("has a Service come after its release's Deployment, and that after what its pods use", async () => {
    const steps = stackSteps(await resourcesOf(SCALED), HERE);
    assert.deepEqual(afterOf(steps, "Service vllm/chat"), ["Deployment vllm/chat-r1", "Namespace vllm"]);
    assert.deepEqual(afterOf(steps, "ScaledObject vllm/chat-r1"), ["Deployment vllm/chat-r1", "Namespace vllm"]);
    assert.deepEqual(afterOf(steps, "Deployment vllm/chat-r1"), [
      "Namespace vllm",
      "PriorityClass vllm-interactive",
      "Secret vllm/chat-api-key",
      "ServiceAccount vllm/chat-r1",
    ]);
    assert.deepEqual(afterOf(steps, "Namespace vllm"), []);
    assert.equal(
      stepOf(steps, "Service vllm/chat").after.find(({ kind }) => kind === "Deployment"),
      stepOf(steps, "Deployment vllm/chat-r1").object,
    );
  });

  it("has the route wait for the release that it leads to, not for the others", async () => {
    const model = { route: { stable: "r2" }, releases: { r2: releaseConfig({ context: 4096 }) } };
    const steps = stackSteps(await resourcesOf({ models: { chat: model } }), HERE);
    assert.deepEqual(afterOf(steps, "Service vllm/chat"), ["Deployment vllm/chat-r2", "Namespace vllm"]);
    stepOf(steps, "Deployment vllm/chat-r1");
  });

  it("makes up a value for each key of a Secret, another each time, and makes no such object twice", async () => {
    const resources = await resourcesOf(WITH_SECRETS);
    const first = stackSteps(resources, HERE);
    const second = stackSteps(resources, HERE);
    assert.deepEqual(
      secretsOf(first)
        .map(([name, values]) => [name, Object.keys(values)])
        .sort(),
      [
        ["chat-api-key", ["api-key"]],
        ["hugging-face", ["token"]],
      ],
    );
    const values = [...secretsOf(first), ...secretsOf(second)].flatMap(([, entries]) => Object.values(entries));
    assert.equal(new Set(values).size, 4);
    for (const value of values) assert.match(value, /^[0-9a-f]{40}$/);
    assert.ok(!/\[secret\]|s3cret/.test(JSON.stringify(first)));
    for (const { object, once } of first) assert.equal(once, object.kind === "Secret", named(object));
  });

  it("has KEDA ask the Prometheus that is here, and leaves what it asks as it is", async () => {
    const resources = await resourcesOf(SCALED);
    const find = (steps: readonly Step[]) =>
      stepOf(steps, "ScaledObject vllm/chat-r1").object as KubernetesObject & {
        spec: { triggers: { type: string; metadata: Record<string, string> }[] };
      };
    const there = find(stackSteps(resources, HERE));
    const here = find(stackSteps(resources, { ...HERE, prometheusUrl: URL }));
    assert.equal(
      there.spec.triggers[0]!.metadata["serverAddress"],
      "http://kube-prometheus-stack-prometheus.monitoring.svc:9090",
    );
    const expected = structuredClone(there);
    for (const { metadata } of expected.spec.triggers) metadata["serverAddress"] = URL;
    assert.deepEqual(here, expected);
    assert.equal(here.spec.triggers.length, 3);
  });

  it("gives the address of Prometheus to no trigger that asks another server", async () => {
    const resources = await resourcesOf(SCALED);
    const scaler = resources.find(({ type }) => type.endsWith(":ScaledObject"))!;
    const cron = {
      type: "cron",
      metadata: { timezone: "UTC", start: "0 8 * * *", end: "0 18 * * *", desiredReplicas: "2" },
    };
    (scaler.inputs["spec"] as { triggers: object[] }).triggers.push(cron);
    const { object } = stepOf(stackSteps(resources, { ...HERE, prometheusUrl: URL }), "ScaledObject vllm/chat-r1");
    assert.deepEqual((object["spec"] as { triggers: object[] }).triggers.at(-1), cron);
  });

  it("has every pod go onto the run's nodes and onto no other, where it would really run", async () => {
    const resources = await resourcesOf(SCALED);
    const steps = stackSteps(resources, HERE);
    for (const name of ["chat-r1", "chat-spare"]) {
      const made = stepOf(steps, `Deployment vllm/${name}`).object as KubernetesObject & {
        spec: { template: Template };
      };
      const { inputs } = resources.find(
        ({ type, inputs }) => type.endsWith(":Deployment") && (inputs["metadata"] as { name: string }).name === name,
      )!;
      const { spec } = (inputs as { spec: { template: Template } }).spec.template;
      const toleration = { key: "pulumi-vllm.dev/local-run", operator: "Equal", value: RUN, effect: "NoSchedule" };
      assert.deepEqual(made.spec.template.spec, {
        ...spec,
        nodeSelector: { ...spec.nodeSelector, "pulumi-vllm.dev/local-run": RUN },
        tolerations: [...spec.tolerations!, toleration],
      });
      assert.equal(made.metadata.labels!["pulumi-vllm.dev/local-run"], RUN);
      assert.equal(
        made.spec.template.metadata.labels["pulumi-vllm.dev/local-run"],
        undefined,
        "pods go with their owner",
      );
    }
  });

  it("gives the pods of models their load time, and those of spares none", async () => {
    const steps = stackSteps(await resourcesOf(SCALED), { run: RUN, load: { others: "1s", named: { chat: "7s" } } });
    const annotations = (name: string) =>
      (stepOf(steps, name).object["spec"] as { template: { metadata: { annotations?: Record<string, string> } } })
        .template.metadata.annotations?.["pulumi-vllm.dev/simulated-load"];
    assert.equal(annotations("Deployment vllm/chat-r1"), "7s");
    assert.equal(annotations("Deployment vllm/chat-spare"), undefined);
  });

  it("changes nothing of what was collected", async () => {
    const resources = await resourcesOf(SCALED);
    const before = structuredClone(resources);
    stackSteps(resources, { ...HERE, prometheusUrl: URL });
    assert.deepEqual(resources, before);
  });
});

describe("loadNames", () => {
  it("is every model and every Deployment of a release, once, and no spare", async () => {
    const model = { warmSpares: 1, releases: { r2: releaseConfig({ context: 4096 }) } };
    assert.deepEqual(loadNames(await resourcesOf({ models: { chat: model } })), ["chat", "chat-r1", "chat-r2"]);
  });

  it("is the models of the real staging stack", async () => {
    const names = loadNames(await collect(loadStack(PROJECT, "staging").file));
    assert.deepEqual(names.toSorted(), [
      "chat",
      "chat-r1",
      "chat-small",
      "chat-small-r1",
      "embed",
      "embed-r1",
      "trial",
      "trial-r1",
    ]);
  });
});
