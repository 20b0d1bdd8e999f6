import assert from "node:assert/strict";

import { singleWriterClaim } from "../../../../policies/rules/resources/singleWriterClaim.js";
import { deployment, type Json, messages, resource, scaledObject } from "../../fixtures.js";

type Props = { [key: string]: Json };

const claim = (accessModes: string[], name = "weights", namespace = "models") =>
  resource("kubernetes:core/v1:PersistentVolumeClaim", name, { metadata: { name, namespace }, spec: { accessModes } });
const ONCE = claim(["ReadWriteOnce"]);
const volumes = [{ name: "w", persistentVolumeClaim: { claimName: "weights", readOnly: true } }];
const runtime = (spec: Props, pod: Props = {}) => deployment({ spec, pod: { volumes, ...pod } });
const IN_PLACE = { replicas: 1, strategy: { type: "Recreate" } };

const PODS =
  'PersistentVolumeClaim "weights" is ReadWriteOnce and mounted by Deployment "chat", 2 pods: use shared storage, or a volume for each pod';
const SURGE =
  'PersistentVolumeClaim "weights" is ReadWriteOnce and mounted by Deployment "chat", whose rollout starts a second pod before the first one stops: use shared storage, or a volume for each pod';

describe("single-writer-claim", () => {
  it("refuses several replicas, stated or by an autoscaler", async () => {
    assert.deepEqual(await messages(singleWriterClaim, [runtime({}), ONCE]), [PODS]);
    assert.deepEqual(await messages(singleWriterClaim, [runtime({ ...IN_PLACE }), ONCE, scaledObject()]), [PODS]);
    const set = resource("kubernetes:apps/v1:StatefulSet", "chat", {
      metadata: { name: "chat", namespace: "models" },
      spec: {
        replicas: 2,
        template: { spec: { volumes, containers: [{ name: "a", image: "x", command: ["vllm", "serve", "m"] }] } },
      },
    });
    assert.equal((await messages(singleWriterClaim, [set, ONCE])).length, 1);
  });

  it("refuses one replica that an autoscaler may scale out", async () => {
    const scaler = (most: number) => scaledObject({ minReplicaCount: 1, maxReplicaCount: most });
    assert.deepEqual(await messages(singleWriterClaim, [runtime(IN_PLACE), ONCE, scaler(4)]), [
      'PersistentVolumeClaim "weights" is ReadWriteOnce and mounted by Deployment "chat", which may be scaled to 4 pods: use shared storage, or a volume for each pod',
    ]);
    assert.deepEqual(await messages(singleWriterClaim, [runtime(IN_PLACE), ONCE, scaler(1)]), []);
  });

  it("refuses a rollout that starts a second pod", async () => {
    for (const strategy of [undefined, { rollingUpdate: { maxSurge: 1 } }, { rollingUpdate: { maxSurge: "25%" } }]) {
      assert.deepEqual(await messages(singleWriterClaim, [runtime({ replicas: 1, strategy }), ONCE]), [SURGE]);
    }
  });

  it("refuses runtimes that share a claim", async () => {
    const other = { ...runtime(IN_PLACE), name: "other", urn: "other" };
    const [found = ""] = await messages(singleWriterClaim, [runtime(IN_PLACE), other, ONCE]);
    assert.match(found, /mounted by Deployment "chat" and Deployment "chat", 2 pods/);
  });

  it("accepts one replica that is replaced in place", async () => {
    const accepted = [
      IN_PLACE,
      { replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
      { replicas: 0 },
    ];
    const twice = { volumes: [...volumes, { ...volumes[0]!, name: "again" }] };
    assert.deepEqual(await messages(singleWriterClaim, [runtime(IN_PLACE, twice), ONCE]), []);
    for (const spec of accepted) assert.deepEqual(await messages(singleWriterClaim, [runtime(spec), ONCE]), []);
  });

  it("accepts claims for many, claims of others and volumes for each pod", async () => {
    const own = {
      volumes: [{ name: "w", ephemeral: { volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"] } } } }],
    };
    const accepted = [
      [runtime({}), claim(["ReadOnlyMany"])],
      [runtime({}), claim(["ReadWriteOnce", "ReadWriteMany"])],
      [runtime({}), claim(["ReadWriteOnce"], "weights", "other")],
      [runtime({}), claim(["ReadWriteOnce"], "other")],
      [runtime({})],
      [runtime({}, own), ONCE],
    ];
    for (const stack of accepted) assert.deepEqual(await messages(singleWriterClaim, stack), []);
  });

  it("accepts several pods on one node that they name, but for a claim of one pod", async () => {
    for (const pod of [{ nodeName: "n" }, { nodeSelector: { "kubernetes.io/hostname": "n" } }]) {
      assert.deepEqual(await messages(singleWriterClaim, [runtime({}, pod), ONCE]), []);
      assert.equal((await messages(singleWriterClaim, [runtime({}, pod), claim(["ReadWriteOncePod"])])).length, 1);
    }
  });

  it("asks nothing of jobs and of pods without vLLM", async () => {
    const template = (command: string[]) => ({ spec: { volumes, containers: [{ name: "a", image: "x", command }] } });
    const metadata = { name: "j", namespace: "models" };
    const accepted = [
      resource("kubernetes:batch/v1:Job", "j", { metadata, spec: { template: template(["vllm", "serve", "m"]) } }),
      resource("kubernetes:apps/v1:Deployment", "d", {
        metadata,
        spec: { replicas: 2, template: template(["nginx"]) },
      }),
    ];
    assert.deepEqual(await messages(singleWriterClaim, [...accepted, ONCE]), []);
  });
});
