import { BATCH_KINDS } from "../../../components/vocabulary/workloads.js";
import { flagsOf, lastFlag, throwUnknownFlag } from "../../engine/flags.js";
import { lacksFlag } from "../../engine/versions.js";
import { each } from "../../read/unknown.js";
import { at, number, strings } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { isRayNode, runtimesOf } from "../../engine/runtimes.js";
import type { Container } from "../../pods/containers.js";

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#lifecycle */
const DEFAULT_GRACE_SECONDS = 30;

export const graceExceedsDrain = wholePodRule(
  {
    name: "grace-exceeds-drain",
    description: "A vLLM runtime finishes its running requests before it is killed.",
    why: "vLLM aborts running requests at SIGTERM unless --shutdown-timeout says otherwise; the grace period, which the preStop hook shares, ends with SIGKILL.",
    remediationSteps: "Set --shutdown-timeout, and terminationGracePeriodSeconds above it plus the preStop sleep.",
    equalForms:
      "The drain is --shutdown-timeout, a preStop hook that waits while requests run (it reads `num_requests_running`), or, before vLLM 0.18, which has no such flag, any pause in preStop; the version is read from the image's tag. Pauses are `sleep.seconds`, and `sleep 30`, `sleep 1m` or `sleep(30)` in a command. A grace period that is left out is 30 seconds. Jobs and other kinds that run to an end, and Ray's nodes, are not judged, nor is a hook that calls a URL.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (BATCH_KINDS.includes(workload.kind)) return;
    const grace = number(workload.podSpec["terminationGracePeriodSeconds"]) ?? DEFAULT_GRACE_SECONDS;
    each(runtimesOf(workload), ({ container, args }) => {
      if (isRayNode(workload, container) || waitsForRequests(container)) return;
      const timeout = lastFlag(flagsOf(args), "shutdown-timeout");
      if (timeout === undefined) throwUnknownFlag(args);
      const drain = number(timeout?.values[0]) ?? 0;
      const sleep = preStopSeconds(container);
      if (drain <= 0 && lacksFlag(container, "shutdown-timeout")) {
        if (grace > sleep && sleep > 0) return;
        report(
          `${container.where}: this vLLM cannot drain: pause in preStop, below terminationGracePeriodSeconds ${grace}`,
        );
      } else if (drain <= 0) {
        report(
          `${container.where}: --shutdown-timeout is ${drain}, so SIGTERM aborts running requests: set it above 0`,
        );
      } else if (grace <= sleep + drain) {
        report(
          `${container.where}: terminationGracePeriodSeconds ${grace} is not above ${sleep + drain}, ` +
            `preStop ${sleep} + --shutdown-timeout ${drain}: raise it`,
        );
      }
    });
  },
);

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

function preStopSeconds(container: Container): number {
  const preStop = at(container.fields, "lifecycle", "preStop");
  const sleeps = [...preStopCommand(container).matchAll(/\bsleep[\s(]+(\d+(?:\.\d+)?)([smh]?)\b/g)].map(
    ([, count, unit]) => Number(count) * (SECONDS[unit ?? ""] ?? 1),
  );
  return sleeps.reduce((sum, seconds) => sum + seconds, number(at(preStop, "sleep", "seconds")) ?? 0);
}

function preStopCommand(container: Container): string {
  return strings(at(container.fields, "lifecycle", "preStop", "exec", "command")).join(" ");
}

/** A hook that asks the server for its running requests drains it itself, with a limit of its own. */
function waitsForRequests(container: Container): boolean {
  return /num_requests_(running|waiting)/.test(preStopCommand(container));
}
