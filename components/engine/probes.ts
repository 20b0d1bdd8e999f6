import type { types } from "@pulumi/kubernetes";
import type { RuntimePlan } from "../derive/plan.js";
import { PORT_NAME } from "../vocabulary/ports.js";

/** vLLM's server listens only once the model is loaded, and no longer answers 200 here once its engine has died. */
const HEALTH: types.input.core.v1.HTTPGetAction = { path: "/health", port: PORT_NAME };

const STARTUP_PERIOD_SECONDS = 10;

/** Leaves the contract's whole budget for the model load before the kubelet restarts the container. */
export function startupProbe({ startupSeconds }: Pick<RuntimePlan, "startupSeconds">): types.input.core.v1.Probe {
  return {
    httpGet: HEALTH,
    periodSeconds: STARTUP_PERIOD_SECONDS,
    timeoutSeconds: 5,
    failureThreshold: Math.ceil(startupSeconds / STARTUP_PERIOD_SECONDS),
  };
}

export function readinessProbe(): types.input.core.v1.Probe {
  return { httpGet: HEALTH, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 };
}

/** A minute of silence: a restart costs every running stream and a model load, so a busy server is given time. */
export function livenessProbe(): types.input.core.v1.Probe {
  return { httpGet: HEALTH, periodSeconds: 10, timeoutSeconds: 10, failureThreshold: 6 };
}
