/** Facts derived from a contract that more than one resource needs: names, labels, time budgets. */
import { ANNOTATIONS, APP_NAME, COMPONENTS, LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { contractHash, contractText, type RuntimeContract } from "../contract/contract.js";

/** Name of a release's objects: `chat-r1`. */
export function runtimeName({ name, release }: Pick<RuntimeContract, "name" | "release">): string {
  return `${name}-${release}`;
}

/** Labels that choose the pods of one release; they never change for its lifetime. */
export function runtimeSelector({ name, release }: Pick<RuntimeContract, "name" | "release">): Record<string, string> {
  return {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: name,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.release]: release,
  };
}

/** All labels of a release's objects. */
export function runtimeLabels(contract: RuntimeContract, partOf: string): Record<string, string> {
  return {
    ...runtimeSelector(contract),
    [LABELS.partOf]: partOf,
    [LABELS.managedBy]: MANAGED_BY,
    [LABELS.revision]: contract.model.revision,
    [LABELS.class]: contract.class,
    [LABELS.gpu]: contract.gpu.type,
  };
}

/** The contract itself, for whoever asks the cluster what is live. */
export function contractAnnotations(contract: RuntimeContract): Record<string, string> {
  return {
    [ANNOTATIONS.contract]: contractText(contract),
    [ANNOTATIONS.contractHash]: contractHash(contract),
  };
}

/** Seconds between the decision to stop a pod and SIGTERM, so that proxies have stopped sending to it. */
export const PRE_STOP_SECONDS = 10;
/** Seconds for vLLM to exit once its requests are done. */
const EXIT_SECONDS = 20;

/** `terminationGracePeriodSeconds`: longer than the drain, or the kubelet kills what vLLM still serves. */
export function graceSeconds({ drainSeconds }: RuntimeContract): number {
  return PRE_STOP_SECONDS + drainSeconds + EXIT_SECONDS;
}

/** A new node and the pull of a 10 GB image, before the container starts. */
const NODE_SECONDS = 900;

/** Longest time a rollout may make no progress: a node, an image, a model load. */
export function progressDeadlineSeconds({ startupSeconds }: RuntimeContract): number {
  return NODE_SECONDS + startupSeconds;
}

/** How long to wait for a rollout: replicas are replaced one after the other, and each old one drains. */
export function rolloutSeconds(contract: RuntimeContract): number {
  const { max } = contract.autoscaling;
  return NODE_SECONDS + max * (contract.startupSeconds + graceSeconds(contract));
}
