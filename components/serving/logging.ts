import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { LogsConfig } from "../contract/observability/logs.js";
import { loggingFile } from "../derive/observability/logs.js";
import type { RuntimePlan } from "../derive/plan.js";
import { LOGGING_FILE } from "../vocabulary/logging.js";

/** Makes the ConfigMap of a release's logging configuration; none where logs are vLLM's own text. */
export function createLogging(
  name: string,
  plan: RuntimePlan,
  logs: LogsConfig | undefined,
  metadata: { namespace: pulumi.Input<string>; labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap[] {
  const file = loggingFile(plan, logs);
  if (file === undefined) return [];
  const named = { ...metadata, name: file.name };
  const data = { [LOGGING_FILE]: file.text };
  return [new k8s.core.v1.ConfigMap(`${name}-logging`, { metadata: named, immutable: true, data }, opts)];
}
