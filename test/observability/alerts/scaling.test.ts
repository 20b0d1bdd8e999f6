import { waitingTarget } from "../../../components/derive/scaling.js";
import { KEDA, KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import {
  always,
  deployment,
  engine,
  growing,
  itAlerts,
  ofRelease,
  pod,
  R1,
  SCOPE,
  series,
  then,
  WELL,
} from "./world.js";

const { namespace } = SCOPE;
const AT_ZERO = deployment({ wanted: always(0), ready: always(0) });

describe("alerts on scaling", () => {
  needsPromtool();

  const errors = (values: string, scaledObject = "chat-r1", ofNamespace = namespace): InputSeries =>
    series(
      KEDA.errors.name,
      {
        ...{ namespace: "keda", exported_namespace: ofNamespace, scaledObject, type: "scaledobject" },
        ...{ scaler: "prometheusScaler", triggerIndex: "0", metric: "s0-prometheus" },
      },
      values,
    );

  itAlerts("VllmScalerFallback", {
    // Two of two queries.
    fires: { series: [...WELL, errors(growing(2))], labels: [ofRelease()] },
    near: {
      "one query in a minute": { series: [...WELL, errors("0+0x20 1+0x1 2+0x1 3+0x200")], at: 12 },
      "an object of somebody else": { series: [...WELL, errors(growing(2), "chat-r1", "others")] },
    },
    silent: {
      "there were errors, long ago": { series: [...WELL, errors(always(500))] },
      "the model is at zero": { series: AT_ZERO },
    },
  });

  const hpa = { namespace, horizontalpodautoscaler: "keda-hpa-chat-r1" };
  const most = series(KUBE.hpaMost.name, hpa, always(3));
  const inactive = series(KUBE.hpaCondition.name, { ...hpa, condition: "ScalingActive", status: "false" }, always(1));

  itAlerts("VllmScalerMissing", {
    fires: { series: WELL, labels: [ofRelease()] },
    near: {
      "it is there": { series: [...WELL, most] },
      "the release is starting": { series: deployment({ wanted: always(1), ready: always(0) }) },
    },
    silent: { "the model is at zero, where autoscalers are not active": { series: [...AT_ZERO, most, inactive] } },
  });

  describe("of one that is not active", () => {
    itAlerts("VllmScalerMissing", {
      fires: { series: [...WELL, most, inactive], labels: [ofRelease()] },
      near: {
        "for less than ten minutes": { series: [...WELL, most, { ...inactive, values: then(0, 30, 1) }], at: 39 },
      },
      silent: {},
    });
  });

  const three = deployment({ wanted: always(3), ready: always(3) });
  const waiting = (count: number) => engine("a", { waiting: always(count) });
  const AIM = 3 * waitingTarget(R1);

  itAlerts("VllmScalerAtMost", {
    fires: { series: [...three, ...waiting(AIM + 1)], labels: [ofRelease()] },
    near: {
      "as many wait as the replicas aim at": { series: [...three, ...waiting(AIM)] },
      "it may have one more": {
        series: [...deployment({ wanted: always(2), ready: always(2) }), ...waiting(AIM + 1)],
      },
    },
    silent: { "the model is at zero": { series: AT_ZERO } },
  });

  const unschedulable = series(KUBE.podUnschedulable.name, { namespace, pod: "a" }, always(1));
  const homeless = (component: string) => [...pod("a", { node: "", ready: always(0), component }), unschedulable];
  const tolerates = (key: string) =>
    series(
      KUBE.tolerations.name,
      { namespace, pod: "a", key, operator: "Equal", value: "spot", effect: "NoSchedule" },
      always(1),
    );

  itAlerts("VllmNodeMissing", {
    fires: { series: [...homeless("runtime"), tolerates("nvidia.com/gpu")], labels: [ofRelease()] },
    near: {
      "a spare that gives way": { series: homeless("spare") },
      "less than 15 minutes": { series: homeless("runtime"), at: 14 },
      "it waits for a spot node": { series: [...homeless("batch"), tolerates("node-lifecycle")] },
    },
    silent: { "the model is at zero": { series: AT_ZERO } },
  });

  itAlerts("VllmSpotMissing", {
    fires: { series: [...homeless("batch"), tolerates("cloud.google.com/gke-spot")], labels: [ofRelease()] },
    near: {
      "less than half an hour": { series: [...homeless("batch"), tolerates("node-lifecycle")], at: 29 },
      "it has a node": { series: [...pod("a", { component: "batch" }), tolerates("node-lifecycle")] },
    },
    silent: { "the model is at zero": { series: AT_ZERO } },
  });
});
