import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { RuntimePlan } from "../derive/plan.js";
import { createChatTemplate } from "./chatTemplate.js";
import { waitProgram, waitProgramName } from "./weights.js";

/** Makes the ConfigMaps that a release's pods mount: its chat template, and the program of the step that waits for its weights. */
export function createConfigMaps(
  name: string,
  plan: RuntimePlan,
  metadata: { namespace: pulumi.Input<string>; labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap[] {
  return [...createChatTemplate(name, plan, metadata, opts), ...createWaitProgram(name, plan, metadata, opts)];
}

function createWaitProgram(
  name: string,
  plan: RuntimePlan,
  metadata: { namespace: pulumi.Input<string>; labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap[] {
  const data = waitProgram(plan);
  if (data === undefined) return [];
  const named = { ...metadata, name: waitProgramName(plan) };
  return [new k8s.core.v1.ConfigMap(`${name}-programs`, { metadata: named, immutable: true, data }, opts)];
}
