import assert from "node:assert/strict";

import { replicasSpread } from "../../../../policies/rules/lifecycle/replicasSpread.js";
import {
  deployment,
  type DeploymentChanges,
  type Json,
  messages,
  plainPod,
  resource,
  scaledObject,
} from "../../fixtures.js";

const OWN = { matchLabels: { "app.kubernetes.io/instance": "chat" } };
const OTHER = { matchLabels: { "app.kubernetes.io/instance": "web" } };
const HOST = "kubernetes.io/hostname";

const constraint = (labelSelector: Json) => ({
  topologySpreadConstraints: [{ topologyKey: HOST, maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway", labelSelector }],
});
const required = (labelSelector: Json) => ({
  affinity: {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST, labelSelector }] },
  },
});
const preferred = (labelSelector: Json) => ({
  affinity: {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 1, podAffinityTerm: { topologyKey: HOST, labelSelector } },
      ],
    },
  },
});

/** The good runtime without its constraints. */
const runtime = (changes: DeploymentChanges = {}) =>
  deployment({ ...changes, pod: { topologySpreadConstraints: undefined, ...changes.pod } });

describe("replicas-spread", () => {
  it("refuses replicas that one node may hold", async () => {
    const expected = [
      'Deployment "chat" has 2 replicas that one node may hold: add topologySpreadConstraints with the pods\' own labels',
    ];
    assert.deepEqual(await messages(replicasSpread, runtime()), expected);
    const scaled = [runtime({ spec: { replicas: undefined } }), scaledObject()];
    assert.deepEqual(await messages(replicasSpread, scaled), expected);
    const alike = {
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: OWN }] } },
    };
    for (const pod of [constraint(OTHER), constraint(undefined), required(OTHER), preferred(OTHER), alike]) {
      assert.deepEqual(await messages(replicasSpread, runtime({ pod })), expected);
    }
  });

  it("accepts constraints and anti-affinity with the pods' own labels", async () => {
    const expression = { matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["vllm"] }] };
    assert.deepEqual(await messages(replicasSpread, deployment()), []);
    for (const pod of [constraint(OWN), constraint({}), constraint(expression), required(OWN), preferred(OWN)]) {
      assert.deepEqual(await messages(replicasSpread, runtime({ pod })), []);
    }
  });

  it("accepts pods of which a node holds one", async () => {
    const accepted = [
      runtime({ container: { resources: { limits: { "nvidia.com/gpu": 8 } } } }),
      runtime({ container: { ports: [{ containerPort: 8000, hostPort: 8000 }] } }),
    ];
    assert.deepEqual(await messages(replicasSpread, accepted), []);
  });

  it("asks nothing of one replica, of jobs and of pods without vLLM", async () => {
    const served = { spec: { containers: [{ name: "a", image: "x", command: ["vllm", "serve", "m"] }] } };
    const accepted = [
      runtime({ spec: { replicas: 1 } }),
      plainPod(),
      resource("kubernetes:batch/v1:Job", "j", { spec: { parallelism: 4, template: served } }),
      resource("kubernetes:apps/v1:Deployment", "web", {
        spec: { replicas: 3, template: { spec: { containers: [{ name: "web", image: "nginx" }] } } },
      }),
    ];
    assert.deepEqual(await messages(replicasSpread, accepted), []);
  });

  it("judges kinds of others, whose controllers label pods", async () => {
    const served = { containers: [{ name: "a", image: "x", command: ["vllm", "serve", "m"] }] };
    const groups = (pod: { [key: string]: Json }, annotations: { [key: string]: Json } = {}) =>
      resource("kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet", "l", {
        metadata: { name: "l", annotations },
        spec: { replicas: 2, leaderWorkerTemplate: { workerTemplate: { spec: { ...served, ...pod } } } },
      });
    assert.equal((await messages(replicasSpread, groups({}))).length, 1);
    const topology = { "leaderworkerset.sigs.k8s.io/exclusive-topology": "rack" };
    assert.deepEqual(await messages(replicasSpread, [groups({}, topology), groups(constraint(OWN))]), []);
  });
});
