import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PodEvent } from "../../../tools/coldstart/events.js";
import { podStart, type PodStart } from "../../../tools/coldstart/podStart.js";
import type { ContainerStatus, Node, Pod } from "../../../tools/coldstart/pods.js";
import { startsText } from "../../../tools/coldstart/text.js";

const REVISION = "0123456789012345678901234567890123456789";
const NOW = Date.parse("2026-11-26T11:00:00Z");
const GPU_LOG = readFileSync(join(__dirname, "fixtures/gpu-tp2.txt"), "utf8");
const at = (time: string): string => `2026-11-26T${time}Z`;

const engine = (status: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: "vllm",
  restartCount: 0,
  state: { running: { startedAt: at("10:05:10") } },
  ...status,
});
const waited = { startedAt: at("10:04:40"), finishedAt: at("10:05:09") };

function pod(status: Pod["status"] = {}, nodeName: string | undefined = "gpu-1"): Pod {
  const labels = { "pulumi-vllm.dev/release": "r1", "pulumi-vllm.dev/revision": REVISION };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "chat-r1-x", namespace: "vllm", uid: "u", labels, creationTimestamp: at("10:00:00") },
    spec: { ...(nodeName !== undefined && { nodeName }) },
    status: {
      conditions: [
        { type: "PodScheduled", status: "True", lastTransitionTime: at("10:02:30") },
        { type: "Ready", status: "True", lastTransitionTime: at("10:08:10") },
      ],
      initContainerStatuses: [{ name: "wait-for-weights", restartCount: 0, state: { terminated: waited } }],
      containerStatuses: [engine()],
      ...status,
    },
  };
}

const node = (created: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "gpu-1", creationTimestamp: at(created) },
});
const PULLED: PodEvent = {
  involvedObject: { uid: "u" },
  reason: "Pulled",
  message: 'Successfully pulled image "vllm" in 1m50s (1m58s including waiting). Image size: 10737418240 bytes.',
};

const secondsOf = ({ parts }: PodStart): Record<string, number> =>
  Object.fromEntries(parts.map(({ part, seconds }) => [part, Math.round(seconds * 100) / 100]));
const notes = (given: Pod, evidence: Partial<Parameters<typeof podStart>[1]> = {}): string[] =>
  podStart(given, { notes: [], ...evidence }, NOW).notes;

describe("the start of a replica", () => {
  const start = podStart(pod(), { node: node("10:01:50"), events: [PULLED], log: GPU_LOG, notes: [] }, NOW);

  it("divides into parts that do not overlap, in their order", () => {
    assert.deepEqual(secondsOf(start), {
      node: 150,
      volumes: 12,
      image: 118,
      init: 29,
      process: 31,
      weights: 60.5,
      model: 4,
      compile: 43,
      warmup: 7.25,
      graphs: 21,
      cache: 6.25,
      server: 6,
      rest: 2,
    });
    const sum = start.parts.reduce((total, { seconds }) => total + seconds, 0);
    assert.equal(Math.round(sum), 490);
    assert.equal(start.totalSeconds, 490);
    assert.equal(start.ready, true);
  });

  it("names the longest, and what shortens it", () => {
    assert.equal(start.longest?.part, "node");
    assert.match(start.longest.lever!, /warm spare/);
  });

  it("counts from Ready to the first answer", () => {
    assert.equal(start.firstAnswerSeconds, 10.5);
    const silent = GPU_LOG.replace(/^.*POST.*\n/m, "");
    assert.equal(podStart(pod(), { log: silent, notes: [] }, NOW).firstAnswerSeconds, undefined);
  });

  it("blames no new node where the node was there before", () => {
    const on = podStart(pod(), { node: node("09:00:00"), notes: [] }, NOW);
    assert.equal(secondsOf(on)["schedule"], 150);
    assert.equal(secondsOf(on)["node"], undefined);
  });

  it("knows the pull from containers alone once events are gone", () => {
    const { parts } = podStart(pod(), { notes: [] }, NOW);
    const image = parts.find(({ part }) => part === "image");
    assert.deepEqual(image, { part: "image", seconds: 130, from: "with volumes; events are gone" });
  });

  it("takes a server's own word where readiness was lost and came back", () => {
    const later = pod({
      ...pod().status,
      conditions: [
        { type: "PodScheduled", status: "True", lastTransitionTime: at("10:02:30") },
        { type: "Ready", status: "True", lastTransitionTime: at("10:45:00") },
      ],
    });
    const { totalSeconds, notes } = podStart(later, { log: GPU_LOG, notes: [] }, NOW);
    assert.equal(totalSeconds, 489);
    assert.deepEqual(notes, ["was not ready for a while since: its start is counted until its server listened"]);
  });

  it("says that vLLM was started again, and how it ended", () => {
    const lastState = { terminated: { startedAt: at("10:03:00"), exitCode: 137, reason: "OOMKilled" } };
    const [note] = notes(pod({ ...pod().status, containerStatuses: [engine({ restartCount: 2, lastState })] }));
    assert.match(note!, /started again 2 times, last with exit code 137 \(OOMKilled\)/);
  });

  describe("that is not over", () => {
    const unready = { conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: at("10:02:30") }] };

    it("says what a pod without a node waits for, until now", () => {
      const failed = { involvedObject: { uid: "u" }, reason: "FailedScheduling", message: "0/3 nodes are available" };
      const pending = pod({ conditions: [], initContainerStatuses: [], containerStatuses: [] }, undefined);
      const { ready, totalSeconds, notes } = podStart(pending, { events: [failed], notes: [] }, NOW);
      assert.deepEqual([ready, totalSeconds], [false, 3600]);
      assert.deepEqual(notes, ["not ready: FailedScheduling: 0/3 nodes are available"]);
    });

    it("names the container that runs", () => {
      assert.deepEqual(notes(pod({ ...unready, containerStatuses: [engine()] })), ["not ready: vllm is running"]);
    });

    it("says why a container cannot start", () => {
      const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
      const status = { ...unready, containerStatuses: [engine({ state: { waiting } })] };
      assert.deepEqual(notes(pod(status)), ["not ready: Back-off pulling image"]);
    });
  });

  it("prints within the terminal's width", () => {
    const text = startsText([start], 120);
    assert.match(text, /^chat-r1-x Ready after 8 min 10 s\n/);
    assert.match(text, /\nnew node +2 min 30 s +31 % +joined after 110 s\n/);
    assert.match(text, /\nLongest: new node, 2 min 30 s: keep a warm spare/);
    assert.match(text, /\nFirst answer: 10\.5 s after Ready\n/);
    const widest = Math.max(...text.split("\n").map((line) => line.length));
    assert.ok(widest <= 120, String(widest));
  });
});
