import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { templateName } from "../derive/objects.js";
import type { RuntimePlan } from "../derive/plan.js";
import { TEMPLATE_FILE } from "../vocabulary/paths.js";

/** Makes the ConfigMap of a release's chat template; none where the release has none. */
export function createChatTemplate(
  name: string,
  plan: RuntimePlan,
  metadata: { namespace: pulumi.Input<string>; labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): k8s.core.v1.ConfigMap[] {
  const { chatTemplate } = plan;
  if (chatTemplate === undefined) return [];
  const data = { [TEMPLATE_FILE]: chatTemplate.text };
  const named = { ...metadata, name: templateName({ ...plan, chatTemplate }) };
  // Pods of the release before read the old one until they are gone: its name is another, so it is deleted last.
  return [new k8s.core.v1.ConfigMap(name, { metadata: named, immutable: true, data }, opts)];
}
