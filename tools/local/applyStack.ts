/** Applies a stack to a cluster, and reports the result. */
import type { CollectedResource } from "../collect.js";
import { applyAll, prune, untilRolledOut, whyNotReady } from "./apply.js";
import type { Report } from "./build.js";
import { type Cluster, describe } from "./client.js";
import { type Step, stackSteps, type LocalSettings } from "./manifests.js";
import { LocalFailure } from "./processes.js";
import { isRuntime } from "./simulation.js";

/** How long to wait for models, and whether for all of them. */
export interface Waiting {
  /** Wait until every model is ready. */
  wait: boolean;
  /** Seconds that a route, or `wait`, waits for a model. */
  timeout: number;
}

/** @returns whether the cluster is as the stack describes it */
export async function applyStack(
  cluster: Cluster,
  stack: string,
  resources: readonly CollectedResource[],
  settings: LocalSettings,
  { timeout, wait }: Waiting,
  report: Report,
): Promise<boolean> {
  const began = Date.now();
  const steps = stackSteps(resources, settings);
  if (resources.some(({ type }) => type === "pulumi-vllm:gateway:InferenceGateway")) {
    report("The gateway is left out: no proxy runs here. Keys, limits and the weights of routes are not tried.");
  }
  const applied = await applyAll(cluster, steps, { run: settings.run, rolloutSeconds: timeout });
  for (const { deployment, reason, left } of applied.stuck) {
    report(`${deployment} is not ready after ${timeout} s (${reason}); left as it was: ${left.join(", ")}.`);
  }
  // What still serves must stay while its successor is not ready.
  const gone = applied.stuck.length === 0 ? await prune(cluster, settings.run, steps) : [];
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const deleted = gone.length === 0 ? "" : `, ${gone.length} deleted`;
  report(
    `Applied stack ${stack} in ${seconds} s: ${applied.changed.length} changed, ${applied.unchanged} unchanged${deleted}.`,
  );
  const late = wait ? await lateModels(cluster, steps, timeout) : [];
  for (const line of late) report(line);
  if (wait && late.length === 0) report(`Every model is ready after ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  return applied.stuck.length === 0 && late.length === 0;
}

/** Waits for every model, not for warm spares: those may stay pending. @returns models that are not ready in time, with the reason */
async function lateModels(cluster: Cluster, steps: readonly Step[], seconds: number): Promise<string[]> {
  const models = steps.map(({ object }) => object).filter(isRuntime);
  const lines = await Promise.all(
    models.map(async (model) => {
      try {
        await untilRolledOut(cluster, model, seconds);
        return [];
      } catch (thrown) {
        if (!(thrown instanceof LocalFailure)) throw thrown;
        return [`${describe(model)} is not ready after ${seconds} s: ${await whyNotReady(cluster, model)}.`];
      }
    }),
  );
  return lines.flat();
}
