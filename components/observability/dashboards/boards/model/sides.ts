/** Two releases side by side. */
import { CONTRACT, RELEASE, TARGETS } from "../../../../vocabulary/metrics/recorded.js";
import { graph, type Query, type Sized, stat } from "../../panels.js";
import { BY_RELEASE, type Of, series, target, targetOfAll } from "../../queries.js";
import { table } from "../../tables.js";
import { revision, gpu, trafficClass } from "./queries.js";

/** Who a release is, and what its contract states. */
function identity(side: Of, variable: string): Sized {
  return table({
    title: `$${variable}: what runs`,
    description:
      "Revision, image and hash of the release's contract, as the config states them; a 1 under Routed marks the release that takes the traffic. The command npm run contract shows the difference of two.",
    unit: "none",
    width: 12,
    height: 4,
    keys: { [revision]: "Revision", image: "Image", contract_hash: "Contract", [gpu]: "GPU", [trafficClass]: "Class" },
    columns: [
      { title: "Release", expr: series(CONTRACT.info, side), unit: "none" },
      {
        title: "Routed",
        expr: `${series(CONTRACT.info, side)} * on (${BY_RELEASE}) group_left () (max by (${BY_RELEASE}) (${series(CONTRACT.route, side)}) or 0 * max by (${BY_RELEASE}) (${series(CONTRACT.info, side)}))`,
        unit: "none",
      },
    ],
    labelsOnly: true,
  });
}

/** A release's numbers. */
function numbers(side: Of, variable: string): Sized {
  const one = (name: (typeof TARGETS)[keyof typeof TARGETS], legend: string): Query => ({
    expr: target(name, side),
    legend,
  });
  return stat({
    title: `$${variable}: its contract`,
    description:
      "Numbers of the release's contract and what is derived from it: the lines in the graphs below. To change one, add a release and shift the route.",
    unit: "none",
    width: 12,
    queries: [
      one(TARGETS.gpus, "GPUs a replica"),
      one(TARGETS.context, "context"),
      one(TARGETS.sequences, "sequences"),
      one(TARGETS.inFlight, "in flight"),
      one(TARGETS.replicasMin, "least replicas"),
      one(TARGETS.replicasMax, "most replicas"),
    ],
  });
}

function load(side: Of, variable: string): Sized {
  return graph({
    title: `$${variable}: requests in flight`,
    description:
      "Requests that run and wait, over all replicas, against what the ready replicas aim at (the autoscaler's target) and the most that they take (beyond it they refuse). Waiting with few running: the KV cache is the limit, not the number of sequences.",
    unit: "none",
    width: 12,
    stacked: true,
    queries: [
      { expr: `sum(${series(RELEASE.running, side)})`, legend: "running", line: "running" },
      { expr: `sum(${series(RELEASE.waiting, side)})`, legend: "waiting", line: "waiting" },
      {
        expr: `max(${targetOfAll(TARGETS.inFlightTarget, RELEASE.replicasReady, side)})`,
        legend: "aimed at",
        line: "target",
      },
      { expr: `max(${targetOfAll(TARGETS.inFlight, RELEASE.replicasReady, side)})`, legend: "most", line: "target" },
    ],
  });
}

function replicas(side: Of, variable: string): Sized {
  return graph({
    title: `$${variable}: replicas`,
    description:
      "Replicas that are wanted, of the newest template, and ready, against the least and the most of the config. Updated but not ready for longer than the start budget: the rollout is stuck. Wanted at the most: there is no more room.",
    unit: "none",
    width: 12,
    queries: [
      { expr: `sum(${series(RELEASE.replicasWanted, side)})`, legend: "wanted", line: "wanted" },
      { expr: `sum(${series(RELEASE.replicasReady, side)})`, legend: "ready", line: "ready" },
      { expr: `sum(${series(RELEASE.replicasUpdated, side)})`, legend: "updated" },
      { expr: `max(${target(TARGETS.replicasMax, side)})`, legend: "most", line: "target" },
      { expr: `max(${target(TARGETS.replicasMin, side)})`, legend: "least", line: "target" },
    ],
  });
}

function cache(side: Of, variable: string): Sized {
  return graph({
    title: `$${variable}: KV cache`,
    description:
      "The fullest replica's KV cache against the share that the autoscaler aims at, and preemptions. Preemptions at a full cache: requests are too long for this GPU; lower sequences or context, or take a larger GPU.",
    unit: "percentunit",
    width: 12,
    max: 1,
    queries: [
      { expr: `max(${series(RELEASE.kvCacheUsage, side)})`, legend: "fullest replica" },
      { expr: `max(${target(TARGETS.kvCacheTarget, side)})`, legend: "aimed at", line: "target" },
    ],
  });
}

export function sideBySide(): Sized[] {
  return [identity, numbers, load, replicas, cache].flatMap((panel) => [
    panel("release", "release"),
    panel("other", "other"),
  ]);
}
