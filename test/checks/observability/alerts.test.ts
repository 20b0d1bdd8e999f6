import assert from "node:assert/strict";
import { checkAlerts } from "../../../components/checks/observability/alerts.js";
import { parse } from "../../../components/config/parse.js";
import { formatProblem } from "../../../components/config/problems.js";
import { alertsSchema } from "../../../components/contract/observability/alerts.js";

const PATH = "vllm:observability.alerts";

/** Every problem of a `change`, by schema and check, as the stack config finds them. */
function problemsOf(change: unknown): string[] {
  const { parts, problems } = parse(alertsSchema, { change }, PATH);
  return [...problems, ...checkAlerts(parts, PATH)].map(formatProblem);
}

describe("what a config changes of alerts", () => {
  it("may be severity, duration and threshold, or that there is none", () => {
    assert.deepEqual(
      problemsOf({
        VllmKvCacheFull: { severity: "page", forSeconds: 0, threshold: 0.95 },
        VllmGpuIdle: "off",
        // What YAML 1.1 makes of off.
        VllmPreemptions: false,
        VllmRolloutStuck: {},
      }),
      [],
    );
  });

  it("names alerts that there are; every problem comes at once", () => {
    assert.deepEqual(
      problemsOf({
        VllmKvCacheFul: "off",
        Nonsense: {},
        VllmKvCacheFull: { threshold: 90 },
        VllmRolloutStuck: { threshold: 2 },
        VllmGpuIdle: { severity: "critical" },
        VllmPreemptions: { threshold: -1 },
      }),
      [
        `${PATH}.change.VllmGpuIdle.severity: "critical" is not allowed: use page or ticket`,
        `${PATH}.change.VllmKvCacheFul: there is no such alert; did you mean VllmKvCacheFull?`,
        `${PATH}.change.Nonsense: there is no such alert: docs/alerts.md has their names`,
        `${PATH}.change.VllmKvCacheFull.threshold: 90 is not allowed: use 0.5 to 1 (share of the KV cache; 0.9 unless stated)`,
        `${PATH}.change.VllmRolloutStuck.threshold: 2: VllmRolloutStuck compares nothing with a number: leave it out`,
        `${PATH}.change.VllmPreemptions.threshold: -1 is not allowed: use 0 to 1000 (preemptions a second; 0.05 unless stated)`,
      ],
    );
  });

  it("is said of values of the wrong shape", () => {
    assert.deepEqual(problemsOf({ VllmGpuIdle: { forSeconds: "5m" } }), [
      `${PATH}.change.VllmGpuIdle.forSeconds: "5m" is text: use a number`,
    ]);
  });
});
