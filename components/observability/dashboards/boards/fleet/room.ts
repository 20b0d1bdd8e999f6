/** What room is left. */
import { kvCacheTarget } from "../../../../derive/scaling.js";
import { RELEASE, TARGETS } from "../../../../vocabulary/metrics/recorded.js";
import { type BoardLinks, modelOfLine } from "../../links.js";
import { dataLink, graph, type Sized } from "../../panels.js";
import { BY_RELEASE, target, targetOfAll, worst } from "../../queries.js";
import { FULL, NEARLY } from "../../levels.js";
import { OF, of, byModel, LEGEND, wanted, ready, worstRelease, waitingEach } from "./queries.js";

export function room({ stack: own }: BoardLinks): Sized[] {
  const links = [dataLink("The model's dashboard", modelOfLine(own))];
  const inFlight = `${of(RELEASE.running)} + ${of(RELEASE.waiting)}`;
  return [
    graph({
      title: "In flight, of what is aimed at",
      description:
        "Requests in flight against what the ready replicas aim at by their contract; the ten fullest. Above 100 % the autoscaler adds replicas; if it stays there, it is at its most or finds no node.",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: worst(
            worstRelease(
              `(${inFlight}) / on (${BY_RELEASE}) (${targetOfAll(TARGETS.inFlightTarget, RELEASE.replicasReady, OF)} > 0)`,
            ),
          ),
          legend: LEGEND,
        },
      ],
      levels: { warning: 1, bad: 1.5 },
      links,
    }),
    graph({
      title: "Waiting requests a replica",
      description:
        "Requests that wait, for each ready replica; the worst ten. Rises without more requests: the engine got slower, or the KV cache is full.",
      unit: "none",
      width: 8,
      queries: [{ expr: worst(waitingEach), legend: LEGEND }],
      links,
    }),
    graph({
      title: "KV cache, fullest replica",
      description:
        "How full the fullest replica's KV cache is; the ten fullest. The autoscaler aims at the first line. Above the second, requests are preempted and started again.",
      unit: "percentunit",
      width: 8,
      max: 1,
      queries: [{ expr: worst(byModel(of(RELEASE.kvCacheUsage), "max")), legend: LEGEND }],
      levels: { warning: kvCacheTarget(), bad: FULL },
      links,
    }),
    graph({
      title: "Replicas, of the most allowed",
      description:
        "Replicas that are wanted against the most that the config allows; the ten nearest. At 100 % with waiting requests: raise autoscaling.max, or the load has to go elsewhere.",
      unit: "percentunit",
      width: 12,
      max: 1.1,
      queries: [
        {
          expr: worst(
            worstRelease(`${of(RELEASE.replicasWanted)} / on (${BY_RELEASE}) (${target(TARGETS.replicasMax, OF)} > 0)`),
          ),
          legend: LEGEND,
        },
      ],
      levels: NEARLY,
      links,
    }),
    graph({
      title: "Replicas that are missing",
      description:
        "Replicas that are wanted and not ready, by model. A step that lasts as long as a start is scaling; longer is a stuck rollout, a crash or a missing node.",
      unit: "none",
      width: 12,
      stacked: true,
      queries: [{ expr: worst(`clamp_min(${wanted} - ${ready}, 0)`), legend: LEGEND }],
      links,
    }),
  ];
}
