import assert from "node:assert/strict";

import { simulatedVolumes } from "../../../tools/local/claims.js";
import type { KubernetesObject } from "../../../tools/local/client.js";

const NAMESPACE = "models";

function deployment(...claims: string[]): KubernetesObject {
  const volumes = claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "chat-r1", namespace: NAMESPACE },
    spec: { template: { spec: { volumes: [{ name: "tmp", emptyDir: {} }, ...volumes] } } },
  };
}

function claim(spec: object): KubernetesObject {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "cache", namespace: NAMESPACE }, spec };
}

const named = ({ kind, metadata: { name } }: KubernetesObject): string => `${kind} ${name}`;

describe("volumes of a simulated cluster", () => {
  it("are made with their claim where the stack expects a claim to be there", () => {
    const { added } = simulatedVolumes([deployment("own")]);
    assert.deepEqual(added.map(named), ["PersistentVolume simulated-models-own", "PersistentVolumeClaim own"]);
    assert.deepEqual((added[0]!["spec"] as { claimRef: object }).claimRef, { namespace: NAMESPACE, name: "own" });
    assert.equal((added[1]!["spec"] as { volumeName: string }).volumeName, "simulated-models-own");
  });

  it("stand in for what a class would provision, which nobody does here", () => {
    const own = claim({ storageClassName: "nfs", accessModes: ["ReadWriteMany"] });
    const { added, changed } = simulatedVolumes([deployment("cache"), own]);
    assert.deepEqual(added.map(named), ["PersistentVolume simulated-models-cache"]);
    assert.deepEqual(changed(own)["spec"], {
      storageClassName: "",
      accessModes: ["ReadWriteMany"],
      volumeName: "simulated-models-cache",
    });
  });

  it("of a claim that names one are left as they are, and so is what mounts none", () => {
    const own = claim({ storageClassName: "", volumeName: "models-cache" });
    const { added, changed } = simulatedVolumes([deployment("cache"), own]);
    assert.deepEqual(added, []);
    assert.equal(changed(own), own);
    assert.deepEqual(simulatedVolumes([deployment()]).added, []);
  });
});
