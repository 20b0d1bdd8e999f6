import assert from "node:assert/strict";
import { complaintOf, goSeconds, nodeAskedBy, type PodEvent, pullsOf } from "../../../tools/coldstart/events.js";

const event = (reason: string, message = "", component?: string): PodEvent => ({
  involvedObject: { uid: "u" },
  reason,
  message,
  ...(component !== undefined && { source: { component } }),
});

describe("events of a pod", () => {
  it("reads Go's durations", () => {
    const read = ["870ms", "53.1s", "1m2.345s", "1h2m3s", "12µs"].map(goSeconds);
    assert.deepEqual(read, [0.87, 53.1, 62.345, 3723, 0.000012]);
  });

  it("adds up pulls, with their time in the queue and the images' sizes", () => {
    const pulls = pullsOf([
      event("Pulled", 'Successfully pulled image "a" in 50s (1m10s including waiting). Image size: 9000000000 bytes.'),
      event("Pulled", 'Successfully pulled image "b" in 2.5s (2.5s including waiting). Image size: 1000 bytes.'),
      event("Pulled", 'Container image "a" already present on machine'),
    ]);
    assert.deepEqual(pulls, { seconds: 72.5, bytes: 9_000_001_000, images: 2 });
  });

  it("reads older kubelets, which say no size", () => {
    assert.deepEqual(pullsOf([event("Pulled", 'Successfully pulled image "a" in 1.5s')]), {
      seconds: 1.5,
      bytes: 0,
      images: 1,
    });
  });

  it("tells an image that was there from events that are gone", () => {
    const present = event("Pulled", 'Container image "a" already present on machine and can be accessed by the pod');
    assert.deepEqual(pullsOf([present]), { seconds: 0, bytes: 0, images: 0 });
    assert.equal(pullsOf([event("Scheduled")]), undefined);
    assert.equal(pullsOf([]), undefined);
  });

  it("says who was asked for a node", () => {
    assert.equal(nodeAskedBy([event("TriggeredScaleUp", "pod triggered", "cluster-autoscaler")]), "cluster-autoscaler");
    assert.equal(
      nodeAskedBy([event("Nominated", "Pod should schedule on: nodeclaim/gpu-x", "karpenter")]),
      "karpenter",
    );
    // Karpenter nominates nodes that are there, too.
    assert.equal(nodeAskedBy([event("Nominated", "Pod should schedule on: node/ip-10-0-1-2")]), undefined);
  });

  it("gives the last complaint", () => {
    const events = [event("FailedScheduling", "0/3 nodes"), event("Pulling"), event("FailedMount", "no claim")];
    assert.equal(complaintOf(events), "FailedMount: no claim");
    assert.equal(complaintOf([event("Pulling")]), undefined);
  });
});
