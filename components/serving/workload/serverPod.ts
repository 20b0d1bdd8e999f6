/** The pod of a server: an engine that is probed, drained and spread. */
import type { types } from "@pulumi/kubernetes";
import { serveArguments } from "../../derive/arguments.js";
import { graceSeconds, preStopSeconds } from "../../derive/budgets.js";
import { runtimeSelector } from "../../derive/objects.js";
import { loggingFile } from "../../derive/observability/logs.js";
import { type Telemetry, telemetryArguments, telemetryVariables } from "../../derive/observability/telemetry.js";
import { POD_NAME } from "../../derive/observability/tracing.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { enginePod, type OwnVolume, type PodContext } from "../../engine/pod.js";
import { livenessProbe, readinessProbe, startupProbe } from "../../engine/probes.js";
import type { SecretKey } from "../../engine/secretKey.js";
import { LOGGING_FOLDER } from "../../vocabulary/logging.js";
import { ZONE_LABEL } from "../../vocabulary/nodes.js";
import { HTTP_PORT, PORT_NAME } from "../../vocabulary/ports.js";
import { SECRET_ENV } from "../../vocabulary/secrets.js";

/** What a server's pod needs beside its plan. */
export interface ServerContext extends PodContext {
  /** Key that clients have to send. */
  apiKey: SecretKey;
  /** The system that the model is part of, as labels name it. */
  partOf: string;
  /** @default vLLM's own logs, and no traces */
  telemetry?: Telemetry | undefined;
}

/** A free GPU in the wrong zone beats no GPU. */
const SPREAD = [{ topologyKey: ZONE_LABEL, maxSkew: 1, whenUnsatisfiable: "ScheduleAnyway" }];

export function serverPod(plan: RuntimePlan, context: ServerContext): types.input.core.v1.PodSpec {
  const { telemetry = {}, partOf } = context;
  return enginePod(plan, context, {
    args: [...serveArguments(plan), ...telemetryArguments(telemetry)],
    env: telemetryVariables(plan, telemetry, partOf),
    ...(telemetry.tracing !== undefined && { podFields: { [POD_NAME]: "metadata.name" } }),
    volumes: loggingVolumes(plan, telemetry),
    secrets: { [SECRET_ENV.apiKey]: context.apiKey },
    container: {
      ports: [{ name: PORT_NAME, containerPort: HTTP_PORT, protocol: "TCP" }],
      startupProbe: startupProbe(plan),
      readinessProbe: readinessProbe(),
      livenessProbe: livenessProbe(),
      lifecycle: { preStop: { sleep: { seconds: preStopSeconds() } } },
    },
    pod: {
      terminationGracePeriodSeconds: graceSeconds(plan),
      topologySpreadConstraints: (context.extension?.topologySpread ?? SPREAD).map((spread) => ({
        ...spread,
        labelSelector: { matchLabels: runtimeSelector(plan) },
        matchLabelKeys: ["pod-template-hash"],
      })),
    },
  });
}

function loggingVolumes(plan: RuntimePlan, { logs }: Telemetry): OwnVolume[] {
  const file = loggingFile(plan, logs);
  if (file === undefined) return [];
  return [
    {
      volume: { name: "logging", configMap: { name: file.name } },
      mount: { mountPath: LOGGING_FOLDER, readOnly: true },
    },
  ];
}
