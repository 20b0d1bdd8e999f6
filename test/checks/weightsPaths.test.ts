import assert from "node:assert/strict";

import { checkWeightsPaths } from "../../components/checks/weightsPaths.js";
import { CLAIM, cachedPlan } from "../cache/fixtures.js";
import { lines } from "../contract/fixtures.js";

const reason = "x";

describe("volumes of a pod section beside those of weights", () => {
  it("may not take their names and paths", () => {
    const volumes = {
      "weights-own": { claim: "own", readOnly: true, mountPath: "/mnt/own", reason },
      data: { claim: "data", readOnly: true, mountPath: "/models/data", reason },
      room: { emptyDir: { sizeGiB: 1 }, readOnly: true, reason },
    };
    assert.deepEqual(lines(checkWeightsPaths({ volumes }, [cachedPlan(CLAIM)], "vllm:pod")), [
      'error vllm:pod.volumes.weights-own: "weights-own" is a name of volumes that bring weights: use another, without weights-',
      'error vllm:pod.volumes.data.mountPath: "/models/data" is where weights are mounted: use another path, such as /mnt/data',
    ]);
  });

  it("are free where each start downloads its weights, as before there were caches", () => {
    const volumes = { "weights-own": { claim: "own", readOnly: true, mountPath: "/models", reason } };
    assert.deepEqual(checkWeightsPaths({ volumes }, [cachedPlan(undefined)], "vllm:pod"), []);
  });
});
