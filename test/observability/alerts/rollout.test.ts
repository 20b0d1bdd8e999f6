import { releaseLabels } from "../../../components/observability/rules/contracts.js";
import { COLD_START } from "../../../components/vocabulary/metrics/coldStart.js";
import { KUBE } from "../../../components/vocabulary/metrics/kubernetes.js";
import { type InputSeries, needsPromtool } from "../../promtool.js";
import { always, DEADLINE, deployment, itAlerts, ofRelease, pod, R1, R2, SCOPE, series, then, WELL } from "./world.js";

const { namespace } = SCOPE;
const AT_ZERO = deployment({ wanted: always(0), ready: always(0) });
const BUDGET_MINUTES = Math.ceil(DEADLINE / 60);

const condition = (status: "true" | "false", values = always(1)): InputSeries =>
  series(KUBE.deploymentCondition.name, { namespace, deployment: "chat-r1", condition: "Progressing", status }, values);

/** A pod that is wanted from the start, and never ready. */
const neverReady = (created = 0): InputSeries[] => pod("a", { ready: always(0), created });

/** What the Service `chat` leads to. */
const behind = (...pods: string[]): InputSeries[] => [
  series(
    KUBE.endpointLabels.name,
    { namespace, endpointslice: "chat-x1", label_kubernetes_io_service_name: "chat" },
    always(1),
  ),
  ...pods.map((name) =>
    series(
      KUBE.endpoints.name,
      {
        namespace,
        endpointslice: "chat-x1",
        targetref_kind: "Pod",
        targetref_name: name,
        ready: "true",
        address: name,
      },
      always(1),
    ),
  ),
];

describe("alerts on rollouts", () => {
  needsPromtool();

  itAlerts("VllmNoReadyReplica", {
    fires: { series: deployment({ wanted: always(1), ready: then(1, 30, 0) }), at: 32, labels: [ofRelease()] },
    near: {
      "one of two is ready": { series: deployment({ wanted: always(2), ready: then(2, 30, 1) }) },
      "it is starting, within its budget": {
        series: deployment({ wanted: always(1), ready: always(0) }),
        at: BUDGET_MINUTES - 1,
      },
      "it comes back from zero, within its budget": {
        series: deployment({ wanted: `1+0x59 0+0x59 1+0x120`, ready: "1+0x59 0+0x180" }),
        at: 60 + BUDGET_MINUTES - 1,
      },
      "its route names another release": {
        series: [...WELL, ...deployment({ wanted: always(1), ready: then(1, 30, 0) }, R2)],
      },
      "less than a minute": { series: deployment({ wanted: always(1), ready: then(1, 30, 0) }), at: 30 },
    },
    silent: { "the model is at zero": { series: AT_ZERO } },
  });

  describe("of a release that has never been ready", () => {
    itAlerts("VllmNoReadyReplica", {
      fires: {
        series: deployment({ wanted: always(1), ready: always(0) }),
        at: BUDGET_MINUTES + 3,
        labels: [ofRelease()],
      },
      near: {},
      silent: {
        "it went to zero and is there again": {
          series: deployment({ wanted: "1+0x39 0+0x9 1+0x200", ready: always(0) }),
          at: BUDGET_MINUTES + 3,
        },
      },
    });
  });

  itAlerts("VllmRolloutStuck", {
    fires: { series: [...WELL, condition("false")], labels: [ofRelease()] },
    near: { "it makes progress": { series: [...WELL, condition("true"), condition("false", always(0))] } },
    silent: { "the model is at zero": { series: [...AT_ZERO, condition("false")] } },
  });

  itAlerts("VllmStartBeyondBudget", {
    fires: { series: neverReady(), at: BUDGET_MINUTES + 4, labels: [ofRelease()] },
    near: {
      "it is within its budget": { series: neverReady(), at: BUDGET_MINUTES },
      "it is a young pod": { series: neverReady(3000) },
      "it has been ready before": {
        series: [
          ...neverReady(),
          series(COLD_START, { namespace, pod: "a", part: "total", vllm_model: "chat" }, always(300)),
        ],
      },
      "it is being deleted": {
        series: [...neverReady(), series(KUBE.podDeleted.name, { namespace, pod: "a" }, always(3000))],
      },
      "a spare gives way for good": { series: pod("a", { ready: always(0), component: "spare" }) },
    },
    silent: { "the model is at zero": { series: AT_ZERO } },
  });

  const restarts = (values: string): InputSeries[] => [
    ...pod("a"),
    series(KUBE.restarts.name, { namespace, pod: "a", container: "vllm" }, values),
  ];
  /** The kernel has killed its last run. */
  const killed = series(
    KUBE.lastTerminated.name,
    { namespace, pod: "a", container: "vllm", reason: "OOMKilled" },
    always(1),
  );

  itAlerts("VllmRestarts", {
    fires: { series: restarts(then(0, 50, 2)), at: 55, labels: [ofRelease()] },
    near: { "once only": { series: restarts(then(0, 50, 1)), at: 55 } },
    silent: {
      "they were an hour ago": { series: restarts(then(0, 10, 9)) },
      "the model is at zero": { series: AT_ZERO },
    },
  });

  itAlerts("VllmOutOfMemory", {
    fires: { series: [...restarts(then(0, 50, 1)), killed], at: 55, labels: [ofRelease()] },
    near: {
      "it was started again for another reason": { series: restarts(then(0, 50, 1)), at: 55 },
      "it was an hour ago, and the pod remembers": { series: [...restarts(then(0, 10, 1)), killed] },
    },
    silent: { "the model is at zero": { series: AT_ZERO } },
  });

  const old = { ...R1, model: { ...R1.model, revision: "0".repeat(40) } };
  const both = [
    ...WELL,
    ...deployment({ wanted: always(1), ready: always(1) }, R2),
    ...pod("a"),
    ...pod("b", { plan: R2 }),
  ];

  itAlerts("VllmRouteMismatch", {
    // Somebody has changed the Service's selector by hand.
    fires: { series: [...both, ...behind("b")], labels: [releaseLabels(R2, SCOPE)] },
    near: {
      "it leads to the routed release": { series: [...both, ...behind("a")] },
      "the routed release is still starting": {
        series: [
          ...deployment({ wanted: always(1), ready: always(0) }),
          ...deployment({ wanted: always(1), ready: always(1) }, R2),
          ...pod("a", { ready: always(0) }),
          ...pod("b", { plan: R2 }),
          ...behind("b"),
        ],
      },
      "pods of the revision before are being replaced": {
        series: [
          ...deployment({ wanted: always(2), ready: always(2), updated: always(1) }),
          ...pod("a"),
          ...pod("b", { plan: old }),
          ...behind("a", "b"),
        ],
      },
    },
    silent: {
      "Services are not seen": { series: both },
      "the model is at zero": { series: AT_ZERO },
    },
  });

  describe("of a pod that was left behind", () => {
    itAlerts("VllmRouteMismatch", {
      fires: {
        series: [...WELL, ...pod("a"), ...pod("b", { plan: old }), ...behind("a", "b")],
        labels: [releaseLabels(old, SCOPE)],
      },
      near: {},
      silent: {},
    });
  });
});
