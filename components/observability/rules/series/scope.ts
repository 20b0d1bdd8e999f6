/** Selectors and joins that the rules of a stack share. */
import { COMPONENTS } from "../../../vocabulary/labels.js";
import { RELEASE_LEVEL } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT } from "../../../vocabulary/metrics/recorded.js";
import { list, type Matchers, ofStack, type Scope, selector } from "../../promql.js";

/** `by (…)` of a series a release. */
export const BY_RELEASE = `by (${list(RELEASE_LEVEL)})`;

/** Series of others that are in the models' namespace. */
export function inNamespace(name: string, { namespace }: Scope, matchers: Matchers = {}): string {
  return `${name}${selector({ namespace, ...matchers })}`;
}

const WITHOUT_NAMESPACE = RELEASE_LEVEL.filter((label) => label !== "namespace");

/**
 * Gives series of pods the labels of the pods' release; series of other pods are left out.
 *
 * @param series with the labels `namespace` and `pod`
 */
export function joinedToRelease(series: string, scope: Scope): string {
  const runtimes = ofStack(CONTRACT.pod, scope, { component: COMPONENTS.runtime });
  const pods = `max by (${list([...RELEASE_LEVEL, "pod"])}) (${runtimes})`;
  return `(${series})\n* on (namespace, pod) group_left (${list(WITHOUT_NAMESPACE)}) ${pods}`;
}

/** 0 for each release, for where no series means that there is nothing. */
export function zeros(scope: Scope): string {
  return `0 * max ${BY_RELEASE} (${ofStack(CONTRACT.info, scope)})`;
}
