/** Finds network policies. */
import type { Resource } from "../read/kinds.js";
import { adminPolicies } from "./admin.js";
import { calicoPolicies } from "./calico.js";
import { ciliumPolicies } from "./cilium.js";
import { kubernetesPolicy } from "./kubernetes.js";
import type { PodPolicy } from "./podPolicy.js";

export function podPoliciesOf(resource: Resource): PodPolicy[] {
  return [kubernetesPolicy, ciliumPolicies, calicoPolicies, adminPolicies].flatMap((read) => read(resource));
}
