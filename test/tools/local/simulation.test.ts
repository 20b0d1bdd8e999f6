import assert from "node:assert/strict";

import type { KubernetesObject } from "../../../tools/local/client.js";
import {
  DEFAULT_LOAD,
  parseLoadTimes,
  SIMULATED_LOAD,
  withLoadTime,
  stillNamed,
} from "../../../tools/local/simulation.js";
import { RUNTIME_LABELS } from "../../serving/fixtures.js";

const NAMES = ["chat", "chat-r1", "chat-r2", "embed"];

function deployment(
  name: string,
  labels: Record<string, string> = {},
  annotations?: Record<string, string>,
): KubernetesObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "vllm", labels: { ...RUNTIME_LABELS, ...labels } },
    spec: {
      replicas: 2,
      template: { metadata: { labels: RUNTIME_LABELS, ...(annotations && { annotations }) }, spec: { containers: [] } },
    },
  };
}

function annotationsOf(object: KubernetesObject): Record<string, string> | undefined {
  const { template } = object["spec"] as { template: { metadata: { annotations?: Record<string, string> } } };
  return template.metadata.annotations;
}

describe("parseLoadTimes", () => {
  it("takes the default where nothing is said", () => {
    assert.deepEqual(parseLoadTimes([], NAMES), { others: DEFAULT_LOAD, named: {} });
    assert.equal(DEFAULT_LOAD, "10s");
  });

  it("reads times of all, of a model and of a Deployment", () => {
    assert.deepEqual(parseLoadTimes(["2s", "chat=90s", "chat-r2=never", "embed=1m30.5s"], NAMES), {
      others: "2s",
      named: { chat: "90s", "chat-r2": "never", embed: "1m30.5s" },
    });
    assert.deepEqual(parseLoadTimes(["never"], NAMES), { others: "never", named: {} });
    assert.deepEqual(parseLoadTimes(["500ms", "chat=0s"], NAMES), { others: "500ms", named: { chat: "0s" } });
  });

  it("takes the last of what is said twice", () => {
    assert.deepEqual(parseLoadTimes(["2s", "chat=1s", "3s", "chat=4s"], NAMES), {
      others: "3s",
      named: { chat: "4s" },
    });
  });

  it("throws once with everything that is wrong", () => {
    assert.throws(() => parseLoadTimes(["10", "chat=90s", "chta=5s", "chat=soon", "=5s", "", "-1s", "5s "], NAMES), {
      name: "BadInput",
      message: [
        '--load: "10" is no load time: use one such as 10s, chat=90s or chat=never',
        '--load: there is no model "chta": use chat, chat-r1, chat-r2 or embed',
        '--load: "chat=soon" is no load time: use one such as 10s, chat=90s or chat=never',
        '--load: "=5s" is no load time: use one such as 10s, chat=90s or chat=never',
        '--load: "" is no load time: use one such as 10s, chat=90s or chat=never',
        '--load: "-1s" is no load time: use one such as 10s, chat=90s or chat=never',
        '--load: "5s " is no load time: use one such as 10s, chat=90s or chat=never',
      ].join("\n"),
    });
  });
});

describe("stillNamed", () => {
  it("forgets times of what is no longer there, and keeps those of all and of what is", () => {
    const kept = stillNamed(["30s", "chat=90s", "chat-r1=5s", "gone=1s"], ["chat", "chat-r2"]);
    assert.deepEqual(kept, ["30s", "chat=90s"]);
  });
});

describe("withLoadTime", () => {
  const load = { others: "10s", named: { chat: "20s", "chat-r2": "30s" } };
  const cases: [name: string, model: string, time: string, why: string][] = [
    ["chat-r2", "chat", "30s", "of its Deployment before that of its model"],
    ["chat-r1", "chat", "20s", "of its model before that of the others"],
    ["embed-r1", "embed", "10s", "of the others when nobody names it"],
  ];
  for (const [name, model, time, why] of cases) {
    it(`gives ${name} the time ${why}`, () => {
      const before = deployment(name, { "app.kubernetes.io/instance": model });
      assert.deepEqual(annotationsOf(withLoadTime(before, load)), { [SIMULATED_LOAD.annotation]: time });
    });
  }

  it("adds to the pods' annotations, and changes nothing else", () => {
    const before = deployment("chat-r1", {}, { "prometheus.io/scrape": "false" });
    const expected = structuredClone(before);
    Object.assign(annotationsOf(expected)!, { "pulumi-vllm.dev/simulated-load": "20s" });
    assert.deepEqual(withLoadTime(before, load), expected);
  });

  it("leaves what it is given as it was", () => {
    const before = deployment("chat-r1", {}, { a: "b" });
    const copy = structuredClone(before);
    withLoadTime(before, load);
    assert.deepEqual(before, copy);
  });

  it("has spares, other Deployments and other kinds be ready at once", () => {
    const others = [
      deployment("chat-spare", { "app.kubernetes.io/component": "spare" }),
      { ...deployment("chat"), metadata: { name: "chat" } },
      { ...deployment("chat"), kind: "StatefulSet" },
      { apiVersion: "v1", kind: "Service", metadata: { name: "chat", labels: RUNTIME_LABELS }, spec: {} },
    ];
    for (const other of others) assert.equal(withLoadTime(other, load), other);
  });
});
