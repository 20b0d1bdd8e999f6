/** Names, labels and annotations of a release's objects. */
import { createHash } from "node:crypto";
import { contractHash, contractText } from "../contract/contract.js";
import { ANNOTATIONS, APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import type { Placement } from "./nodes/placement.js";
import { weightsAnnotation } from "./weights/objects.js";
import type { RuntimePlan } from "./plan.js";

type Named = Pick<RuntimePlan, "name" | "release">;

/** Name of a release's objects: `chat-r1`. */
export function runtimeName({ name, release }: Named): string {
  return `${name}-${release}`;
}

/** Name of the ConfigMap with the release's chat template: another text has another name, so that pods are replaced. */
export function templateName(plan: Named & { chatTemplate: NonNullable<RuntimePlan["chatTemplate"]> }): string {
  const hash = createHash("sha256").update(plan.chatTemplate.text).digest("hex").slice(0, 10);
  return `${runtimeName(plan)}-template-${hash}`;
}

/** Labels that choose the pods of one release; they never change for its lifetime. */
export function runtimeSelector({ name, release }: Named): Record<string, string> {
  return {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: name,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.release]: release,
  };
}

/** All labels of a release's objects. */
export function runtimeLabels(plan: RuntimePlan, partOf: string): Record<string, string> {
  return {
    ...runtimeSelector(plan),
    [LABELS.partOf]: partOf,
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.revision]: plan.model.revision,
    [LABELS.class]: plan.class,
    [LABELS.gpu]: plan.gpu.type,
  };
}

/** Labels of what all releases of a model share. */
export function modelLabels(
  model: { name: string; class: RuntimePlan["class"] },
  partOf: string,
): Record<string, string> {
  return {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: model.name,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.partOf]: partOf,
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.class]: model.class,
  };
}

/** What policies need to know of nodes whose taints are not this project's. */
export function nodeTaints({ nodeTaints }: Placement): Record<string, string> {
  return nodeTaints === undefined ? {} : { [ANNOTATIONS.nodeTaints]: nodeTaints };
}

/** The contract itself, for whoever asks the cluster what is live, and what it loads of a cache, for whoever clears that up. */
export function contractAnnotations(plan: RuntimePlan): Record<string, string> {
  const { contract } = plan;
  return {
    [ANNOTATIONS.contract]: contractText(contract),
    [ANNOTATIONS.contractHash]: contractHash(contract),
    ...weightsAnnotation(plan),
  };
}
