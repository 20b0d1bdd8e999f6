import { waitingTarget } from "../../../components/derive/scaling.js";
import { VLLM } from "../../../components/vocabulary/metrics/vllm.js";
import { needsPromtool } from "../../promtool.js";
import { always, deployment, engine, growing, itAlerts, ofRelease, R1, scraped, series, then, WELL } from "./world.js";

const AT_ZERO = { series: deployment({ wanted: always(0), ready: always(0) }) };
/** More than twice what two ready replicas aim at. */
const TOO_MANY = 4 * waitingTarget(R1) + 1;
const TWO_READY = deployment({ wanted: always(2), ready: always(2) });

/** Requests that end in each 30 s, by class of status. */
function ended(status: string, count: number) {
  const labels = { ...scraped("a"), handler: "/v1/chat/completions", method: "POST", status };
  return [...WELL, ...engine("a", {}), series(VLLM.httpRequests.name, labels, growing(count))];
}

/** Refusals of each 30 s, as vLLM counts them from 0.32 on. */
function refused(count: number) {
  const labels = { ...scraped("a"), model_name: "chat", reason: "max_num_queued_reqs" };
  return [...ended("5xx", 100), series(VLLM.refusals.name, labels, growing(count))];
}

describe("alerts on capacity", () => {
  needsPromtool();

  itAlerts("VllmPreemptions", {
    // 0.067 a second.
    fires: { series: engine("a", { preemptions: growing(2) }), labels: [ofRelease()] },
    near: {
      "0.033 a second": { series: engine("a", { preemptions: growing(1) }) },
      "a burst that was over before": { series: engine("a", { preemptions: then(0, 20, 500) }), at: 23 },
    },
    silent: { "the model is at zero": AT_ZERO },
  });

  itAlerts("VllmKvCacheFull", {
    fires: {
      series: [...engine("a", { kvCacheUsage: always(0.3) }), ...engine("b", { kvCacheUsage: always(0.93) })],
      labels: [ofRelease()],
    },
    near: {
      "0.9 is in use": { series: engine("a", { kvCacheUsage: always(0.9) }) },
      "it has lasted for less than five minutes": { series: engine("a", { kvCacheUsage: then(0.5, 20, 1) }), at: 24 },
    },
    silent: { "the model is at zero": AT_ZERO },
  });

  itAlerts("VllmRequestsWaiting", {
    fires: { series: [...TWO_READY, ...engine("a", { waiting: always(TOO_MANY) })], labels: [ofRelease()] },
    near: {
      "twice the target for each replica": {
        series: [...TWO_READY, ...engine("a", { waiting: always(TOO_MANY - 1) })],
      },
      "it has lasted for less than five minutes": {
        series: [...TWO_READY, ...engine("a", { waiting: then(0, 20, TOO_MANY) })],
        at: 24,
      },
    },
    silent: { "the model is at zero": AT_ZERO },
  });

  itAlerts("VllmRefusals", {
    // 0.067 a second.
    fires: { series: refused(2), labels: [ofRelease()] },
    near: {
      // 0.033 a second; what else ends in a 5xx is another matter.
      "fewer are refused": { series: refused(1) },
      "clients are to blame": { series: ended("4xx", 100) },
    },
    silent: { "the model is at zero": AT_ZERO },
  });

  describe("before vLLM 0.32, which counts no refusals", () => {
    itAlerts("VllmRefusals", {
      fires: { series: ended("5xx", 2), labels: [ofRelease()] },
      near: { "fewer end in a 5xx": { series: ended("5xx", 1) } },
      silent: {},
    });
  });
});
