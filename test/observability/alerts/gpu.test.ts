import { releaseLabels } from "../../../components/observability/rules/contracts.js";
import { DCGM } from "../../../components/vocabulary/metrics/kubernetes.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import { always, deployment, itAlerts, ofRelease, pod, R1, SCOPE, series, then } from "./world.js";

const { namespace } = SCOPE;
const GPU = { gpu: "0", UUID: "GPU-1", Hostname: "n1" };
const OF_EXPORTER = { ...GPU, modelName: "NVIDIA L4", container: "vllm", namespace, pod: "a" };
const AT_ZERO = { series: deployment({ wanted: always(0), ready: always(0) }) };
const OF_GPU = { ...releaseLabels(R1, SCOPE), ...GPU, pod: "a" };

const ofGpu = (metric: { name: string }, values: string, labels = {}): InputSeries =>
  series(metric.name, { ...OF_EXPORTER, ...labels }, values);

describe("alerts on GPUs", () => {
  needsPromtool();

  const xid = (code: string) => [
    ...pod("a"),
    ofGpu(DCGM.xidCount, then(0, 50, 0)),
    ofGpu(DCGM.xidCount, then(0, 50, 1), { xid: code, window_size_in_ms: "300000" }),
  ];

  itAlerts("VllmGpuXid", {
    // Fallen off the bus.
    fires: { series: xid("79"), labels: [{ ...OF_GPU, xid: "79" }] },
    near: {
      "an error of the program": { series: xid("31") },
      "of a GPU that no pod of the stack holds": { series: xid("79").slice(-2) },
      "it has not happened yet": { series: xid("79"), at: 40 },
    },
    silent: { "the model is at zero": AT_ZERO },
  });

  describe("of an exporter with default counters", () => {
    const last = (values: string) => [...pod("a"), ofGpu(DCGM.xid, values)];
    itAlerts("VllmGpuXid", {
      fires: { series: last(then(0, 50, 79)), at: 52, labels: [OF_GPU] },
      near: {
        "an error of the program": { series: last(then(0, 50, 43)), at: 52 },
        "the last error is an old one": { series: last(always(79)) },
      },
      silent: {},
    });
  });

  const clock = (event: string, values = always(3)) => [
    ...pod("a"),
    ofGpu(DCGM.clockEvents, values, { clock_event: event, window_size_in_ms: "300000" }),
  ];

  itAlerts("VllmGpuThrottled", {
    fires: { series: clock("hw_thermal"), labels: [{ ...OF_GPU, clock_event: "hw_thermal" }] },
    near: {
      "at its power limit, as busy GPUs are": { series: clock("power_cap") },
      "less than ten minutes": { series: clock("sw_thermal", then(0, 50, 2)), at: 59 },
    },
    silent: { "the model is at zero": AT_ZERO },
  });

  const memory = (free: number) => [
    ...pod("a"),
    ofGpu(DCGM.memoryFree, always(free)),
    ofGpu(DCGM.memoryUsed, always(22_000)),
  ];
  const withoutRevision = { ...ofRelease(), ...GPU, pod: "a" };

  itAlerts("VllmGpuMemoryFull", {
    fires: { series: memory(200), labels: [withoutRevision] },
    near: { "256 MiB are free": { series: memory(256) } },
    silent: { "the model is at zero": AT_ZERO },
  });

  const others = ofGpu(DCGM.memoryUsed, always(1), { UUID: "GPU-2", pod: "b" });
  itAlerts("VllmGpuMetricsMissing", {
    fires: { series: [...pod("a"), ...pod("b"), others], labels: [ofRelease()] },
    near: {
      "it is seen": { series: [...pod("a"), ...memory(9000).slice(-1)] },
      "it is not ready yet": { series: [...pod("a", { ready: always(0) }), ...pod("b"), others] },
    },
    silent: {
      "the cluster has never had an exporter": { series: pod("a") },
      "the model is at zero": AT_ZERO,
    },
  });

  describe("of an exporter that is gone", () => {
    itAlerts("VllmGpuMetricsMissing", {
      fires: {
        series: [...pod("a"), ofGpu(DCGM.memoryUsed, "1+0x60 _x180")],
        labels: [ofRelease()],
      },
      near: { "for less than 15 minutes": { series: [...pod("a"), ofGpu(DCGM.memoryUsed, "1+0x60 _x180")], at: 40 } },
      silent: {},
    });
  });
});
