import { shownLabel } from "../../../components/vocabulary/metrics/labels.js";
import { LABELS } from "../../../components/vocabulary/labels.js";
import { KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import { always, itAlerts, pod, SCOPE, series, then, twoDays } from "./world.js";

const { namespace, stack } = SCOPE;

/** A Job of a part of the stack, with what it is. */
function job(
  component: string,
  of: { failed?: string; failedPods?: string; stack?: string; instance?: string },
): InputSeries[] {
  const labels = { namespace, job_name: "job" };
  const shown = {
    [shownLabel(LABELS.name)]: "vllm",
    [shownLabel(LABELS.component)]: component,
    [shownLabel(LABELS.partOf)]: of.stack ?? stack,
    ...(of.instance !== undefined && { [shownLabel(LABELS.instance)]: of.instance }),
  };
  return [
    series(KUBE.jobLabels.name, { ...labels, ...shown }, always(1)),
    ...(of.failed === undefined ? [] : [series(KUBE.jobFailed.name, { ...labels, condition: "true" }, of.failed)]),
    ...(of.failedPods === undefined ? [] : [series(KUBE.jobFailedPods.name, { ...labels, reason: "" }, of.failedPods)]),
  ];
}

const FILLS = { component: "cache", own: { [shownLabel(LABELS.instance)]: "" } };
const pending = series(KUBE.podPhase.name, { namespace, pod: "a", phase: "Pending" }, always(1));

describe("alerts on batches and the cache", () => {
  needsPromtool();

  itAlerts("VllmCacheFillFailed", {
    fires: {
      series: job("cache", { failed: always(1) }),
      labels: [{ namespace, vllm_stack: stack, job_name: "job" }],
    },
    near: {
      "a pod of it has failed, and is tried again": { series: job("cache", { failedPods: always(1) }) },
      "of another stack": { series: job("cache", { failed: always(1), stack: "other" }) },
      "a batch": { series: job("batch", { failed: always(1) }) },
    },
    silent: { "it has been done, and is gone": { series: [] } },
  });

  describe("on a node", () => {
    const waiting = (reason: string) =>
      series(KUBE.initWaiting.name, { namespace, pod: "a", container: "fill", reason }, always(1));
    itAlerts("VllmCacheFillFailed", {
      fires: {
        series: [...pod("a", { component: "cache" }), waiting("CrashLoopBackOff")],
        labels: [{ namespace, vllm_stack: stack, pod: "a", vllm_model: "chat", vllm_release: "r1" }],
      },
      near: { "its image is coming": { series: [...pod("a", { component: "cache" }), waiting("PodInitializing")] } },
      silent: {},
    });
  });

  itAlerts("VllmCacheFillWaiting", {
    fires: {
      series: [...pod("a", { ...FILLS, node: "", ready: always(0) }), pending],
      labels: [{ namespace, vllm_stack: stack, pod: "a", vllm_release: "r1" }],
    },
    near: {
      "an init container fetches": {
        series: [
          ...pod("a", FILLS),
          pending,
          series(KUBE.initRunning.name, { namespace, pod: "a", container: "fill" }, always(1)),
        ],
      },
      "less than 15 minutes": { series: [...pod("a", FILLS), { ...pending, values: then(0, 30, 1) }], at: 44 },
      "a runtime": { series: [...pod("a"), pending] },
    },
    silent: { "it runs": { series: pod("a", FILLS) } },
  });

  const OF_BATCH = { namespace, vllm_stack: stack, vllm_model: "nightly", job_name: "job" };
  const batch = (of: Parameters<typeof job>[1]) => job("batch", { instance: "nightly", ...of });

  itAlerts("VllmBatchShardFailing", {
    fires: { series: batch({ failedPods: always(3) }), labels: [OF_BATCH] },
    near: {
      "two pods have failed, and are tried again": { series: batch({ failedPods: always(2) }) },
      "a fill of the cache": { series: job("cache", { failedPods: always(7) }) },
    },
    silent: { "there is no run": { series: [] } },
  });

  describe("of a run that has failed", () => {
    itAlerts("VllmBatchShardFailing", {
      fires: { series: batch({ failed: always(1) }), labels: [OF_BATCH] },
      near: {},
      silent: {
        "two days ago": twoDays(batch({ failed: always(1) })),
      },
    });
  });
});
