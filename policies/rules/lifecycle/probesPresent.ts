import { BATCH_KINDS } from "../../../components/vocabulary/workloads.js";
import { flagsOf } from "../../engine/flags.js";
import { leastWeightsGiB, modelOf } from "../../engine/model.js";
import { isRayNode, runtimesOf, type VllmContainer } from "../../engine/runtimes.js";
import { budgetOf, faultOfProbe } from "../../pods/probes.js";
import { each } from "../../read/unknown.js";
import { number } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";

/** vLLM imports, compiles and captures graphs before it answers, whatever the model: half a minute passes with the smallest. */
const DEFAULT_MIN_SECONDS = 60;
/** A choice, faster than disks for models are: less time than that is never enough. */
const FASTEST_GIB_PER_SECOND = 2;

export const probesPresent = wholePodRule(
  {
    name: "probes-present",
    description: "A vLLM runtime has a startup probe that waits for its model, and a readiness probe.",
    why: "Without them a pod takes traffic while it still loads weights, and a rollout replaces good pods with ones that never start; a startup probe that gives up too soon kills the pod at each start, for ever.",
    remediationSteps:
      "Add startupProbe (failureThreshold × periodSeconds covers the model load) and readinessProbe on /health.",
    equalForms:
      "HTTP, TCP, gRPC and `exec` probes are the same; an `exec` of `true`, `exit 0` or `echo`, and a probe without any of them, are none. A startup probe waits initialDelaySeconds + periodSeconds × failureThreshold, with Kubernetes' defaults (0, 10 and 3) for what is left out; it has to be `minStartupSeconds` plus the time to read the weights at 2 GiB/s, where the model's name tells its size (`-70B`). Jobs and other kinds that run to an end need no probes, and KubeRay gives its own to Ray's nodes.",
    severity: "high",
    enforcementLevel: "mandatory",
    configSchema: {
      properties: {
        minStartupSeconds: {
          type: "integer",
          minimum: 0,
          default: DEFAULT_MIN_SECONDS,
          description: "The least time, in seconds, that a startup probe waits for a model of any size.",
        },
      },
    },
  },
  (workload, report, settings) => {
    if (BATCH_KINDS.includes(workload.kind)) return;
    const least = number(settings["minStartupSeconds"]) ?? DEFAULT_MIN_SECONDS;
    each(runtimesOf(workload), (runtime) => {
      const { container } = runtime;
      if (isRayNode(workload, container)) return;
      for (const probe of ["startupProbe", "readinessProbe"]) {
        const fault = faultOfProbe(container.fields[probe]);
        if (fault === "missing") report(`${container.where}: no ${probe}: add one on GET /health`);
        else if (fault !== undefined) report(`${container.where}: ${probe} ${SAID[fault]}: make it GET /health`);
      }
      reportBudget(runtime, least, report);
    });
  },
);

const SAID = { "no handler": "asks nothing", "always passes": "passes whatever the server does" };

function reportBudget({ container, args }: VllmContainer, least: number, report: (message: string) => void): void {
  const probe = container.fields["startupProbe"];
  const budget = faultOfProbe(probe) === undefined ? budgetOf(probe) : undefined;
  if (budget === undefined) return;
  const judge = (needed: number, why: string): boolean => {
    if (budget >= needed) return false;
    report(
      `${container.where}: startupProbe gives up after ${budget} seconds, and ${why} takes ${needed} at least: ` +
        "raise failureThreshold",
    );
    return true;
  };
  // The model may not be known yet: what any model takes is judged without it.
  if (judge(least, "a start")) return;
  const model = modelOf(args, flagsOf(args));
  if (model === undefined) return;
  judge(Math.ceil(least + leastWeightsGiB(model) / FASTEST_GIB_PER_SECOND), "a start with weights of this size");
}
